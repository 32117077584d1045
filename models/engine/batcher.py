"""Dynamic batching: callers hand in single items, the model sees batches (F12)."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Condition, Thread
from time import monotonic
from typing import Generic, TypeVar

from models.engine.errors import EngineClosed, EngineOverloaded
from models.engine.watching import Ran

T = TypeVar("T")
R = TypeVar("R")
BUSY_S = 2.0
"""For so long after somebody's item bulk work stays out of the way."""


class Batcher(Generic[T, R]):
    """Runs `forward` on one worker thread over whatever waits, up to `max_batch` items at a time.

    There is no fixed wait: a lone item is sent at once, and a batch grows only while the model is busy. At most
    `max_queue` items wait; the next one is refused at once rather than answered late.

    Bulk items wait in a queue of their own until nothing else does. While others were seen lately they go `small_batch`
    at a time, so that whoever comes next waits for one short forward at most.
    """

    def __init__(
        self,
        forward: Callable[[Sequence[T]], Sequence[R]],
        *,
        max_batch: int,
        max_queue: int,
        small_batch: int = 1,
        clock: Callable[[], float] = monotonic,
        on_batch: Callable[[Ran], None] = lambda _: None,
    ) -> None:
        """Args: forward: blocking; one result per item, in order. Called by one thread at a time.

        on_batch: told of each batch before its callers are; must be quick and raise nothing.
        """
        if max_batch < 1 or max_queue < 1 or small_batch < 1:
            raise ValueError("max_batch, max_queue and small_batch must be at least 1")
        self._forward = forward
        self._max_batch = max_batch
        self._max_queue = max_queue
        self._small_batch = min(small_batch, max_batch)
        self._clock = clock
        self._on_batch = on_batch
        self._waiting: deque[tuple[T, Future[R]]] = deque()
        self._bulk: deque[tuple[T, Future[R]]] = deque()
        self._busy_until = -BUSY_S
        self._changed = Condition()
        self._closed = False
        self._worker = Thread(target=self._work, name="tryon-batcher", daemon=True)
        self._worker.start()

    @property
    def queued(self) -> tuple[int, int]:
        """How many wait: of shoppers, and in bulk."""
        return len(self._waiting), len(self._bulk)

    def submit(self, item: T, *, bulk: bool = False) -> Future[R]:
        """Queue one item. Bulk work blocks for room; for all else a full queue raises.

        Raises:
            EngineOverloaded: the queue is full.
            EngineClosed: `close` was called.
        """
        with self._changed:
            queue = self._bulk if bulk else self._waiting
            if bulk:
                self._changed.wait_for(lambda: self._closed or len(queue) < self._max_queue)
            if self._closed:
                raise EngineClosed("the engine is shut down")
            if len(queue) >= self._max_queue:
                raise EngineOverloaded(f"{self._max_queue} inputs are waiting already")
            if not bulk:
                self._busy_until = self._clock() + BUSY_S
            future: Future[R] = Future()
            queue.append((item, future))
            self._changed.notify_all()
            return future

    def close(self) -> None:
        """Take no more work, finish what waits, stop the worker. May be called twice."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._worker.join()

    def _work(self) -> None:
        while taken := self._take():
            batch, bulk = taken
            self._run(batch, bulk=bulk)

    def _take(self) -> tuple[list[tuple[T, Future[R]]], bool] | None:
        """The next batch, and whether it is bulk; waits for one. None only after `close`, when nothing is left."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._waiting or self._bulk or self._closed)
                if not self._waiting and not self._bulk:
                    return None
                queue, most = self._next()
                taken = [queue.popleft() for _ in range(min(most, len(queue)))]
                self._changed.notify_all()
                # A caller that gave up has cancelled its future: its item costs no forward pass.
                if batch := [pair for pair in taken if pair[1].set_running_or_notify_cancel()]:
                    return batch, queue is self._bulk

    def _next(self) -> tuple[deque[tuple[T, Future[R]]], int]:
        if self._waiting:
            return self._waiting, self._max_batch
        return self._bulk, self._small_batch if self._clock() < self._busy_until else self._max_batch

    def _run(self, batch: list[tuple[T, Future[R]]], *, bulk: bool) -> None:
        started = self._clock()
        try:
            results = self._forward([item for item, _ in batch])
            if len(results) != len(batch):
                raise RuntimeError(f"the model gave {len(results)} results for {len(batch)} inputs")
        except BaseException as error:  # whatever it was, nobody may be left waiting and the worker lives on
            self._on_batch(Ran(len(batch), self._clock() - started, bulk, ok=False))
            for _, future in batch:
                future.set_exception(error)
        else:
            self._on_batch(Ran(len(batch), self._clock() - started, bulk, ok=True))
            for (_, future), result in zip(batch, results, strict=True):
                future.set_result(result)
