"""What a walked container gives."""

from dataclasses import dataclass

UPRIGHT = 1
"""EXIF's orientation of a picture that needs no turning."""


class Refused(ValueError):
    """A file that no decoder should see. Its text goes on behind "The photo": it says what is wrong."""


@dataclass(frozen=True, slots=True)
class Slim:
    """A picture file without what a decoder needs not.

    `format` is Pillow's name of it; `orientation` EXIF's, 1 to 8, which is not in the bytes any more: by it the decoded
    picture must still be turned.
    """

    format: str
    data: bytes
    orientation: int = UPRIGHT


def joined(data: bytes, kept: list[tuple[int, int]]) -> bytes:
    """The kept ranges of `data`, in order, as one file; neighbours are copied in one go."""
    view, runs = memoryview(data), list[tuple[int, int]]()
    for start, end in kept:
        if runs and runs[-1][1] == start:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return b"".join(view[start:end] for start, end in runs)
