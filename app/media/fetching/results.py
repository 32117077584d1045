"""What became of an address: the bytes it gave, or why there are none."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that an address gave, now or (`changed` False, its server said so) the last time.

    Its header is that of a picture within the limits; whether all of it can be decoded only decoding shows.
    `sha256` is of `data`, in hexadecimal. `kept`: it was put into the blob store just now, under its `picture_key`.
    """

    url: str
    data: bytes = field(repr=False)
    sha256: str
    changed: bool = True
    kept: bool = False


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """Why an address gave nothing, in a few words that follow it: "answered 404", "is not a picture"."""

    url: str
    reason: str
