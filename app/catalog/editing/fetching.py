"""Pictures by address for live changes: seldom enough that connections are not kept in between."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.db.session import Database
from app.media.fetching.fetcher import PictureFetcher
from app.media.fetching.results import Fetched, FetchFailed
from app.media.storage import BlobStore
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class FetchedOnDemand:
    """A `PictureFetcher` for the length of one call."""

    settings: Settings
    database: Database
    blobs: BlobStore

    async def fetch_many(self, urls: Sequence[str]) -> dict[str, Fetched | FetchFailed]:
        async with PictureFetcher(self.settings, self.database, self.blobs) as fetcher:
            return await fetcher.fetch_many(urls)
