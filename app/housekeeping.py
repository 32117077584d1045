"""What a service does by itself from time to time: forgetting, and clearing up after what was killed."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping

import structlog

from app.db.session import OUTAGES

log = structlog.get_logger(__name__)

Chore = Callable[[], Awaitable[None]]
"""Does one thing and returns. Many processes may do it at once."""


class Housekeeping:
    """Runs every chore at the start of a process and then every `every_s` seconds, until stopped."""

    def __init__(self, chores: Mapping[str, Chore], every_s: float) -> None:
        """Args: chores: by the name the log calls them."""
        self.chores = dict(chores)
        self._every_s = every_s
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        if self._loop is None:
            self._loop = asyncio.create_task(self._run(), name="housekeeping")

    async def stop(self) -> None:
        if self._loop is not None:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop
            self._loop = None

    async def _run(self) -> None:
        while True:
            for name, chore in self.chores.items():
                try:
                    await chore()
                except OUTAGES:  # the next round makes up for it
                    log.warning("chore_not_done", chore=name, exc_info=True)
                except Exception:  # a fault of this one: the others are done all the same, and it is tried again
                    log.exception("chore_failed", chore=name)
                if _stopping():  # a chore that is cancelled may fail with something else on its way out
                    return
            await asyncio.sleep(self._every_s)


def _stopping() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
