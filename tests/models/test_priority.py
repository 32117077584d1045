"""Bulk work yields to shoppers, and never less than whoever started it wanted."""

import os
import threading

from models.priority import NICENESS, background_threads, in_background, yield_to_others


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


async def test_bulk_work_yields_and_its_caller_stays_as_it_is() -> None:
    before = niceness()
    assert await in_background(niceness) == max(before, NICENESS)
    assert niceness() == before


def test_who_yields_more_already_is_left_alone() -> None:
    def twice() -> tuple[int, int]:
        yield_to_others(NICENESS + 3)
        more = niceness()
        yield_to_others()
        return more, niceness()

    with background_threads(1, "test") as thread:
        more, after = thread.submit(twice).result()
    assert more >= NICENESS + 3
    assert after == more
