"""What a caller hears of the engine, and what becomes of work whose caller is gone."""

import asyncio

import pytest

from app.asking import never, said_plainly, while_wanted
from app.errors import AppError, NotReady, Overloaded, RequestTooSlow
from models.engine import EngineClosed, EngineLate, EngineOverloaded


@pytest.mark.parametrize(
    ("raised", "heard", "words"),
    [
        (EngineLate("late"), Overloaded, "in time"),
        (EngineOverloaded("full"), Overloaded, "waiting"),
        (EngineClosed("closed"), NotReady, "shutting down"),
    ],
)
def test_the_engines_errors_are_503_with_a_time_to_try_again(
    raised: Exception, heard: type[AppError], words: str
) -> None:
    with pytest.raises(heard, match=words) as told, said_plainly():
        raise raised
    assert (told.value.status, told.value.retry_after_s) == (503, 1)


async def test_work_that_is_wanted_is_done() -> None:
    async def work() -> int:
        return 7

    assert await while_wanted(work(), never) == 7


async def test_work_nobody_wants_is_cancelled_and_undone_as_after_an_error() -> None:
    begun, ended, gone = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    asked = asyncio.create_task(while_wanted(work(), gone.wait))
    await begun.wait()
    gone.set()
    with pytest.raises(RequestTooSlow, match="hung up"):
        await asked
    assert ended.is_set()


async def test_its_own_errors_and_a_cancellation_go_through() -> None:
    async def broken() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await while_wanted(broken(), never)
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    asked = asyncio.create_task(while_wanted(work(), never))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert ended.is_set()
