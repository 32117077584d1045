"""The only SQL about fetched files; never commits."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.batches import batched
from app.db.base import now
from app.db.statements import IDS_A_QUERY, dialect_insert, table_of
from app.media.tables import FetchedFileRow

ROWS = table_of(FetchedFileRow)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What `url` gave: `etag` and `last_modified` as `answered_url` sent them, empty where it did not."""

    url: str
    answered_url: str
    etag: str
    last_modified: str
    sha256: str
    blob_key: str


class FetchedFiles:
    """Fetched files within one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, urls: Sequence[str]) -> dict[str, Remembered]:
        """What is remembered, by URL."""
        found: dict[str, Remembered] = {}
        for some in batched(urls, IDS_A_QUERY):
            hashes = [_hash(url) for url in some]
            rows = await self._session.scalars(select(FetchedFileRow).where(FetchedFileRow.url_hash.in_(hashes)))
            for row in rows:
                found[row.url] = Remembered(
                    row.url, row.answered_url, row.etag, row.last_modified, row.sha256, row.blob_key
                )
        return found

    async def put(self, files: Sequence[Remembered]) -> None:
        """Remember these as checked now, in place of what was known of their URLs; URLs must be distinct."""
        moment = now()
        # In one order everywhere: two imports that name the same pictures then wait for each other, in no circle.
        values = sorted(
            ({"url_hash": _hash(file.url), "checked_at": moment, **asdict(file)} for file in files),
            key=lambda value: str(value["url_hash"]),
        )
        if not values:
            return
        added = dialect_insert(self._session, ROWS)
        replaced = {name: added.excluded[name] for name in values[0] if name != "url_hash"}
        await self._session.execute(added.on_conflict_do_update(index_elements=["url_hash"], set_=replaced), values)

    async def forget(self, before: dt.datetime) -> int:
        """Drop what nobody asked for since `before`; how many that were."""
        gone = await self._session.scalars(
            delete(FetchedFileRow).where(FetchedFileRow.checked_at < before).returning(FetchedFileRow.url_hash)
        )
        return len(gone.all())


def _hash(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()
