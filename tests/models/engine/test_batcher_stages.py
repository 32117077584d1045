"""The batcher's stages: what is prepared, who is dropped before the forward, what happens when memory runs out."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass

import pytest
import torch

from models.engine import Batcher, Drop, EngineLate, EngineOverloaded
from models.engine.memory import GROWS_AFTER, BatchCap, out_of_memory
from models.engine.watching import Ran, Unwatched

WAIT = 10.0


@dataclass(eq=False)
class Thing:
    """An input: prepared it is its double."""

    value: int
    size: int = 0
    late: bool = False
    ready: int | None = None


def prepare(thing: Thing) -> None:
    thing.ready = 2 * thing.value


class Notes(Unwatched):
    def __init__(self) -> None:
        self.drops: list[Drop] = []
        self.batches: list[Ran] = []
        self.sizes: list[int] = []

    def dropped(self, why: Drop) -> None:
        self.drops.append(why)

    def ran(self, batch: Ran) -> None:
        self.batches.append(batch)

    def ran_out(self, size: int) -> None:
        self.sizes.append(size)


class Model:
    """A forward that stands still while it is told to, and has memory for `room` inputs."""

    def __init__(self, room: int = 1_000, error: Callable[[], BaseException] = MemoryError) -> None:
        self.room, self.error = room, error
        self.batches: list[list[int]] = []
        self.threads: set[str] = set()
        self.entered, self.go = threading.Semaphore(0), threading.Event()
        self.go.set()

    def __call__(self, batch: Sequence[Thing]) -> list[int]:
        self.threads.add(threading.current_thread().name)
        self.entered.release()
        assert self.go.wait(WAIT)
        if len(batch) > self.room:
            raise self.error()
        self.batches.append([thing.value for thing in batch])
        return [thing.ready or thing.value for thing in batch]


def held(model: Model, batcher: Batcher[Thing, int]) -> None:
    """The model is busy with something from here on, until `model.go.set()`."""
    model.go.clear()
    batcher.submit(Thing(0))
    assert model.entered.acquire(timeout=WAIT)


def test_each_stage_has_threads_of_its_own_and_the_next_batch_starts_while_one_is_finished() -> None:
    model, finishing, go_on = Model(), threading.Event(), threading.Event()
    finished: set[str] = set()

    def finish(made: list[int]) -> list[int]:
        finished.add(threading.current_thread().name)
        finishing.set()
        assert go_on.wait(WAIT)
        return made

    prepared: set[str] = set()

    def noting(thing: Thing) -> None:
        prepared.add(threading.current_thread().name)
        prepare(thing)

    batcher = Batcher(model, max_batch=4, max_queue=8, prepare=noting, finish=finish)
    first = batcher.submit(Thing(1), raw=True)
    assert finishing.wait(WAIT)
    second = batcher.submit(Thing(2), raw=True)
    assert model.entered.acquire(timeout=WAIT)
    assert model.entered.acquire(timeout=WAIT)  # the second's forward: nobody has the first one's result yet
    assert not first.done()
    go_on.set()
    assert (first.result(WAIT), second.result(WAIT)) == (2, 4)
    batcher.close()
    assert len(prepared | model.threads | finished) == 3


def test_what_is_being_prepared_has_its_place_in_the_queue() -> None:
    preparing, go_on = threading.Semaphore(0), threading.Event()

    def slow(thing: Thing) -> None:
        preparing.release()
        assert go_on.wait(WAIT)
        prepare(thing)

    notes = Notes()
    batcher = Batcher(Model(), max_batch=4, max_queue=2, prepare=slow, watcher=notes)
    futures = [batcher.submit(Thing(n), raw=True) for n in (1, 2)]
    assert preparing.acquire(timeout=WAIT)
    with pytest.raises(EngineOverloaded):
        batcher.submit(Thing(3))
    assert (batcher.queued, notes.drops) == ((2, 0), ["refused"])
    go_on.set()
    assert [future.result(WAIT) for future in futures] == [2, 4]
    batcher.close()


def test_what_cannot_be_prepared_fails_alone() -> None:
    def picky(thing: Thing) -> None:
        if thing.value == 13:
            raise ValueError("thirteen")
        prepare(thing)

    batcher = Batcher(Model(), max_batch=4, max_queue=8, prepare=picky)
    futures = [batcher.submit(Thing(n), raw=True) for n in (1, 13, 2)]
    assert (futures[0].result(WAIT), futures[2].result(WAIT)) == (2, 4)
    with pytest.raises(ValueError, match="thirteen"):
        futures[1].result(WAIT)
    batcher.close()
    assert batcher.queued == (0, 0)


def test_the_late_and_the_cancelled_never_reach_the_model_nor_are_prepared() -> None:
    model, notes, prepared = Model(), Notes(), list[int]()

    def noting(thing: Thing) -> None:
        prepared.append(thing.value)
        prepare(thing)

    batcher = Batcher(model, max_batch=4, max_queue=8, prepare=noting, late=lambda thing: thing.late, watcher=notes)
    held(model, batcher)
    late, unprepared = batcher.submit(Thing(1, late=True)), batcher.submit(Thing(2, late=True), raw=True)
    cancelled, kept = batcher.submit(Thing(3)), batcher.submit(Thing(4))
    assert cancelled.cancel()
    model.go.set()
    for future in (late, unprepared):
        with pytest.raises(EngineLate, match="longer"):
            future.result(WAIT)
    with pytest.raises(CancelledError):
        cancelled.result(WAIT)
    assert kept.result(WAIT) == 4
    batcher.close()
    assert (model.batches, prepared, sorted(notes.drops)) == ([[0], [4]], [], ["cancelled", "late", "late"])


def test_those_who_gave_up_hold_no_place_in_a_full_queue() -> None:
    model = Model()
    batcher: Batcher[Thing, int] = Batcher(model, max_batch=1, max_queue=2)
    held(model, batcher)
    gone, kept = batcher.submit(Thing(1)), batcher.submit(Thing(2))
    with pytest.raises(EngineOverloaded):
        batcher.submit(Thing(3))
    gone.cancel()
    instead = batcher.submit(Thing(4))
    model.go.set()
    assert (kept.result(WAIT), instead.result(WAIT)) == (2, 4)
    batcher.close()
    assert model.batches == [[0], [2], [4]]


def test_a_batch_ends_where_its_cost_would_be_too_much_and_a_lone_giant_goes() -> None:
    model = Model()
    batcher: Batcher[Thing, int] = Batcher(
        model, max_batch=8, max_queue=16, cost=lambda thing: thing.size, max_cost=100
    )
    held(model, batcher)
    futures = [batcher.submit(Thing(n, size)) for n, size in enumerate((60, 40, 1, 500, 30, 30), 1)]
    model.go.set()
    assert [future.result(WAIT) for future in futures] == [1, 2, 3, 4, 5, 6]
    batcher.close()
    assert model.batches == [[0], [1, 2], [3], [4], [5, 6]]


@pytest.mark.parametrize(
    "error", [MemoryError, lambda: torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")]
)
def test_a_batch_without_memory_is_tried_in_halves_and_everybody_is_answered(
    error: Callable[[], BaseException],
) -> None:
    model, notes = Model(room=3, error=error), Notes()
    batcher: Batcher[Thing, int] = Batcher(model, max_batch=8, max_queue=32, watcher=notes)
    held(model, batcher)
    futures = [batcher.submit(Thing(n)) for n in range(1, 10)]
    model.go.set()
    assert [future.result(WAIT) for future in futures] == list(range(1, 10))
    assert (batcher.limit, notes.sizes) == (2, [8, 4])
    assert all(batch.ok for batch in notes.batches)  # nobody was failed by it
    assert model.batches == [[0], [1, 2], [3, 4], [5, 6], [7, 8], [9]]
    model.room = 1_000
    held(model, batcher)
    more = [batcher.submit(Thing(n)) for n in range(4)]
    model.go.set()
    assert [future.result(WAIT) for future in more] == [0, 1, 2, 3]
    assert max(map(len, model.batches)) == 2  # remembered
    batcher.close()


def test_one_input_for_which_there_is_no_memory_fails_and_the_next_is_tried() -> None:
    model, notes = Model(room=0), Notes()
    batcher: Batcher[Thing, int] = Batcher(model, max_batch=4, max_queue=8, watcher=notes)
    with pytest.raises(MemoryError):
        batcher.submit(Thing(1)).result(WAIT)
    model.room = 1
    assert batcher.submit(Thing(2)).result(WAIT) == 2
    batcher.close()
    assert [(batch.size, batch.ok) for batch in notes.batches] == [(1, False), (1, True)]


def test_those_that_come_together_wait_for_each_others_preparation_and_go_in_one_forward() -> None:
    model, slow, told = Model(), threading.Event(), threading.Semaphore(0)

    def hard(thing: Thing) -> None:
        if thing.value == 2:
            assert slow.wait(WAIT)
        if thing.value == 13:
            told.release()
            raise ValueError("no picture")
        prepare(thing)
        told.release()

    batcher: Batcher[Thing, int] = Batcher(model, max_batch=8, max_queue=8, prepare=hard, prepare_threads=4)
    together = batcher.submit_together([Thing(1), Thing(2), Thing(13), Thing(3)], raw=True)
    for _ in range(3):  # all but the slow one
        assert told.acquire(timeout=WAIT)
    assert batcher.submit(Thing(4)).result(WAIT) == 4, "nobody else waits for them"
    slow.set()
    assert sorted(future.result(WAIT) for n, future in enumerate(together) if n != 2) == [2, 4, 6]
    with pytest.raises(ValueError, match="no picture"):
        together[2].result(WAIT)
    batcher.close()
    assert [sorted(batch) for batch in model.batches] == [[4], [1, 2, 3]]


def test_those_that_come_together_are_refused_together() -> None:
    model = Model()
    model.go.clear()
    batcher: Batcher[Thing, int] = Batcher(model, max_batch=1, max_queue=3)
    first = batcher.submit(Thing(1))
    assert model.entered.acquire(timeout=WAIT)
    waiting = batcher.submit_together([Thing(2), Thing(3)])
    with pytest.raises(EngineOverloaded):
        batcher.submit_together([Thing(4), Thing(5)])
    assert batcher.queued == (2, 0), "none of them waits"
    model.go.set()
    assert [future.result(WAIT) for future in (first, *waiting)] == [1, 2, 3]
    batcher.close()


def test_memory_that_runs_out_while_results_are_read_off_is_recovered_from_too() -> None:
    model = Model()

    def finish(made: list[int]) -> list[int]:
        if len(made) > 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return made

    batcher: Batcher[Thing, int] = Batcher(model, max_batch=4, max_queue=8, finish=finish)
    futures = batcher.submit_together([Thing(n) for n in range(1, 5)])
    assert [future.result(WAIT) for future in futures] == [1, 2, 3, 4]
    batcher.close()
    assert batcher.limit == 1
    assert sorted(batch[0] for batch in model.batches if len(batch) == 1) == [1, 2, 3, 4]


def test_the_cap_grows_again_after_it_held_for_long() -> None:
    cap = BatchCap(16)
    cap.ran_out(16)
    cap.ran_out(8)
    assert cap.now == 4
    for _ in range(GROWS_AFTER - 1):
        cap.held(4)
        cap.held(1)  # a small one tells nothing
    assert cap.now == 4
    cap.held(4)
    assert cap.now == 8
    for _ in range(GROWS_AFTER):
        cap.held(8)
    assert cap.now == 16
    for _ in range(GROWS_AFTER):
        cap.held(16)
    assert cap.now == 16


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), True),
        (torch.OutOfMemoryError("CUDA out of memory"), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate"), True),
        (RuntimeError("Failed to allocate memory for requested buffer of size 9"), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_what_running_out_of_memory_looks_like(error: BaseException, expected: bool) -> None:
    assert out_of_memory(error) is expected


def test_close_answers_what_is_being_prepared() -> None:
    preparing, go_on = threading.Event(), threading.Event()

    def slow(thing: Thing) -> None:
        preparing.set()
        assert go_on.wait(WAIT)
        prepare(thing)

    batcher = Batcher(Model(), max_batch=4, max_queue=8, prepare=slow)
    future = batcher.submit(Thing(21), raw=True)
    assert preparing.wait(WAIT)
    closer = threading.Thread(target=batcher.close)
    closer.start()
    go_on.set()
    assert future.result(WAIT) == 42
    closer.join(WAIT)
    assert not closer.is_alive()


def test_what_prepares_keeps_to_one_core_and_nobody_else_does() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    counts: dict[str, int] = {}

    def counting(thing: Thing) -> None:
        counts["prepare"] = torch.get_num_threads()
        prepare(thing)

    def forward(batch: Sequence[Thing]) -> list[int]:
        counts["forward"] = torch.get_num_threads()
        return [thing.value for thing in batch]

    batcher = Batcher(forward, max_batch=1, max_queue=1, prepare=counting)
    batcher.submit(Thing(1), raw=True).result(WAIT)
    batcher.close()
    assert (counts, torch.get_num_threads()) == ({"prepare": 1, "forward": 2}, 2)
    torch.set_num_threads(before)
