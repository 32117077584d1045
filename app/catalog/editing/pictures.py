"""Pictures that come with a live change: fetched, checked, and stored just before the commit that shows them."""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.catalog.editing.operations import Operation, invalid
from app.catalog.records import PictureRecord
from app.errors import AppError, FieldError, UnreadablePhoto
from app.media.fetching.results import Fetched, FetchFailed
from app.media.photo import decode
from app.media.pictures import picture_key, to_keep
from app.media.portions import portions
from app.media.storage import BlobStore
from app.settings import LimitSettings
from models.contracts import RGB


class Fetcher(Protocol):
    """What of `PictureFetcher` is needed."""

    async def fetch_many(self, urls: Sequence[str]) -> dict[str, Fetched | FetchFailed]: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A picture that can be decoded: what the catalogue says of it, and the bytes to store."""

    record: PictureRecord
    data: bytes


@dataclass(frozen=True, slots=True)
class PictureDesk:
    """Turns what operations bring into pictures."""

    blobs: BlobStore
    limits: LimitSettings
    fetcher: Fetcher

    async def opened(self, operations: Iterable[Operation]) -> dict[str, list[Opened] | AppError]:
        """By item id, the pictures of those operations that bring any; or why they cannot be used."""
        bringing = {one.id: one.pictures for one in operations if one.pictures is not None and one.refused is None}
        found: dict[str, list[Opened] | AppError] = {}
        for portion in portions(bringing):
            urls = dict.fromkeys(p for pictures in portion.values() for p in pictures if isinstance(p, str))
            fetched = await self.fetcher.fetch_many(list(urls)) if urls else {}
            found |= {id_: await asyncio.to_thread(self._open, given, fetched) for id_, given in portion.items()}
        return found

    async def decoded(self, pictures: Sequence[Opened]) -> list[RGB]:
        """Again: the pixels of a whole batch would fill the memory."""
        return await asyncio.to_thread(lambda: [decode(one.data, self.limits) for one in pictures])

    async def stored(self, records: Iterable[PictureRecord]) -> list[RGB]:
        """Pictures that an item has already, decoded. Raises AppError for one that is missing or damaged."""
        return await asyncio.to_thread(lambda: [self._stored(record) for record in records])

    async def keep(self, pictures: Iterable[Opened]) -> None:
        """Put them into the blob store. Those of a commit that then fails are removed by the housekeeping."""
        await asyncio.to_thread(self._put, pictures)

    def _put(self, pictures: Iterable[Opened]) -> None:
        with self.blobs.together() as put:
            for one in pictures:
                put(one.record.blob_key, one.data)

    def _open(
        self, given: Sequence[bytes | str], fetched: Mapping[str, Fetched | FetchFailed]
    ) -> list[Opened] | AppError:
        found: dict[str, Opened] = {}
        for number, one in enumerate(given, start=1):
            data = one if isinstance(one, bytes) else fetched[one]
            if isinstance(data, FetchFailed):
                return invalid([("pictures", f"{data.url} {data.reason}")])
            try:
                opened = self._checked(data.data if isinstance(data, Fetched) else data)
            except AppError as error:
                reason = f"number {number}: {error.detail}"
                return type(error)(f"Picture {reason}", fields=[FieldError("pictures", reason)])
            found.setdefault(opened.record.sha256, opened)
        return list(found.values())

    def _checked(self, data: bytes) -> Opened:
        picture, digest = decode(data, self.limits), hashlib.sha256(data).hexdigest()
        record = PictureRecord(picture_key(digest), digest, picture.width, picture.height)
        return Opened(record, to_keep(data, picture))

    def _stored(self, record: PictureRecord) -> RGB:
        try:
            return decode(self.blobs.get(record.blob_key), self.limits)
        except KeyError:
            raise UnreadablePhoto("A stored picture of the item is missing. Send its pictures again.") from None
