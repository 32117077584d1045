"""Finds a model's head and skin in a studio picture: the labels by which the segmenter learns to leave them out.

No one labelled them. A head is narrower than the shoulders below it and shows skin; what else of the subject is of that
very colour is skin as well.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.contracts import RGB
from models.preprocess.salience import lab_of

Flags: TypeAlias = NDArray[np.bool_]

HEAD = 0.1
"""Middle of a head, as a share of the subject's height."""

SHOULDERS = 0.3
NARROW = 0.62
"""A head is at most so wide as a share of the shoulders."""

FACE_ROWS, FACE_SKIN = (0.04, 0.2), 0.3
"""Where a face is, as shares of the subject's height, and how much of it is of skin's colour."""

SAME_SKIN = 17.0
"""Lab distance within which a pixel is of the face's own colour."""

NECK_SKIN = 0.2
"""Share of skin in the head's columns below which the garment has begun."""

LONGEST_HEAD = 0.34
CB, CR = (77.0, 130.0), (135.0, 175.0)
"""Skin in YCbCr, whatever its lightness (Chai and Ngan 1999)."""


@dataclass(frozen=True, slots=True)
class _Rows:
    top: int
    bottom: int

    def at(self, share: float) -> int:
        return int(self.top + share * (self.bottom - self.top))


def skin_of(picture: RGB, subject: Flags) -> Flags | None:
    """Head, hair, hands, arms and legs of a standing model, shape (h, w); None where the picture shows no head.

    Args: subject: what is not background, shape (h, w).
    """
    filled = np.flatnonzero(subject.any(axis=1))
    if len(filled) < 40:  # noqa: PLR2004 - too small to have a head
        return None
    rows = _Rows(int(filled[0]), int(filled[-1]) + 1)
    head, shoulders = _width(subject[rows.at(HEAD)]), _width(subject[rows.at(SHOULDERS)])
    likely = skin_like(picture) & subject
    face = slice(rows.at(FACE_ROWS[0]), rows.at(FACE_ROWS[1]))
    share = likely[face].sum() / max(1, subject[face].sum())
    if not 0 < head < NARROW * shoulders or share < FACE_SKIN:
        return None
    lab = lab_of(picture)
    tone = np.median(lab[face][likely[face]], axis=0)
    same: Flags = (np.linalg.norm((lab - tone) * (0.6, 1.0, 1.0), axis=2) < SAME_SKIN) & likely
    found: Flags = same | _head(subject, same, rows)
    return found


def _head(subject: Flags, skin: Flags, rows: _Rows) -> Flags:
    """All of the subject from its top down to where the neck's skin ends."""
    columns = np.flatnonzero(subject[rows.at(HEAD)])
    band = slice(int(columns[0]), int(columns[-1]) + 1)
    last = rows.at(LONGEST_HEAD)
    shares = skin[rows.at(HEAD) : last, band].mean(axis=1)
    ends = np.flatnonzero(shares < NECK_SKIN)
    chin = rows.at(HEAD) + (int(ends[0]) if len(ends) else len(shares))
    zone = np.zeros_like(subject)
    # hair falls beside the neck, the collar begins below it
    zone[rows.top : max(rows.at(HEAD), chin - round(0.03 * (rows.bottom - rows.top)))] = True
    return zone & subject


def _width(row: Flags) -> int:
    found = np.flatnonzero(row)
    return int(found[-1] - found[0] + 1) if len(found) else 0


def skin_like(picture: RGB) -> Flags:
    """Pixels of any skin's colour, and of beige, tan and rust, shape (h, w)."""
    ycbcr = np.asarray(picture.convert("YCbCr"), dtype=np.float32)
    blue, red = ycbcr[..., 1], ycbcr[..., 2]
    found: Flags = (blue >= CB[0]) & (blue <= CB[1]) & (red >= CR[0]) & (red <= CR[1])
    return found
