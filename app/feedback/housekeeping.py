"""Forgets by itself what is older than it may be kept: at the start of a process, and from time to time after it."""

import asyncio
import contextlib

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.db.session import Database
from app.errors import DatabaseUnreachable
from app.feedback.memory import kept_since
from app.feedback.repository import EventRepository, ShopperRepository
from app.settings import FeedbackSettings

log = structlog.get_logger(__name__)


async def forget_old(database: Database, settings: FeedbackSettings) -> None:
    """Delete events older than they are kept, and then shoppers of whom nothing is left. May be run by many at once."""
    moment = kept_since(settings)
    async with database.unit_of_work() as session:
        events = await EventRepository(session).forget_before(moment)
        shoppers = await ShopperRepository(session).forget_idle(moment)
    if events or shoppers:
        log.info("old_feedback_forgotten", events=events, shoppers=shoppers)


class Housekeeping:
    """Runs `forget_old` every `feedback.forget_every_s` seconds until stopped."""

    def __init__(self, database: Database, settings: FeedbackSettings) -> None:
        self._database = database
        self._settings = settings
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
            try:
                await forget_old(self._database, self._settings)
            except (SQLAlchemyError, DatabaseUnreachable):  # it may be away for a while; the next round makes up for it
                log.warning("old_feedback_not_forgotten", exc_info=True)
            await asyncio.sleep(self._settings.forget_every_s)
