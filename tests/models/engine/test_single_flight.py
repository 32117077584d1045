"""What is on its way for one request is not encoded again for another; who gives up takes nobody else along."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest
from PIL import Image

from models.engine import Engine, EngineLate, Looked
from models.engine.watching import Drop, Unwatched
from models.fusion import fusions
from tests.models.engine.slow_encoder import SlowEncoder, WholePhoto

PICTURE = Image.new("RGB", (6, 8), "red")


class Notes(Unwatched):
    def __init__(self) -> None:
        self.looks: list[Looked] = []
        self.drops: list[Drop] = []
        self.news = asyncio.Event()

    def looked_up(self, looked: Looked) -> None:
        self.looks.append(looked)
        self.news.set()

    def dropped(self, why: Drop) -> None:
        self.drops.append(why)


@pytest.fixture
def encoder() -> SlowEncoder:
    return SlowEncoder()


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
async def engine(encoder: SlowEncoder, notes: Notes) -> AsyncIterator[Engine]:
    engine = Engine(encoder, WholePhoto(), fusions(), max_batch=1, max_queue=8, watcher=notes)
    yield engine
    encoder.go.set()
    await engine.close()


async def looked(notes: Notes, count: int) -> None:
    async with asyncio.timeout(10):
        while len(notes.looks) < count:
            notes.news.clear()
            await notes.news.wait()


async def test_equal_requests_at_a_time_are_encoded_once(engine: Engine, encoder: SlowEncoder, notes: Notes) -> None:
    encoder.go.clear()
    asked = [asyncio.create_task(engine.encode_query([PICTURE.copy()], "red  dress ")) for _ in range(5)]
    await looked(notes, 5)
    encoder.go.set()
    answers = await asyncio.gather(*asked)
    assert (encoder.pictures, encoder.texts) == (1, ["red dress"])
    assert sorted((look.misses, look.joined) for look in notes.looks) == [(0, 2)] * 4 + [(2, 0)]
    for answer in answers:
        np.testing.assert_array_equal(answer.parts[0].fused.vector, answers[0].parts[0].fused.vector)
    await engine.encode_query([], "red dress")
    assert notes.looks[-1] == Looked(hits=1)


async def test_the_first_to_ask_may_give_up_and_the_others_are_answered(
    engine: Engine, encoder: SlowEncoder, notes: Notes
) -> None:
    encoder.go.clear()
    busy = asyncio.create_task(engine.encode_query([], "something else"))
    assert await asyncio.to_thread(encoder.entered.acquire, timeout=10)
    first, second = (asyncio.create_task(engine.encode_query([], "red")) for _ in range(2))
    await looked(notes, 3)
    first.cancel()
    await asyncio.wait([first])
    encoder.go.set()
    assert (await second).text is not None
    assert first.cancelled()
    assert encoder.texts == ["something else", "red"]
    await busy


async def test_when_all_give_up_the_model_never_sees_it(engine: Engine, encoder: SlowEncoder, notes: Notes) -> None:
    encoder.go.clear()
    busy = asyncio.create_task(engine.encode_query([], "something else"))
    assert await asyncio.to_thread(encoder.entered.acquire, timeout=10)
    given_up = [asyncio.create_task(engine.encode_query([], "red")) for _ in range(2)]
    await looked(notes, 3)
    for task in given_up:
        task.cancel()
    await asyncio.wait(given_up)
    after = asyncio.create_task(engine.encode_query([], "red"))  # no flight of theirs is joined any more
    await looked(notes, 4)
    encoder.go.set()
    await asyncio.gather(busy, after)
    assert encoder.texts == ["something else", "red"]
    assert notes.drops == ["cancelled"]
    assert [look.misses for look in notes.looks] == [1, 1, 0, 1]


async def test_a_failure_reaches_all_who_wait_and_is_not_remembered(
    engine: Engine, encoder: SlowEncoder, notes: Notes
) -> None:
    encoder.go.clear()
    encoder.error = RuntimeError("broken")
    asked = [asyncio.create_task(engine.encode_query([], "red")) for _ in range(3)]
    await looked(notes, 3)
    encoder.go.set()
    assert all(isinstance(e, RuntimeError) for e in await asyncio.gather(*asked, return_exceptions=True))
    encoder.error = None
    assert (await engine.encode_query([], "red")).text is not None


async def test_who_waited_too_long_is_told_and_costs_no_forward(encoder: SlowEncoder, notes: Notes) -> None:
    now = 100.0
    engine = Engine(encoder, WholePhoto(), fusions(), max_batch=1, deadline_s=5.0, watcher=notes, clock=lambda: now)
    encoder.go.clear()
    busy = asyncio.create_task(engine.encode_query([], "something else"))
    assert await asyncio.to_thread(encoder.entered.acquire, timeout=10)
    late = asyncio.create_task(engine.encode_query([], "red"))
    await looked(notes, 2)
    now = 104.0
    prolonged = asyncio.create_task(engine.encode_query([], "green"))
    await looked(notes, 3)
    now = 106.0
    encoder.go.set()
    with pytest.raises(EngineLate, match="longer"):
        await late
    await prolonged
    await busy  # it was with the model when its time was up, and is answered
    await engine.close()
    assert (encoder.texts, notes.drops) == (["something else", "green"], ["late"])


async def test_who_joins_late_brings_time_with_it(encoder: SlowEncoder, notes: Notes) -> None:
    now = 100.0
    engine = Engine(encoder, WholePhoto(), fusions(), max_batch=1, deadline_s=5.0, watcher=notes, clock=lambda: now)
    encoder.go.clear()
    busy = asyncio.create_task(engine.encode_query([], "something else"))
    assert await asyncio.to_thread(encoder.entered.acquire, timeout=10)
    first = asyncio.create_task(engine.encode_query([], "red"))
    await looked(notes, 2)
    now = 104.0
    second = asyncio.create_task(engine.encode_query([], "red"))
    await looked(notes, 3)
    now = 106.0
    encoder.go.set()
    await asyncio.gather(busy, first, second)
    await engine.close()
    assert (encoder.texts, notes.drops) == (["something else", "red"], [])


async def test_what_is_normalised_alike_is_one_input(engine: Engine, encoder: SlowEncoder) -> None:
    await engine.encode_query([], "robe d'e\u0301te\u0301")
    await engine.encode_query([], " robe\td'\u00e9t\u00e9\n")
    assert encoder.texts == ["robe d'\u00e9t\u00e9"]
