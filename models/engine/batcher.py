"""Dynamic batching: callers hand in single items, the model sees batches (F12)."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Condition, Thread
from typing import Generic, TypeVar

from models.engine.errors import EngineClosed, EngineOverloaded

T = TypeVar("T")
R = TypeVar("R")


class Batcher(Generic[T, R]):
    """Runs `forward` on one worker thread over whatever waits, up to `max_batch` items at a time.

    There is no fixed wait: a lone item is sent at once, and a batch grows only while the model is busy. At most
    `max_queue` items wait; the next one is refused at once rather than answered late.
    """

    def __init__(self, forward: Callable[[Sequence[T]], Sequence[R]], *, max_batch: int, max_queue: int) -> None:
        """Args: forward: blocking; one result per item, in order. Called by one thread at a time."""
        if max_batch < 1 or max_queue < 1:
            raise ValueError("max_batch and max_queue must be at least 1")
        self._forward = forward
        self._max_batch = max_batch
        self._max_queue = max_queue
        self._waiting: deque[tuple[T, Future[R]]] = deque()
        self._changed = Condition()
        self._closed = False
        self._worker = Thread(target=self._work, name="tryon-batcher", daemon=True)
        self._worker.start()

    def submit(self, item: T, *, wait: bool = False) -> Future[R]:
        """Queue one item. With `wait` it blocks for room (bulk work); without, a full queue raises.

        Raises:
            EngineOverloaded: the queue is full.
            EngineClosed: `close` was called.
        """
        with self._changed:
            if wait:
                self._changed.wait_for(lambda: self._closed or len(self._waiting) < self._max_queue)
            if self._closed:
                raise EngineClosed("the engine is shut down")
            if len(self._waiting) >= self._max_queue:
                raise EngineOverloaded(f"{self._max_queue} inputs are waiting already")
            future: Future[R] = Future()
            self._waiting.append((item, future))
            self._changed.notify_all()
            return future

    def close(self) -> None:
        """Take no more work, finish what waits, stop the worker. May be called twice."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._worker.join()

    def _work(self) -> None:
        while batch := self._take():
            self._run(batch)

    def _take(self) -> list[tuple[T, Future[R]]]:
        """The next batch, waiting for one; empty only after `close`, when nothing is left."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return []
                size = min(self._max_batch, len(self._waiting))
                taken = [self._waiting.popleft() for _ in range(size)]
                self._changed.notify_all()
                # A caller that gave up has cancelled its future: its item costs no forward pass.
                if batch := [pair for pair in taken if pair[1].set_running_or_notify_cancel()]:
                    return batch

    def _run(self, batch: list[tuple[T, Future[R]]]) -> None:
        try:
            results = self._forward([item for item, _ in batch])
            if len(results) != len(batch):
                raise RuntimeError(f"the model gave {len(results)} results for {len(batch)} inputs")
        except BaseException as error:  # whatever it was, nobody may be left waiting and the worker lives on
            for _, future in batch:
                future.set_exception(error)
        else:
            for (_, future), result in zip(batch, results, strict=True):
                future.set_result(result)
