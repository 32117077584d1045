"""Threads that yield to all others: bulk work beside shoppers."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

NICENESS = 15
"""Linux gives such a thread about a thirtieth of a core that somebody else wants, and all of one that nobody does."""


def yield_to_others(niceness: int = NICENESS) -> None:
    """Lower the priority of the calling thread, and so of those it starts from now on (OpenMP's, FAISS's).

    On Linux a thread has a priority of its own (setpriority(2), "C library/kernel differences"). Where it has none, or
    may not be changed, or yields more already (`nice -n 19 tryon reindex`), everything stays as it is.
    """
    with suppress(OSError, AttributeError):
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(niceness, os.getpriority(os.PRIO_PROCESS, thread)))


def background_threads(count: int, name: str) -> ThreadPoolExecutor:
    """A pool whose threads yield to all others."""
    return ThreadPoolExecutor(count, thread_name_prefix=name, initializer=yield_to_others)


BACKGROUND = background_threads(2, "tryon-background")
"""For all bulk work of a process: more at a time would only take memory."""


async def in_background(work: Callable[P, R], *args: P.args, **named: P.kwargs) -> R:
    """`asyncio.to_thread`, in a thread that yields to all others."""
    return await asyncio.get_running_loop().run_in_executor(BACKGROUND, partial(work, *args, **named))
