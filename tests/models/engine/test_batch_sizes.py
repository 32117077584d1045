"""How many go through the model together: what was timed decides."""

import time
from collections.abc import Callable, Mapping, Sequence
from threading import Event
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from models.contracts import Ready
from models.encoders.fake import FakeEncoder
from models.engine import Batcher, Engine
from models.engine.encoded import Landed, Undivided
from models.engine.sizes import LEARNING_S, SLACK, Sizes, learned
from models.engine.threads import TRIES
from models.fusion import WeightedFusion
from models.preprocess.image import GarmentPreprocessor
from models.preprocess.segmenters import NoSegmenter

TIMED = st.dictionaries(st.sampled_from([1, 2, 4, 8, 16]), st.floats(0.001, 10), min_size=1)


def served(sizes: Sizes, waiting: int) -> list[int]:
    """The batches of so many, if nobody else comes."""
    batches = []
    while waiting:
        batches.append(sizes.of(waiting))
        waiting -= batches[-1]
    return batches


def test_who_gains_nothing_by_company_goes_alone() -> None:
    sizes = Sizes({1: 1.0, 2: 2.0, 4: 4.0}, 32)
    assert [sizes.of(waiting) for waiting in (0, 1, 2, 3, 7, 32, 99)] == [0, 1, 1, 1, 1, 1, 1]


def test_where_a_pass_costs_the_same_for_any_number_all_go() -> None:
    sizes = Sizes(dict.fromkeys((1, 2, 4, 8), 1.0), 8)
    assert [sizes.of(waiting) for waiting in range(1, 9)] == list(range(1, 9))


def test_a_size_that_the_machine_cuts_badly_is_left_out() -> None:
    # Milliseconds of ViT-B/32 in bfloat16 on two cores with AMX.
    sizes = Sizes({1: 27.1, 2: 34.6, 4: 49.7, 8: 73.8, 16: 169.4, 32: 228.5}, 32)
    assert served(sizes, 8) == [8]
    assert served(sizes, 16) == [8, 8]
    assert served(sizes, 24) == [8, 8, 8]
    assert served(sizes, 32) == [32]


def test_what_is_past_a_cores_best_goes_in_its_best() -> None:
    sizes = Sizes({1: 2.0, 2: 3.0, 4: 5.0, 8: 8.0, 16: 16.0, 32: 32.0}, 32)
    assert served(sizes, 32) == [8, 8, 8, 8]
    assert served(sizes, 9) == [9]  # one alone would cost the time of two


@given(TIMED, st.integers(1, 40), st.integers(0, 40))
def test_everybody_goes_and_nobody_waits_for_nothing(seconds: dict[int, float], most: int, waiting: int) -> None:
    sizes = Sizes(seconds, most)
    batches = served(sizes, waiting)
    assert sum(batches) == waiting
    assert all(1 <= size <= most for size in batches)


@given(TIMED, st.integers(1, 16))
def test_the_next_batch_costs_little_more_than_the_best_partition(seconds: dict[int, float], waiting: int) -> None:
    known = sorted(seconds)

    def cost(size: int) -> float:
        """As it lies between those that were timed."""
        below, above = max([k for k in known if k <= size], default=known[0]), min(
            [k for k in known if k >= size], default=known[-1]
        )  # fmt: skip
        low, high = seconds[below] / below, seconds[above] / above
        return low + (high - low) * ((size - below) / (above - below) if above > below else 0)

    best = [0.0]
    for number in range(1, waiting + 1):
        best.append(min(cost(size) * size + best[number - size] for size in range(1, number + 1)))
    size = Sizes(seconds, 16).of(waiting)
    assert cost(size) * size + best[waiting - size] <= best[waiting] * SLACK * (1 + 1e-9)


async def timed_by(
    seconds: Callable[[int], float], most: int, known: Mapping[int, float] = MappingProxyType({})
) -> tuple[Sizes, list[int]]:
    tried = []

    async def timed(size: int) -> float:
        tried.append(size)
        return seconds(size)

    return await learned(timed, most, known), tried


async def test_small_passes_are_timed_several_times_and_one_that_was_slow_once_does_not_decide() -> None:
    slow = iter([0.9] + [0.01] * 99)
    sizes, tried = await timed_by(lambda size: size * next(slow), 1)
    assert (tried, sizes.of(1)) == ([1], 1)  # what is slow at first sight is not tried again
    late = iter([0.1, 0.01, 0.01, 0.02, 0.02, 0.09])
    sizes, tried = await timed_by(lambda size: next(late), 2)
    assert tried == [1] * TRIES + [2] * TRIES
    assert sizes.of(2) == 1


async def test_a_start_does_not_wait_for_a_large_model() -> None:
    sizes, tried = await timed_by(lambda size: 0.8 * size, 32)
    assert tried == [1, 2]
    assert sum(0.8 * size for size in tried) <= LEARNING_S
    assert sizes.of(32) == 1


async def test_sizes_are_doubled_up_to_the_most() -> None:
    _, tried = await timed_by(lambda size: 0.001, 12)
    assert sorted(set(tried)) == [1, 2, 4, 8, 12]


async def test_what_was_timed_already_is_not_timed_again() -> None:
    sizes, tried = await timed_by(lambda size: 0.5 * size, 4, {1: 0.1, 2: 0.2})
    assert sorted(set(tried)) == [4]
    assert sizes.of(2) == 1


def test_the_batcher_asks_about_what_costs_and_takes_the_rest_along() -> None:
    batches: list[list[int]] = []

    def forward(items: Sequence[int]) -> Sequence[int]:
        batches.append(list(items))
        return items

    asked = []

    def two(waiting: int) -> int:
        asked.append(waiting)
        return min(waiting, 2)

    batcher: Batcher[int, int] = Batcher(forward, max_batch=8, max_queue=16, cost=lambda item: item)
    batcher.go_together(two)
    futures = batcher.submit_together([1, 0, 2, 0, 3, 0])
    assert [future.result(30) for future in futures] == [1, 0, 2, 0, 3, 0]
    batcher.close()
    assert batches == [[1, 0, 2, 0], [3, 0]]
    assert asked == [3, 1]


class Crowded(Undivided):
    """Pictures get into each other's way."""

    def __init__(self) -> None:
        super().__init__(FakeEncoder())
        self.batches: list[int] = []

    def begin(self, inputs: Sequence[Ready] | Sequence[str], *, tokens: bool) -> Landed:
        time.sleep(0.005 * len(inputs) ** 2)
        self.batches.append(len(inputs))
        return super().begin(inputs, tokens=tokens)


@pytest.mark.parametrize("warm", [False, True])
async def test_an_engine_on_a_cpu_learns_its_sizes_at_its_warm_up(warm: bool) -> None:
    encoder = Crowded()
    preprocessor, fusions = GarmentPreprocessor(NoSegmenter()), {"weighted": WeightedFusion()}
    engine = Engine(encoder, preprocessor, fusions, max_batch=4, cache_entries=0)
    if warm:
        await engine.warm_up()
        assert {1, 2, 4} <= set(encoder.batches)
    encoder.batches.clear()
    pictures = [Image.new("RGB", (60, 80), colour) for colour in ("red", "blue", "green", "white")]
    await engine.encode_images(pictures)
    await engine.close()
    assert encoder.batches == ([1, 1, 1, 1] if warm else [4])


@pytest.mark.parametrize(("sizes", "batches"), [(lambda n: n, [[1, 2]]), (lambda n: min(n, 1), [[1], [2]])])
def test_who_is_ready_waits_for_who_is_nearly_so_where_they_are_better_together(
    sizes: Callable[[int], int], batches: list[list[int]]
) -> None:
    seen: list[list[int]] = []
    went, go = Event(), Event()

    def forward(items: Sequence[int]) -> Sequence[int]:
        seen.append(list(items))
        went.set()
        return items

    def prepare(item: int) -> None:
        assert item == 1 or go.wait(30)

    batcher: Batcher[int, int] = Batcher(
        forward, max_batch=8, max_queue=8, cost=lambda item: item, prepare=prepare, prepare_threads=2
    )
    batcher.go_together(sizes)
    slow = batcher.submit(2, raw=True)
    quick = batcher.submit(1, raw=True)
    if len(batches) == 1:
        assert not went.wait(0.2)
    else:
        assert quick.result(30) == 1  # while the other one is still prepared
    go.set()
    assert [quick.result(30), slow.result(30)] == [1, 2]
    batcher.close()
    assert [sorted(batch) for batch in seen] == batches


def test_who_waits_for_one_whose_preparation_fails_goes_then() -> None:
    go = Event()

    def prepare(item: int) -> None:
        if item == 2:
            assert go.wait(30)
            raise ValueError("no picture")

    batcher: Batcher[int, int] = Batcher(
        list, max_batch=8, max_queue=8, cost=lambda item: item, prepare=prepare, prepare_threads=2
    )
    batcher.go_together(lambda waiting: waiting)
    failing, ready = batcher.submit(2, raw=True), batcher.submit(1, raw=True)
    go.set()
    assert ready.result(30) == 1
    with pytest.raises(ValueError, match="no picture"):
        failing.result(30)
    batcher.close()


def test_words_wait_for_nobodys_picture() -> None:
    go = Event()

    def prepare(item: int) -> None:
        assert item
        assert go.wait(30)

    batcher: Batcher[int, int] = Batcher(list, max_batch=8, max_queue=8, cost=lambda item: item, prepare=prepare)
    batcher.go_together(lambda waiting: waiting)
    picture, words = batcher.submit(1, raw=True), batcher.submit(0)
    assert words.result(30) == 0
    go.set()
    assert picture.result(30) == 1
    batcher.close()
