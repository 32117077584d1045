"""One drafted item against what the database knows: its pictures checked and stored, created, changed or neither."""

import hashlib
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Literal

from app.catalog.feeds.draft import WEB
from app.catalog.feeds.folding import Folded
from app.catalog.feeds.pictures import Pictures
from app.catalog.feeds.rows import Issues
from app.catalog.records import ItemRecord, Known, PictureRecord
from app.errors import AppError
from app.media.fetching.results import Fetched, FetchFailed
from app.media.photo import decode
from app.media.pictures import picture_key, to_keep
from app.media.storage import BlobStore, Put
from app.settings import LimitSettings
from models.taxonomy.lookup import NOT_WORN

Verdict = Literal["created", "changed", "unchanged", "failed"]
FetchedByUrl = Mapping[str, Fetched | FetchFailed]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one item; `record` is set when something is to be written."""

    verdict: Verdict
    record: ItemRecord | None = None
    errors: Issues = ()
    warnings: Issues = ()


@dataclass(slots=True)
class _Found:
    """An item's pictures: hash → bytes, in their order; which of them the fetcher put into the blob store just now; and
    what could not be had, and why.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    missing: list[tuple[str, str]] = field(default_factory=list)

    def add(self, data: bytes, digest: str = "") -> None:
        self.files.setdefault(digest or hashlib.sha256(data).hexdigest(), data)

    @property
    def unreachable(self) -> bool:
        """Whether an address gave nothing."""
        return any(WEB.match(name) for name, _ in self.missing)


@dataclass(frozen=True, slots=True)
class PictureIntake:
    """Decides item by item. Blocks: call it in a thread. With `store` False it writes no blobs."""

    pictures: Pictures
    blobs: BlobStore
    limits: LimitSettings
    store: bool = True

    def addresses(self, item: Folded) -> list[str]:
        """The web addresses among an item's pictures."""
        return [name for name in item.draft.pictures if WEB.match(name)]

    def take(
        self, items: Mapping[int, Folded], known: Mapping[str, Known], fetched: FetchedByUrl
    ) -> dict[int, Outcome]:
        """Check items' pictures, store those that are new, and say what is to be written; by the items' own keys.

        An item none of whose pictures can be had keeps those it has; a new one fails where addresses of it gave
        nothing. A picture that is there and damaged fails the item.

        Args:
            known: by id, of items that the catalogue has.
            fetched: what the items' `addresses` gave.
        """
        with self._storing() as put:
            return {key: self._take(item, known.get(item.draft.id), fetched, put) for key, item in items.items()}

    def _storing(self) -> AbstractContextManager[Put]:
        return self.blobs.together() if self.store else nullcontext(lambda key, data: None)

    def _take(self, item: Folded, known: Known | None, fetched: FetchedByUrl, put: Put) -> Outcome:
        draft = item.draft
        try:
            found = self._find(item, fetched)
            digests = tuple(found.files)
            same_pictures = known is not None and (_nothing_new(digests, known, found) or digests == known.pictures)
            if not digests and (known is None or not known.pictures) and found.unreachable:
                return Outcome("failed", errors=tuple(("pictures", why) for _, why in found.missing))
            if known is not None and same_pictures and known.content_hash == draft.content_hash:
                return Outcome("unchanged", warnings=self._doubts(item, found, pictured=True))
            records = None if same_pictures else self._stored(found, put)
        except AppError as error:
            return Outcome("failed", errors=(("pictures", error.detail),))
        except ValueError as error:
            return Outcome("failed", errors=(("pictures", str(error)),))
        pictured = bool(digests) or (known is not None and bool(known.pictures))
        verdict: Verdict = "created" if known is None else "changed"
        return Outcome(verdict, draft.record(records), warnings=self._doubts(item, found, pictured=pictured))

    def _find(self, item: Folded, fetched: FetchedByUrl) -> _Found:
        """The pictures in the order the feed names them; without names the first in the sources under its ids."""
        found = _Found()
        named = [name for name in item.draft.pictures if name not in fetched]
        files, missing = self.pictures.read(item.row_ids, named, self.limits.photo_bytes)
        for name in item.draft.pictures:
            match fetched.get(name):
                case Fetched(data=data, sha256=digest, kept=kept):
                    found.add(data, digest)
                    found.kept.update((digest,) if kept else ())
                case FetchFailed(reason=reason):
                    found.missing.append((name, f"{name} {reason}"))
                case None:
                    continue
        if not (found.files and len(missing) == len(named)):
            for data in files:
                found.add(data)
        found.missing += [(name, f"'{name}' is in no picture source") for name in missing if self.pictures]
        return found

    def _stored(self, found: _Found, put: Put) -> tuple[PictureRecord, ...]:
        """Every picture decoded once, to know that it can be, and put into the blob store."""
        records = []
        for digest, data in found.files.items():
            picture = decode(data, self.limits)
            key = picture_key(digest)
            if digest not in found.kept:
                put(key, to_keep(data, picture))
            records.append(PictureRecord(key, digest, picture.width, picture.height))
        return tuple(records)

    def _doubts(self, item: Folded, found: _Found, *, pictured: bool) -> Issues:
        doubts = [("pictures", why) for _, why in found.missing]
        if self.pictures and not pictured and not found.missing and item.draft.slot != NOT_WORN:
            doubts.append(("pictures", "has no picture, so it is never suggested"))
        return tuple(doubts)


def _nothing_new(digests: tuple[str, ...], known: Known, found: _Found) -> bool:
    """Whether an item keeps its pictures: none came, or an address gave nothing and what came is known already."""
    return not digests or (found.unreachable and set(digests) <= set(known.pictures))
