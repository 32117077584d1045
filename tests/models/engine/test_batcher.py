"""The batcher: batches what waits, refuses what does not fit, survives a failing model."""

import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import pytest

from models.engine import Batcher, EngineClosed, EngineOverloaded
from models.engine.batcher import BUSY_S
from models.priority import in_background

WAIT = 10.0


class Gate:
    """A forward that stands still until it is let go, and remembers its batches."""

    def __init__(
        self, work: Callable[[Sequence[int]], Sequence[int]] = lambda items: [item * 10 for item in items]
    ) -> None:
        self.work = work
        self.batches: list[list[int]] = []
        self.threads: set[int] = set()
        self.entered = threading.Semaphore(0)
        self.open = threading.Event()

    def __call__(self, items: Sequence[int]) -> Sequence[int]:
        self.batches.append(list(items))
        self.threads.add(threading.get_ident())
        self.entered.release()
        assert self.open.wait(WAIT)
        return self.work(items)


def results(futures: Sequence[Future[int]]) -> list[int]:
    return [future.result(WAIT) for future in futures]


def test_a_lone_item_is_sent_at_once() -> None:
    gate = Gate()
    batcher = Batcher(gate, max_batch=8, max_queue=8)
    future = batcher.submit(1)
    assert gate.entered.acquire(timeout=WAIT)
    gate.open.set()
    assert future.result(WAIT) == 10
    batcher.close()


def test_what_waits_while_the_model_is_busy_goes_together_in_order_and_in_bounds() -> None:
    gate = Gate()
    batcher = Batcher(gate, max_batch=3, max_queue=8)
    futures = [batcher.submit(0)]
    assert gate.entered.acquire(timeout=WAIT)
    futures += [batcher.submit(i) for i in range(1, 6)]
    gate.open.set()
    assert results(futures) == [0, 10, 20, 30, 40, 50]
    assert gate.batches == [[0], [1, 2, 3], [4, 5]]
    assert len(gate.threads) == 1
    batcher.close()


def test_a_full_queue_refuses_at_once_and_takes_again_when_there_is_room() -> None:
    gate = Gate()
    batcher = Batcher(gate, max_batch=2, max_queue=2)
    futures = [batcher.submit(0)]
    assert gate.entered.acquire(timeout=WAIT)
    futures += [batcher.submit(1), batcher.submit(2)]
    with pytest.raises(EngineOverloaded):
        batcher.submit(3)
    gate.open.set()
    assert results(futures) == [0, 10, 20]
    assert batcher.submit(4).result(WAIT) == 40
    batcher.close()


def test_a_failing_batch_fails_all_its_futures_and_the_worker_lives_on() -> None:
    def work(items: Sequence[int]) -> Sequence[int]:
        if 13 in items:
            raise ValueError("thirteen")
        return list(items)

    gate = Gate(work)
    batcher = Batcher(gate, max_batch=4, max_queue=8)
    first = batcher.submit(0)
    assert gate.entered.acquire(timeout=WAIT)
    doomed = [batcher.submit(i) for i in (12, 13, 14)]
    gate.open.set()
    assert first.result(WAIT) == 0
    for future in doomed:
        with pytest.raises(ValueError, match="thirteen"):
            future.result(WAIT)
    assert batcher.submit(1).result(WAIT) == 1
    batcher.close()


def test_a_forward_that_loses_rows_fails_rather_than_answering_for_another() -> None:
    batcher: Batcher[int, int] = Batcher(lambda items: [], max_batch=4, max_queue=4)
    with pytest.raises(RuntimeError, match="0 results for 1"):
        batcher.submit(1).result(WAIT)
    batcher.close()


def test_close_finishes_what_waits_and_takes_no_more() -> None:
    gate = Gate()
    batcher = Batcher(gate, max_batch=1, max_queue=8)
    futures = [batcher.submit(i) for i in range(4)]
    closer = threading.Thread(target=batcher.close)
    closer.start()
    gate.open.set()
    closer.join(WAIT)
    assert not closer.is_alive()
    assert results(futures) == [0, 10, 20, 30]
    with pytest.raises(EngineClosed):
        batcher.submit(9)
    batcher.close()


def test_a_cancelled_item_costs_no_forward() -> None:
    gate = Gate()
    batcher = Batcher(gate, max_batch=4, max_queue=8)
    first = batcher.submit(0)
    assert gate.entered.acquire(timeout=WAIT)
    given_up, kept = batcher.submit(1), batcher.submit(2)
    assert given_up.cancel()
    gate.open.set()
    assert (first.result(WAIT), kept.result(WAIT)) == (0, 20)
    assert gate.batches == [[0], [2]]
    batcher.close()


def test_bulk_waits_for_room_instead_of_failing() -> None:
    gate = Gate()
    batcher = Batcher(gate, max_batch=1, max_queue=1)
    futures = [batcher.submit(0)]
    assert gate.entered.acquire(timeout=WAIT)
    futures.append(batcher.submit(1, bulk=True))
    later: list[Future[int]] = []
    bulk = threading.Thread(target=lambda: later.append(batcher.submit(2, bulk=True)))
    bulk.start()
    gate.open.set()
    bulk.join(WAIT)
    assert results([*futures, *later]) == [0, 10, 20]
    batcher.close()


def test_bulk_gives_way_and_goes_one_by_one_while_others_are_about() -> None:
    gate = Gate()
    batcher = Batcher(gate, max_batch=4, max_queue=16, clock=lambda: 0.0)
    futures = [batcher.submit(0)]
    assert gate.entered.acquire(timeout=WAIT)
    futures += [batcher.submit(i, bulk=True) for i in range(1, 4)]
    futures += [batcher.submit(i) for i in (10, 11)]
    gate.open.set()
    assert results(futures) == [0, 10, 20, 30, 100, 110]
    assert gate.batches == [[0], [10, 11], [1], [2], [3]]
    batcher.close()


def test_bulk_fills_whole_batches_when_nobody_else_is_about() -> None:
    gate, moment = Gate(), 0.0
    batcher = Batcher(gate, max_batch=4, max_queue=16, clock=lambda: moment)
    futures = [batcher.submit(0)]
    assert gate.entered.acquire(timeout=WAIT)
    futures += [batcher.submit(i, bulk=True) for i in range(1, 6)]
    moment = BUSY_S + 1
    gate.open.set()
    assert results(futures) == [0, 10, 20, 30, 40, 50]
    assert gate.batches == [[0], [1, 2, 3, 4], [5]]
    batcher.close()


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a priority of their own on Linux alone")
async def test_background_work_yields_and_the_rest_of_the_process_does_not() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = niceness()
    assert await in_background(niceness) > before
    assert niceness() == before
