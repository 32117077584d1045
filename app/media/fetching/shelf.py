"""Fetched pictures against the blob store: judged by their content, kept, and found again. All of it blocks."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.errors import PhotoTooLarge, UnreadablePhoto, UnsupportedPhoto
from app.media.fetching.client import Answer
from app.media.fetching.problems import FetchProblem
from app.media.fetching.repository import Remembered
from app.media.fetching.results import Fetched, FetchFailed
from app.media.photo import check_header
from app.media.pictures import kept_as_is, picture_key
from app.media.storage import BlobStore
from app.settings import LimitSettings

LONGEST_VALIDATOR = 1_000


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where fetched pictures lie. What the server called them is not looked at."""

    blobs: BlobStore
    limits: LimitSettings

    def take(self, url: str, answer: Answer, data: bytes, *, keep: bool) -> tuple[Fetched, Remembered | None]:
        """A picture that just came, and what to remember of it once it is put: nothing where it is not kept as it came.

        Raises FetchProblem: it is no picture within the limits.
        """
        self._judge(data)
        sha256 = hashlib.sha256(data).hexdigest()
        if not keep or not kept_as_is(data):
            return Fetched(url, data, sha256), None
        etag, last_modified = validators_of(answer)
        known = Remembered(url, answer.url, etag, last_modified, sha256, picture_key(sha256))
        return Fetched(url, data, sha256, kept=True), known

    def put(self, found: Iterable[Fetched | FetchFailed]) -> None:
        """Keep what is to be kept. Raises OSError when it cannot be stored."""
        with self.blobs.together() as put:
            for one in found:
                if isinstance(one, Fetched) and one.kept:
                    put(picture_key(one.sha256), one.data)

    def find(self, known: Remembered) -> Fetched | None:
        """The picture as it came the last time; None when it is gone or no longer the same.

        Raises:
            FetchProblem: the limits have become narrower than it is.
        """
        try:
            data = self.blobs.get(known.blob_key)
        except KeyError:
            return None
        if hashlib.sha256(data).hexdigest() != known.sha256:
            return None
        self._judge(data)
        return Fetched(known.url, data, known.sha256, changed=False)

    def _judge(self, data: bytes) -> None:
        try:
            check_header(data, self.limits)
        except PhotoTooLarge as error:
            raise FetchProblem(f"has more than {self.limits.photo_pixels:,} pixels") from error
        except UnsupportedPhoto as error:
            raise FetchProblem("is not a picture that we can read") from error
        except UnreadablePhoto as error:
            raise FetchProblem("is a damaged picture") from error


def conditions_of(known: Remembered | None) -> dict[str, str]:
    """Conditional headers (RFC 9110, section 13.1) for what is known; none where nothing is."""
    if known is None:
        return {}
    given = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in given.items() if value}


def renewed(known: Remembered, answer: Answer) -> Remembered:
    """What is remembered after a 304, which may bring new validators (RFC 9110, section 15.4.5)."""
    etag, last_modified = validators_of(answer)
    return replace(known, etag=etag or known.etag, last_modified=last_modified or known.last_modified)


def validators_of(answer: Answer) -> tuple[str, str]:
    """ETag and Last-Modified as the server wrote them, empty where we could not send them back."""
    etag, last_modified = (_sendable(answer.headers.get(name, "")) for name in ("etag", "last-modified"))
    return etag, last_modified


def _sendable(value: str) -> str:
    plain = value.isascii() and value.isprintable() and len(value) <= LONGEST_VALIDATOR
    return value.strip() if plain else ""
