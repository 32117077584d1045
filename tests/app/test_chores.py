"""Chores are done at the start, again and again, each whatever becomes of the others, until stopped."""

import asyncio

import pytest

from app.housekeeping import Housekeeping


@pytest.mark.parametrize("error", [OSError("no space left"), ZeroDivisionError("a bug")])
async def test_a_chore_that_fails_keeps_no_other_from_being_done_again_and_again(error: Exception) -> None:
    failures, rounds, thrice = 0, 0, asyncio.Event()

    async def failing() -> None:
        nonlocal failures
        failures += 1
        raise error

    async def counting() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 3:
            thrice.set()

    keeping = Housekeeping({"failing": failing, "counting": counting}, every_s=0)
    await keeping.start()
    await keeping.start()
    await asyncio.wait_for(thrice.wait(), 5)
    await keeping.stop()
    assert failures == rounds
    done = rounds
    for _ in range(10):
        await asyncio.sleep(0)
    assert rounds == done


@pytest.mark.parametrize("error", [OSError("the connection is gone"), ZeroDivisionError("a bug")])
async def test_a_chore_that_fails_while_it_is_cancelled_ends_all_the_same(error: Exception) -> None:
    begun, others = asyncio.Event(), 0

    async def cut_short() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise error

    async def counting() -> None:
        nonlocal others
        others += 1

    keeping = Housekeeping({"cut short": cut_short, "counting": counting}, every_s=3600)
    await keeping.start()
    await asyncio.wait_for(begun.wait(), 5)
    await asyncio.wait_for(keeping.stop(), 5)
    assert others == 0
