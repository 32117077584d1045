"""Dynamic batching: callers hand in single items, the model sees batches (F12)."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Condition, Thread
from time import monotonic
from typing import Any, Generic, TypeVar

from models.engine.errors import EngineClosed, EngineOverloaded
from models.engine.memory import BatchCap, out_of_memory, reclaim
from models.engine.threads import alone
from models.engine.waiting import Company, Entry, Waiting, Wanted
from models.engine.watching import EngineWatcher, Ran, Unwatched

T = TypeVar("T")
R = TypeVar("R")
BUSY_S = 2.0
"""For so long after somebody's item bulk work stays out of the way."""

AHEAD = 2
"""Batches between the beginning of their forward and their end: a device gets the next one while it computes."""


@dataclass(frozen=True, slots=True)
class Computing(Generic[T, R]):
    """A batch whose forward was begun."""

    batch: list[Entry[T, R]]
    made: Any
    started: float


class Batcher(Generic[T, R]):
    """Three stages on threads of their own, joined by queues that end: prepare, forward, finish.

    `prepare` works on single items, several at a time. One thread runs `forward` over whatever waits then, up to
    `max_batch` items and `max_cost` at a time; another one runs `finish` over what came of it. There is no fixed wait:
    a lone item is sent at once, and a batch grows only while the model is busy. At most `max_queue` items are prepared
    or wait; the next one is refused at once rather than answered late.

    Bulk items wait in a queue of their own until nothing else does. While others were seen lately they go `small_batch`
    at a time, so that whoever comes next waits for one short forward at most.

    A batch for which there is no memory is tried again in halves, and so are those after it for a while.
    """

    def __init__(
        self,
        forward: Callable[[Sequence[T]], Any],
        *,
        max_batch: int,
        max_queue: int,
        small_batch: int = 1,
        prepare: Callable[[T], None] | None = None,
        prepare_threads: int = 1,
        finish: Callable[[Any], Sequence[R]] = list,
        cost: Callable[[T], int] = lambda _: 0,
        max_cost: int | None = None,
        late: Callable[[T], bool] = lambda _: False,
        clock: Callable[[], float] = monotonic,
        watcher: EngineWatcher | None = None,
    ) -> None:
        """Args:
        forward: what it gives goes to `finish`. Called by one thread at a time, and so is `finish`.
        finish: one result per item, in order. It may wait for a device that `forward` only told what to do.
        prepare: changes an item in place; for those that are handed in `raw`.
        cost: of a prepared item; a batch costs `max_cost` at the most, unless it is a single item.
        late: whether nobody can use an item's answer any more.
        watcher: told of each batch before its callers are.
        """
        if max_batch < 1 or max_queue < 1 or small_batch < 1 or prepare_threads < 1:
            raise ValueError("max_batch, max_queue, small_batch and prepare_threads must be at least 1")
        self._forward, self._finish, self._prepare = forward, finish, prepare
        self._max_queue, self._small_batch = max_queue, small_batch
        self._clock = clock
        self._watcher: EngineWatcher = watcher or Unwatched()
        self._wanted: Wanted[T, R] = Wanted(late, self._watcher)
        self._waiting: Waiting[T, R] = Waiting(self._wanted, cost, max_cost)
        self._cap = BatchCap(max_batch)
        self._preparing = self._under_way = 0
        self._busy_until = -BUSY_S
        self._changed = Condition()
        self._closed = False
        self._computing: SimpleQueue[Computing[T, R] | None] = SimpleQueue()
        self._pool = ThreadPoolExecutor(prepare_threads, thread_name_prefix="tryon-prepare", initializer=alone)
        self._threads = [
            Thread(target=self._forwarding, name="tryon-forward", daemon=True),
            Thread(target=self._finishing, name="tryon-finish", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def queued(self) -> tuple[int, int]:
        """How many wait or are prepared: of shoppers, and in bulk."""
        return len(self._waiting.shoppers) + self._preparing, len(self._waiting.bulk)

    @property
    def limit(self) -> int:
        """How many go together at the most, as memory allows."""
        return self._cap.now

    def submit(self, item: T, *, bulk: bool = False, raw: bool = False) -> Future[R]:
        """Queue one item. Bulk work blocks for room; for all else a full queue raises.

        Args: raw: it is to be prepared here first; bulk work comes prepared.

        Raises:
            EngineOverloaded: the queue is full.
            EngineClosed: `close` was called.
        """
        with self._changed:
            if bulk:
                self._changed.wait_for(lambda: self._closed or len(self._waiting.bulk) < self._max_queue)
            self._check_open()
            if not bulk:
                self._make_room(1)
            entry: Entry[T, R] = Entry(item, self._clock(), bulk)
            self._accept([entry], raw=raw)
            return entry.future

    def submit_together(self, items: Sequence[T], *, raw: bool = False) -> list[Future[R]]:
        """Queue several at once, so that they make one batch where that is large enough.

        Those that are `raw` wait for each other until all are prepared. Raises as `submit`, and queues none then.
        """
        with self._changed:
            self._check_open()
            self._make_room(len(items))
            entries: list[Entry[T, R]] = [Entry(item, self._clock()) for item in items]
            self._accept(entries, raw=raw)
            return [entry.future for entry in entries]

    def go_together(self, sizes: Callable[[int], int]) -> None:
        """From now on, of so many who wait and cost something, `sizes` go in the next batch: at least one of one.

        And who waits waits for those who are just being prepared where the next batch is larger with them: they are
        ready long before another batch would be done.
        """
        with self._changed:
            self._waiting.together = sizes

    def close(self) -> None:
        """Take no more work, finish what waits, stop the threads. May be called twice."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._pool.shutdown()
        for thread in self._threads:
            thread.join()

    def _check_open(self) -> None:
        if self._closed:
            raise EngineClosed("the engine is shut down")

    def _accept(self, entries: list[Entry[T, R]], *, raw: bool) -> None:
        """Of one sort, all bulk or none; there is room for them."""
        if any(not entry.bulk for entry in entries):
            self._busy_until = self._clock() + BUSY_S
        if raw and self._prepare is not None and not any(entry.bulk for entry in entries):
            self._preparing += len(entries)
            company: Company[T, R] = Company(len(entries))
            for entry in entries:
                self._pool.submit(self._preparation, entry, company, self._prepare)
        else:
            self._put(entries)

    def _put(self, entries: Sequence[Entry[T, R]]) -> None:
        for entry in entries:
            self._waiting.put(entry)
        self._changed.notify_all()

    def _make_room(self, number: int) -> None:
        if self.queued[0] + number > self._max_queue:
            self._waiting.drop_unwanted()
        if self.queued[0] + number > self._max_queue:
            self._watcher.dropped("refused")
            raise EngineOverloaded(f"{self._max_queue} inputs are waiting already")

    def _preparation(self, entry: Entry[T, R], company: Company[T, R], prepare: Callable[[T], None]) -> None:
        """One item's first stage. Whatever comes of it, those that came with it wait for it no more."""
        ready = False
        try:
            if self._wanted(entry):
                began = self._clock()
                prepare(entry.item)
                entry.since = self._clock()
                self._watcher.spent("prepare", entry.since - began, bulk=False)
                ready = True
        except BaseException as error:  # whatever it was, nobody may be left waiting
            _fail([entry], error)
        finally:
            with self._changed:
                company.came(entry, ready=ready)
                if not company.missing:
                    self._preparing -= company.number
                    self._put(company.ready)

    def _forwarding(self) -> None:
        while batch := self._take():
            started = self._clock()
            for entry in batch:
                self._watcher.spent("wait", started - entry.since, bulk=entry.bulk)
            try:
                self._computing.put(Computing(batch, self._forward([entry.item for entry in batch]), started))
            except BaseException as error:  # as above; and the thread lives on
                failed = error
            else:
                continue
            self._failed(batch, failed, started)
            del failed
        self._computing.put(None)

    def _take(self) -> list[Entry[T, R]]:
        """The next batch, as soon as the stages after this have room for it. Empty only after `close`, at the end."""
        with self._changed:
            while True:
                self._changed.wait_for(self._something_to_do)
                if not self._waiting:
                    return []
                most = self._cap.now
                quiet = self._clock() >= self._busy_until
                batch = self._waiting.take(most, most if quiet else min(most, self._small_batch))
                self._changed.notify_all()
                if batch:
                    self._under_way += 1
                    return batch

    def _something_to_do(self) -> bool:
        if self._waiting:
            return self._under_way < AHEAD and not self._worth_a_moment()
        return self._closed and not self._preparing and not self._under_way

    def _worth_a_moment(self) -> bool:
        """Whether those who are being prepared make a better batch with those who wait."""
        return self._preparing > 0 and self._waiting.better_with(self._preparing, self._cap.now)

    def _finishing(self) -> None:
        while computing := self._computing.get():
            batch, started, began = computing.batch, computing.started, self._clock()
            try:
                results = self._finish(computing.made)
                if len(results) != len(batch):
                    raise RuntimeError(f"the model gave {len(results)} results for {len(batch)} inputs")
            except BaseException as error:  # as above
                failed = error
            else:
                self._succeeded(batch, results, started, began)
                continue
            finally:
                del computing  # what it holds is the device's memory
            self._failed(batch, failed, started)
            del failed

    def _succeeded(self, batch: list[Entry[T, R]], results: Sequence[R], started: float, began: float) -> None:
        ended, bulk = self._clock(), batch[0].bulk
        self._watcher.spent("forward", began - started, bulk=bulk)
        self._watcher.spent("finish", ended - began, bulk=bulk)
        self._watcher.ran(Ran(len(batch), ended - started, bulk, ok=True))
        with self._changed:
            self._cap.held(len(batch))
            self._under_way -= 1
            self._changed.notify_all()
        for entry, result in zip(batch, results, strict=True):
            entry.future.set_result(result)

    def _failed(self, batch: list[Entry[T, R]], error: BaseException, started: float) -> None:
        """All of a batch fail together; unless there was no memory for so many: then fewer are tried."""
        again = out_of_memory(error)
        if again:
            self._watcher.ran_out(len(batch))
            error.__traceback__ = None  # its frames hold what was computed so far
            reclaim()
        again = again and len(batch) > 1
        if not again:
            self._watcher.ran(Ran(len(batch), self._clock() - started, batch[0].bulk, ok=False))
        with self._changed:
            if out_of_memory(error):
                self._cap.ran_out(len(batch))
            if again:
                self._waiting.put_back(batch)
            self._under_way -= 1
            self._changed.notify_all()
        if not again:
            _fail(batch, error)


def _fail(batch: Sequence[Entry[T, R]], error: BaseException) -> None:
    for entry in batch:
        if entry.running or entry.future.set_running_or_notify_cancel():
            entry.future.set_exception(error)
