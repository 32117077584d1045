"""How many cores a forward spreads over: what it is worth, and no more."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from models.contracts import Ready
from models.encoders.fake import FakeEncoder
from models.engine import Engine
from models.engine.encoded import Landed, Undivided
from models.engine.threads import FEW, TRIES, WORTH, Cores
from models.fusion import WeightedFusion
from models.preprocess.image import GarmentPreprocessor
from models.preprocess.segmenters import NoSegmenter


@contextmanager
def torch_threads(number: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


async def learnt(seconds: Callable[[int, int], float], cores: Cores, largest: int) -> list[tuple[int, int]]:
    """What was timed: inputs and cores. `seconds` of a forward by both."""
    timed = []

    async def forward(inputs: int) -> float:
        timed.append((inputs, cores.of(inputs)))
        return seconds(inputs, cores.of(inputs))

    await cores.learn(forward, largest)
    return timed


def test_nothing_is_known_at_first_and_all_cores_are_used() -> None:
    assert [Cores(6).of(inputs) for inputs in (1, 7, 100)] == [6, 6, 6]


async def test_the_fewer_inputs_the_fewer_cores() -> None:
    cores = Cores(4)
    # A tenth of a second that no second core shortens, and as much work for each input.
    await learnt(lambda inputs, used: 0.1 + 0.1 * inputs / used, cores, 16)
    assert [cores.of(inputs) for inputs in (1, 2, 3, 4, 8, 15, 16, 64)] == [1, 2, 2, 2, 4, 4, 4, 4]


async def test_what_is_worth_all_cores_from_one_input_on_is_timed_no_further() -> None:
    cores = Cores(2)
    timed = await learnt(lambda inputs, used: inputs / used, cores, 16)
    assert timed == [(1, 1)] * TRIES + [(1, 2)] * TRIES
    assert cores.of(1) == cores.of(16) == 2


async def test_a_pass_that_was_slow_once_does_not_decide() -> None:
    cores, slow = Cores(2), iter([1.0, 9.0, 9.0, 9.0, 0.5, 9.0])
    await learnt(lambda inputs, used: next(slow), cores, 1)
    assert cores.of(1) == 2


@given(st.integers(1, 64), st.integers(1, 64), st.floats(0, 1), st.integers(1, 200))
async def test_each_core_in_use_does_its_share(most: int, largest: int, serial: float, inputs: int) -> None:
    def seconds(inputs: int, used: int) -> float:
        return serial + inputs / used

    cores = Cores(most)
    await learnt(seconds, cores, largest)
    used, size = cores.of(inputs), min(largest, inputs)
    if inputs > FEW:
        assert used == most
        return
    assert 1 <= used <= most
    timed = max(one for one in (*(2**n for n in range(7) if 2**n < largest), largest) if one <= size)
    assert used == 1 or seconds(timed, 1) >= WORTH * used * seconds(timed, used)


def test_only_the_thread_within_is_held_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    with torch_threads(2):
        cores = Cores()
        monkeypatch.setattr(cores, "of", lambda inputs: 1 if inputs == 1 else 2)
        within, beside, after = [], [], []

        def other() -> None:
            beside.append(torch.get_num_threads())

        with cores.spread(1):
            within.append(torch.get_num_threads())
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
        after.append(torch.get_num_threads())
        with cores.spread(2):
            within.append(torch.get_num_threads())
    assert (within, beside, after) == ([1, 2], [2], [2])


class Slow(Undivided):
    """Work that no second core shortens; notes how many it was given."""

    def __init__(self) -> None:
        super().__init__(FakeEncoder())
        self.cores: list[int] = []

    def begin(self, inputs: Sequence[Ready] | Sequence[str], *, tokens: bool) -> Landed:
        time.sleep(0.01)
        self.cores.append(torch.get_num_threads())
        return super().begin(inputs, tokens=tokens)


@pytest.mark.parametrize(("warm", "used"), [(False, 2), (True, 1)])
async def test_an_engine_on_a_cpu_learns_at_its_warm_up(warm: bool, used: int) -> None:
    with torch_threads(2):
        slow = Slow()
        preprocessor, fusions = GarmentPreprocessor(NoSegmenter()), {"weighted": WeightedFusion()}
        engine = Engine(slow, preprocessor, fusions, max_batch=4, cache_entries=0)
        if warm:
            await engine.warm_up()
            assert {1, 2} <= set(slow.cores)
        slow.cores.clear()
        await engine.encode_query([Image.new("RGB", (60, 80), "red")], "red dress")
        await engine.close()
    assert set(slow.cores) == {used}
