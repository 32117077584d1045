"""Whoever counts hears of every batch and every look into the cache, and sees what waits."""

import threading
from collections.abc import Sequence

import pytest

from models.encoders.fake import FakeEncoder
from models.engine import Batcher, Engine, Looked, Ran, Stage
from models.engine.watching import Unwatched
from models.fusion.weighted import WeightedFusion
from models.preprocess.image import GarmentPreprocessor

WAIT = 10.0


class Notes(Unwatched):
    def __init__(self) -> None:
        self.batches: list[Ran] = []
        self.looks: list[Looked] = []
        self.stages: list[tuple[Stage, bool]] = []

    def ran(self, batch: Ran) -> None:
        self.batches.append(batch)

    def looked_up(self, looked: Looked) -> None:
        self.looks.append(looked)

    def spent(self, stage: Stage, seconds: float, *, bulk: bool) -> None:
        assert seconds >= 0
        self.stages.append((stage, bulk))


def test_every_batch_is_told_with_its_size_its_sort_and_its_end() -> None:
    entered, go = threading.Semaphore(0), threading.Event()

    def forward(items: Sequence[int]) -> Sequence[int]:
        entered.release()
        assert go.wait(WAIT)
        if 13 in items:
            raise RuntimeError("broken")
        return items

    notes = Notes()
    batcher: Batcher[int, int] = Batcher(forward, max_batch=4, max_queue=8, watcher=notes)
    first = batcher.submit(1)
    assert entered.acquire(timeout=WAIT)
    waiting = [batcher.submit(n) for n in (2, 3)]
    bulk = batcher.submit(13, bulk=True)
    assert batcher.queued == (2, 1)
    go.set()
    assert [future.result(WAIT) for future in (first, *waiting)] == [1, 2, 3]
    with pytest.raises(RuntimeError):
        bulk.result(WAIT)
    assert [(batch.size, batch.bulk, batch.ok) for batch in notes.batches] == [
        (1, False, True),
        (2, False, True),
        (1, True, False),
    ]
    assert all(batch.seconds >= 0 for batch in notes.batches)
    assert batcher.queued == (0, 0)
    batcher.close()
    assert [stage for stage, bulk in notes.stages if not bulk].count("wait") == 3
    assert notes.stages.count(("forward", False)) == notes.stages.count(("finish", False)) == 2
    assert notes.stages.count(("wait", True)) == 1


async def test_an_engine_tells_what_its_cache_gave_and_what_it_holds() -> None:
    notes = Notes()
    engine = Engine(
        FakeEncoder(),
        GarmentPreprocessor(),
        {"weighted": WeightedFusion()},
        max_queue=7,
        cache_bytes=10_000,
        watcher=notes,
    )
    try:
        await engine.encode_query([], "red dress")
        await engine.encode_query([], "red dress")
        assert notes.looks == [Looked(misses=1), Looked(hits=1)]
        await engine.probe()  # past the cache
        assert [batch.size for batch in notes.batches] == [1, 1]
        load = engine.load
        assert (load.waiting, load.bulk_waiting, load.queue_limit, load.cached) == (0, 0, 7, 1)
        assert 0 < load.cached_bytes <= load.cache_bytes == 10_000
    finally:
        await engine.close()
