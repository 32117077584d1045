"""Pictures and feeds by their address, fetched politely and from nowhere that a stranger's feed may not reach."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from app.db.session import Database
from app.media.fetching.results import Fetched, FetchFailed
from app.media.storage import BlobStore
from app.settings import Settings


class PictureFetcher:
    """Fetches what feeds name. One for an import or for the whole process; close it, or use it as a context."""

    def __init__(self, settings: Settings, database: Database, blobs: BlobStore) -> None:
        self._settings = settings
        self._database = database
        self._blobs = blobs

    async def fetch_many(self, urls: Sequence[str], *, keep: bool = True) -> dict[str, Fetched | FetchFailed]:
        """The pictures at `urls`, each asked for once however often it is named; never raises for a bad one.

        What was fetched before is asked for conditionally (RFC 9110, section 13). With `keep` False nothing is
        written, as a dry run needs. All of the pictures are in memory at once: give it a batch at a time, no more than
        `len(urls) * settings.fetch.max_bytes` can be had.
        """
        raise NotImplementedError

    async def download(self, url: str, to: Path, limit: int) -> None:
        """The file at `url` as the file `to`, which appears whole or not at all; for a feed of up to `limit` bytes.

        Raises:
            ImportFailed: it cannot be had, or is larger; the detail says why.
        """
        raise NotImplementedError

    async def close(self) -> None:
        """Let go of all connections."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
