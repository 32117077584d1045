"""Photos of requests, where the shop keeps them: with the answer, without faces, and gone with the answer."""

import asyncio
import datetime as dt
import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import structlog

from app.db.base import now
from app.db.session import Database
from app.errors import PhotoNotKept
from app.media.photo import ENOUGH, decode
from app.media.storage import BlobStore
from app.photos.faces import FaceDetector, unrecognisable
from app.photos.settings import PhotoSettings
from app.recommendations.form import MOST_PHOTOS
from app.recommendations.repository import RecommendationRepository
from app.settings import LimitSettings

log = structlog.get_logger(__name__)

PREFIX = "photos"
QUALITY = 80
GRACE = dt.timedelta(hours=1)
"""A photo is put before it is known whether its answer still stands; after so long the two must agree."""


@dataclass(frozen=True, slots=True)
class PhotoShelf:
    """`faces` None: photos are not kept. What was kept before is still shown, and goes as it should."""

    database: Database
    blobs: BlobStore
    settings: PhotoSettings
    limits: LimitSettings
    faces: FaceDetector | None = None

    async def keep(self, recommendation_id: str, photos: Sequence[bytes]) -> None:
        """Keep the photos of an answer that was committed. Called when the answer is on its way."""
        if self.faces is None:
            return
        for index, photo in enumerate(photos):
            await asyncio.to_thread(self._put, self.faces, key_of(recommendation_id, index), photo)
        if not await self._standing([recommendation_id]):  # erased while faces were looked for
            await self.forget([recommendation_id])

    def _put(self, faces: FaceDetector, key: str, photo: bytes) -> None:
        picture = decode(photo, self.limits, enough=ENOUGH)
        picture.thumbnail((self.settings.side, self.settings.side), reducing_gap=2.0)
        out = io.BytesIO()
        unrecognisable(picture, faces.faces(picture)).save(out, "WEBP", quality=QUALITY)
        self.blobs.put(key, out.getvalue())

    async def read(self, recommendation_id: str, index: int) -> bytes:
        """A kept photo as WebP. Raises PhotoNotKept."""
        try:
            return await asyncio.to_thread(self.blobs.get, key_of(recommendation_id, index))
        except KeyError:
            raise PhotoNotKept("The photo of this answer is not kept, or no longer.") from None

    async def forget(self, recommendation_ids: Iterable[str]) -> None:
        """Delete the photos of answers that are gone."""
        keys = [key_of(id_, index) for id_ in recommendation_ids for index in range(MOST_PHOTOS)]
        await asyncio.to_thread(self._delete, keys)

    async def forget_old(self) -> None:
        """The chore: photos that were kept long enough, and those whose answer is gone. May be run by many at once."""
        old = await asyncio.to_thread(self._since, now() - dt.timedelta(days=self.settings.keep_days))
        left = set(await asyncio.to_thread(self._since, now() - GRACE)) - set(old)
        standing = await self._standing({answer_of(key) for key in left})
        gone = [*old, *(key for key in left if answer_of(key) not in standing)]
        await asyncio.to_thread(self._delete, gone)
        if gone:
            log.info("photos_forgotten", photos=len(gone))

    async def _standing(self, ids: Collection[str]) -> set[str]:
        async with self.database.unit_of_work() as session:
            return await RecommendationRepository(session).standing(ids)

    def _since(self, moment: dt.datetime) -> list[str]:
        return list(self.blobs.unchanged_since(PREFIX, moment))

    def _delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.blobs.delete(key)


def key_of(recommendation_id: str, index: int) -> str:
    return f"{PREFIX}/{recommendation_id}.{index}.webp"


def answer_of(key: str) -> str:
    """The answer whose photo lies under `key`."""
    return key.removeprefix(f"{PREFIX}/").rsplit(".", 2)[0]
