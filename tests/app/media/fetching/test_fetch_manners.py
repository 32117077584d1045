"""Whose turn it is, on a clock of the test's own."""

import asyncio
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.media.fetching.client import seconds_of
from app.media.fetching.manners import Manners
from app.media.fetching.problems import FetchProblem

MOMENT = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)


class Clock:
    """Stands still unless it is set."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def manners(clock: Clock, **given: float) -> Manners:
    return Manners(4, 2, **({"patience": 30, "give_up": 60} | given), clock=clock)


async def ask(turns: Manners, problem: FetchProblem | None = None, host: str = "shop.example") -> str:
    """The reason why one request failed; empty where it did not."""
    try:
        async with turns.turn(host):
            if problem is not None:
                raise problem
    except FetchProblem as caught:
        return caught.reason
    return ""


async def test_a_long_pause_fails_who_waits_and_ends() -> None:
    clock = Clock()
    turns = manners(clock)
    async with turns.turn("shop.example"):
        turns.pause("shop.example", 100)
        turns.pause("shop.example", 50)
    clock.now += 20
    assert await ask(turns) == "is at a host that asked to be left alone for 80 s more"
    assert await ask(turns, host="other.example") == ""
    clock.now += 80
    assert await ask(turns) == ""


async def test_a_dead_host_is_given_up_and_tried_again_later() -> None:
    clock = Clock()
    turns = manners(clock)
    dead = FetchProblem("could not be connected to", passing=True)
    for _ in range(6):
        assert await ask(turns, dead) == "could not be connected to"
        clock.now += 10
    assert await ask(turns) == "is at a host that did nothing but fail for 60 s"
    assert await ask(turns, host="other.example") == ""
    clock.now += 60
    assert await ask(turns, dead) == "could not be connected to"
    clock.now += 1
    assert await ask(turns) == ""


async def test_a_host_that_only_asks_for_patience_is_given_up_too() -> None:
    clock = Clock()
    turns = manners(clock)
    for _ in range(2):
        with pytest.raises(FetchProblem, match="answered 503"):
            async with turns.turn("shop.example"):
                turns.pause("shop.example", 29)
                raise FetchProblem("answered 503", passing=True, after=29)
        clock.now += 30
    assert await ask(turns) == "is at a host that did nothing but fail for 60 s"


@pytest.mark.parametrize("problem", [None, FetchProblem("answered 404"), FetchProblem("is empty")])
async def test_a_host_that_answers_anything_is_not_dead(problem: FetchProblem | None) -> None:
    clock = Clock()
    turns = manners(clock)
    for _ in range(5):
        await ask(turns, FetchProblem("could not be connected to", passing=True))
        clock.now += 20
        assert await ask(turns, problem) == (problem.reason if problem else "")
        clock.now += 20


async def test_a_slow_host_takes_no_place_from_the_others() -> None:
    turns = Manners(3, 2, patience=1, give_up=1)
    held, release = asyncio.Semaphore(0), asyncio.Event()

    async def slow() -> None:
        async with turns.turn("slow.example"):
            held.release()
            await release.wait()

    tasks = [asyncio.create_task(slow()) for _ in range(10)]
    for _ in range(2):
        await held.acquire()
    assert await asyncio.wait_for(ask(turns, host="quick.example"), 5) == ""
    release.set()
    await asyncio.gather(*tasks)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("9" * 400, 999_999_999.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("Sun, 99 Mar 2026 12:00:00 GMT", None),
    ],
)
def test_what_retry_after_says(header: str, seconds: float | None) -> None:
    assert seconds_of(header, MOMENT) == seconds


@given(st.text(max_size=60))
def test_no_retry_after_breaks_anything(header: str) -> None:
    found = seconds_of(header, MOMENT)
    assert found is None or found >= 0
