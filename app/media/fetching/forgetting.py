"""Forgets addresses that no feed names any more."""

import datetime as dt

import structlog

from app.db.base import now
from app.db.session import Database
from app.media.fetching.repository import FetchedFiles
from app.media.fetching.settings import FetchSettings

log = structlog.get_logger(__name__)


async def forget_unasked(database: Database, settings: FetchSettings) -> None:
    """Delete what is remembered of addresses that nobody asked for lately; the pictures are the catalogue's own.

    May be run by many at once.
    """
    async with database.unit_of_work() as session:
        forgotten = await FetchedFiles(session).forget(now() - dt.timedelta(days=settings.keep_days))
    if forgotten:
        log.info("unasked_addresses_forgotten", addresses=forgotten)
