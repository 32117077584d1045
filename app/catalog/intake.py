"""One drafted item against what the database knows: its pictures checked and stored, created, changed or neither."""

import hashlib
import io
from dataclasses import dataclass
from typing import Literal

from PIL import Image

from app.catalog.feeds.folding import Folded
from app.catalog.feeds.pictures import Pictures
from app.catalog.records import ItemRecord, Known, PictureRecord
from app.errors import AppError
from app.media.photo import decode
from app.media.storage import BlobStore
from app.settings import LimitSettings
from models.taxonomy.lookup import NOT_WORN

SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
CONVERTED_QUALITY = 92

Verdict = Literal["created", "changed", "unchanged", "failed"]
Issues = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one item; `record` is set when something is to be written."""

    verdict: Verdict
    record: ItemRecord | None = None
    errors: Issues = ()
    warnings: Issues = ()


@dataclass(frozen=True, slots=True)
class PictureIntake:
    """Decides item by item. Blocks: call it in a thread. With `store` False it writes no blobs."""

    pictures: Pictures
    blobs: BlobStore
    limits: LimitSettings
    store: bool = True

    def take(self, item: Folded, known: Known | None) -> Outcome:
        """Check an item's pictures, store those that are new, and say what is to be written.

        An item whose pictures are not among the sources keeps those it has.
        """
        draft = item.draft
        try:
            files, missing = self.pictures.read(item.row_ids, draft.pictures, self.limits.photo_bytes)
            digests = tuple(dict.fromkeys(hashlib.sha256(data).hexdigest() for data in files))
            same_pictures = known is not None and (not files or digests == known.pictures)
            if known is not None and same_pictures and known.content_hash == draft.content_hash:
                return Outcome("unchanged", warnings=self._doubts(item, missing, found=True))
            records = None if same_pictures else self._stored(files)
        except AppError as error:
            return Outcome("failed", errors=(("pictures", error.detail),))
        except ValueError as error:
            return Outcome("failed", errors=(("pictures", str(error)),))
        found = bool(files) or (known is not None and bool(known.pictures))
        verdict: Verdict = "created" if known is None else "changed"
        return Outcome(verdict, draft.record(records), warnings=self._doubts(item, missing, found=found))

    def _stored(self, files: list[bytes]) -> tuple[PictureRecord, ...]:
        """Every picture decoded once, to know that it can be, and put into the blob store."""
        records: dict[str, PictureRecord] = {}
        for data in files:
            picture = decode(data, self.limits)
            digest = hashlib.sha256(data).hexdigest()
            key = f"items/{digest[:2]}/{digest}"
            if self.store:
                self.blobs.put(key, data if _kept_as_is(data) else _as_webp(picture))
            records[digest] = PictureRecord(key, digest, picture.width, picture.height)
        return tuple(records.values())

    def _doubts(self, item: Folded, missing: list[str], *, found: bool) -> Issues:
        doubts = [("pictures", f"'{name}' is in no picture source") for name in missing if self.pictures]
        if self.pictures and not found and not missing and item.draft.slot != NOT_WORN:
            doubts.append(("pictures", "has no picture, so it is never suggested"))
        return tuple(doubts)


def _kept_as_is(data: bytes) -> bool:
    """JPEG, PNG and WebP are stored as they came."""
    return data.startswith(SIGNATURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def _as_webp(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=CONVERTED_QUALITY)
    return out.getvalue()
