"""Stored pictures that no item shows any more: of items that went, of pictures that changed, of imports that died."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from itertools import islice

import structlog

from app.catalog.repository import ItemRepository
from app.db.base import now
from app.db.session import Database
from app.media.storage import BlobStore

log = structlog.get_logger(__name__)

PREFIX = "items"
GRACE = dt.timedelta(days=1)
"""A picture is stored before the commit that shows it; putting it again makes it new again."""

CHUNK = 1_000


async def remove_orphans(database: Database, blobs: BlobStore, grace: dt.timedelta = GRACE) -> None:
    """Delete pictures stored longer than `grace` ago that belong to no item. May be run by many at once."""
    moment, removed = now() - grace, 0
    stored = blobs.unchanged_since(PREFIX, moment)
    while chunk := await asyncio.to_thread(lambda: list(islice(stored, CHUNK))):
        async with database.unit_of_work() as session:
            shown = await ItemRepository(session).shown_pictures(chunk)
        removed += await asyncio.to_thread(_delete, blobs, [key for key in chunk if key not in shown], moment)
    if removed:
        log.info("orphaned_pictures_removed", pictures=removed)


def _delete(blobs: BlobStore, keys: Sequence[str], moment: dt.datetime) -> int:
    for key in keys:
        blobs.delete(key, before=moment)  # whoever has put it again since is about to show it
    return len(keys)
