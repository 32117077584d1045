"""A person in a photo: is there one, and where on them are the garments? Pure functions over masks and colours."""

from dataclasses import dataclass

import numpy as np

from models.contracts import Region
from models.preprocess.masks import HALF, Masks, Plane, main_islands
from models.preprocess.salience import Box, Flags, box_of

HEAD_ROWS = (0.02, 0.1)
"""Where on a person there is nothing but head, as shares of their height, whether cut at the thighs or not."""

HEAD_SKIN = 0.75
"""Share of skin and hair in those rows; hardly any garment has it, whatever its colour (see `is_person`)."""

SKIN_SHARE = (0.06, 0.75)
"""How much of a dressed person is head, hands and legs."""

HEAD_WIDTH = 0.75
"""A head is at most so wide as a share of the person's widest row."""

CLOTHED = 0.5
"""Share of cloth in a row where the garment has begun, or has not yet ended."""

LOWEST_NECK = 0.45
"""The head ends above this share of the person's height."""

FULL_LENGTH = 1.9
"""A person whose box is this many times as high as wide shows the legs."""

WAIST_FULL, WAIST_HALF = (0.25, 0.65), (0.4, 0.93)
"""Between which shares of the length from neck to lowest hem the upper garment ends: on a full-length person, and on
one cut at the thighs."""

ONE_PIECE = 14.0
"""Lab distance between above and below under which the two are one garment."""

OVERLAP = 0.02

# Where garments are on a person whose head no segmenter found, as shares of the height (top, bottom).
_UPPER, _LOWER = (0.12, 0.55), (0.45, 0.95)
_UPPER_HALF, _LOWER_HALF = (0.2, 0.75), (0.6, 1.0)


@dataclass(frozen=True, slots=True)
class _Body:
    """Rows of a mask that hold a person's clothes: `neck` where they begin, `hem` where they end."""

    neck: int
    hem: int

    def row(self, share: float) -> int:
        return round(self.neck + share * (self.hem - self.neck))


def is_person(masks: Masks) -> bool:
    """Does the subject wear a head? So cautious that garments on beds, floors and hangers are never taken for one."""
    flags = masks.subject > HALF
    if not flags.any():
        return False
    flags = main_islands(flags)
    skin = flags & (masks.skin > HALF)
    rows = np.flatnonzero(flags.any(axis=1))
    top, height = rows[0], rows[-1] + 1 - rows[0]
    head = slice(int(top + HEAD_ROWS[0] * height), max(int(top + HEAD_ROWS[1] * height), int(top) + 2))
    share = skin[head].sum() / max(1, flags[head].sum())
    wide = flags.sum(axis=1)
    narrow = wide[head].max() <= HEAD_WIDTH * wide.max()
    return bool(share >= HEAD_SKIN and narrow and SKIN_SHARE[0] <= skin.sum() / flags.sum() <= SKIN_SHARE[1])


def garments_of(masks: Masks, lab: Plane, aspect: float) -> tuple[Region, ...]:
    """Regions `upper` and `lower`, or one `full` where both are of one colour, largest first.

    Args: lab: the photo's colours at the masks' size, (h, w, 3). aspect: the photo's width by its height.
    """
    flags = main_islands(masks.subject > HALF)
    cloth = flags & (masks.skin <= HALF)
    body = _body(flags, cloth)
    if body is None:
        return by_proportion(box_of(flags), aspect)
    left, top, right, bottom = box_of(flags)
    full = (bottom - top) >= FULL_LENGTH * (right - left) * aspect
    waist, apart = _waist(lab, cloth, body, WAIST_FULL if full else WAIST_HALF)
    if apart < ONE_PIECE:
        return tuple(r for r in (_region(cloth, body.neck, body.hem, "full"),) if r) or by_proportion(
            box_of(flags), aspect
        )
    lap = round(OVERLAP * (body.hem - body.neck))
    found = (_region(cloth, body.neck, waist + lap, "upper"), _region(cloth, waist - lap, body.hem, "lower"))
    return _largest_first([region for region in found if region])


def by_proportion(box: Box, aspect: float) -> tuple[Region, ...]:
    """Upper and lower part of a person by what is usual, the head left out, largest first."""
    left, top, right, bottom = box
    height = bottom - top
    full = height >= FULL_LENGTH * (right - left) * aspect
    spans = {"upper": _UPPER if full else _UPPER_HALF, "lower": _LOWER if full else _LOWER_HALF}
    return _largest_first(
        [Region((left, top + begin * height, right, top + end * height), part) for part, (begin, end) in spans.items()]
    )


def _largest_first(regions: list[Region]) -> tuple[Region, ...]:
    return tuple(sorted(regions, key=lambda r: (r.box[0] - r.box[2]) * (r.box[3] - r.box[1])))


def _body(flags: Flags, cloth: Flags) -> _Body | None:
    rows = np.flatnonzero(flags.any(axis=1))
    clothed = cloth[rows].sum(axis=1) >= CLOTHED * flags[rows].sum(axis=1)
    # below the last bare row of the upper part: at a head's rim a few pixels of hair pass for cloth
    bare = np.flatnonzero(~clothed[: round(LOWEST_NECK * len(rows))])
    begin = int(bare[-1]) + 1 if len(bare) else 0
    covered = rows[begin:][clothed[begin:]]
    if len(covered) < 6:  # noqa: PLR2004 - too few rows to part in two
        return None
    return _Body(int(covered[0]), int(covered[-1]) + 1)


def _waist(lab: Plane, cloth: Flags, body: _Body, between: tuple[float, float]) -> tuple[int, float]:
    """The row that best parts the cloth's rows in two colours (Otsu's criterion over rows), and how far they differ.

    All rows above are held against all below, so that a stripe or a print does not pass for a hem.
    """
    rows = np.arange(body.neck, body.hem)
    filled = rows[cloth[rows].any(axis=1)]
    colours = np.stack([np.median(lab[row][cloth[row]], axis=0) for row in filled]).astype(np.float64)
    splits = [n for n, row in enumerate(filled) if body.row(between[0]) <= row <= body.row(between[1]) and n]
    if not splits:
        return body.row(between[0]), 0.0
    apart = {n: float(np.linalg.norm(colours[:n].mean(axis=0) - colours[n:].mean(axis=0))) for n in splits}
    best = max(splits, key=lambda n: n * (len(filled) - n) * apart[n] ** 2)
    return int(filled[best]), apart[best]


def _region(cloth: Flags, begin: int, end: int, part: str) -> Region | None:
    rows = slice(max(0, begin), min(len(cloth), end))
    columns = np.flatnonzero(cloth[rows].any(axis=0))
    if not len(columns):
        return None
    height, width = cloth.shape
    box = (float(columns[0] / width), rows.start / height, float((columns[-1] + 1) / width), rows.stop / height)
    return Region(box, part)
