"""What stands out from a photo's border: a colour model of the background, and the box of what differs from it.

The border as a background prior is an old one (Wei et al. 2012, "Geodesic saliency using background priors"); here
the border's colours are clustered in CIE Lab and a pixel's salience is its distance to the nearest cluster.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.contracts import RGB

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom as fractions of width and height."""

Plane: TypeAlias = NDArray[np.float32]
Flags: TypeAlias = NDArray[np.bool_]

SIDE = 96
"""Longer side of the thumbnail that is looked at."""

CLUSTERS = 5
ROUNDS = 6
FRAME = 0.05
"""Width of the border that counts as background, as a share of each side."""

LEAST_SHARE, MOST_ON_ONE_SIDE = 0.08, 0.85
"""A background colour makes up so much of the border, and has no more than so much of itself on one of its sides."""

LEAST_SPREAD = 4.0
"""Lab distance below which colours count as the same: noise of a phone's sensor and of JPEG."""

LEAST_CONTRAST = 14.0
"""Mean Lab distance by which a subject must stand out to be believed."""

AREA = (0.04, 0.9)
"""Shares of the photo that a believable subject covers."""

DOUBT = 0.55
"""Share of the threshold at which a pixel beside the subject still belongs to it."""

TOUCHING = 0.3
"""Share of the border that a subject may run across: more, and it fills the frame or the background is misread."""

TRIMMED = 0.004
"""Share of the subject's pixels that may lie outside its box on each side: dust, shadows."""

WORTHWHILE = 0.9
"""A box that covers more of the photo than this is not worth cutting."""


@dataclass(frozen=True, slots=True)
class _Background:
    centres: Plane
    spreads: Plane


def find_subject(photo: RGB) -> Box | None:
    """The box of what differs from the border, without margin; None where it is not plain enough to crop to."""
    subject = subject_flags(photo)
    if subject is None:
        return None
    box = box_of(subject)
    area = (box[2] - box[0]) * (box[3] - box[1])
    return box if area < WORTHWHILE else None


def subject_flags(photo: RGB) -> Flags | None:
    """What differs from the border, on a thumbnail of `photo`, shape (h, w); None where nothing plainly does."""
    small = _thumbnail(photo)
    if min(small.size) < 8:  # noqa: PLR2004 - too thin a strip to have a border and a middle
        return None
    lab = lab_of(small)
    background = _background(*_border(lab))
    if not len(background.centres):
        return None
    distance = _blurred(_distance(lab, background))
    threshold = max(_otsu(distance), LEAST_SPREAD)
    subject = _opened(distance > threshold)
    if not _believable(subject, distance):
        return None
    # Sleeves in shade and pale parts differ less from the floor: what hangs together with the subject belongs to it.
    subject = _grown(subject, _opened(distance > DOUBT * threshold))
    return subject if _believable(subject, distance) else None


def _thumbnail(photo: RGB) -> RGB:
    scale = SIDE / max(photo.size)
    if scale >= 1:
        return photo
    size = max(1, round(photo.width * scale)), max(1, round(photo.height * scale))
    # nearest first: averaging 50 megapixels would cost more than all the rest
    return photo.resize((size[0] * 3, size[1] * 3), Image.Resampling.NEAREST).resize(size, Image.Resampling.BOX)


def lab_of(picture: RGB) -> Plane:
    """CIE L*a*b* (D65, CIE 15:2004) of an sRGB picture, shape (h, w, 3)."""
    srgb = np.asarray(picture, dtype=np.float32) / 255
    linear = np.where(srgb <= _SRGB_TOE, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ
    f = np.where(xyz > _LAB_TOE, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    lab = np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)
    return lab.astype(np.float32)


_SRGB_TOE, _LAB_TOE = 0.04045, 0.008856  # below these both curves are straight lines
# sRGB (IEC 61966-2-1) to XYZ, each row of the result divided by the D65 white point
_TO_XYZ = (
    np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], dtype=np.float32)
    / np.array([[0.9505], [1.0], [1.089]], dtype=np.float32)
).T


def _frame(shape: tuple[int, ...]) -> Flags:
    height, width = shape[:2]
    down, across = max(1, round(height * FRAME)), max(1, round(width * FRAME))
    frame = np.ones((height, width), dtype=np.bool_)
    frame[down:-down, across:-across] = False
    return frame


def _border(lab: Plane) -> tuple[Plane, NDArray[np.intp]]:
    """Colours of the border's pixels, shape (n, 3), and which of the four sides each is nearest to, shape (n,)."""
    height, width = lab.shape[:2]
    rows, columns = np.nonzero(_frame(lab.shape))
    to_sides = np.stack([rows / height, 1 - rows / height, columns / width, 1 - columns / width])
    return lab[rows, columns], np.argmin(to_sides, axis=0)


def _background(pixels: Plane, sides: NDArray[np.intp]) -> _Background:
    """Colours of the border by k-means from quantiles of lightness.

    Left out are those that are rare or keep to one side: they may be a sleeve, or a garment that leaves the frame.
    """
    order = np.argsort(pixels[:, 0], kind="stable")
    centres = pixels[order[np.linspace(0, len(order) - 1, CLUSTERS + 2).astype(int)[1:-1]]]
    for _ in range(ROUNDS):
        nearest = np.argmin(((pixels[:, None] - centres) ** 2).sum(-1), axis=1)
        centres = np.stack(
            [pixels[nearest == i].mean(0) if (nearest == i).any() else centre for i, centre in enumerate(centres)]
        )
    distances = np.sqrt(((pixels - centres[nearest]) ** 2).sum(-1))
    counts = np.bincount(nearest, minlength=CLUSTERS)
    spreads = np.array([distances[nearest == i].mean() if counts[i] else 0.0 for i in range(CLUSTERS)])
    one_side = np.array([np.bincount(sides[nearest == i], minlength=4).max() for i in range(CLUSTERS)])
    kept = (counts >= LEAST_SHARE * len(pixels)) & (one_side <= MOST_ON_ONE_SIDE * counts)
    return _Background(centres[kept], np.maximum(spreads[kept], LEAST_SPREAD).astype(np.float32))


def _distance(lab: Plane, background: _Background) -> Plane:
    """Lab distance of each pixel to the nearest background colour, less that colour's own spread, shape (h, w)."""
    apart: Plane = np.sqrt(((lab[:, :, None] - background.centres) ** 2).sum(-1)) - background.spreads
    nearest: Plane = apart.min(axis=-1)
    return np.maximum(nearest, np.float32(0))


def _blurred(plane: Plane) -> Plane:
    """Mean over 3 by 3 pixels."""
    padded = np.pad(plane, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return np.asarray((rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9, dtype=np.float32)


def _otsu(plane: Plane) -> float:
    """The threshold that parts the values best in two (Otsu 1979)."""
    counts, edges = np.histogram(plane, bins=64)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    total = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (total / below - (total[-1] - total) / above) ** 2
    return float(edges[1:][int(np.nanargmax(between[:-1]))]) if np.isfinite(between[:-1]).any() else 0.0


def _opened(flags: Flags) -> Flags:
    """Without specks and lines thinner than 3 pixels: erosion, then dilation."""
    return _spread(~_spread(~flags))


def _spread(flags: Flags) -> Flags:
    padded = np.pad(flags, 1, mode="edge")
    rows = padded[:-2] | padded[1:-1] | padded[2:]
    return np.asarray(rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:])


def _grown(seed: Flags, within: Flags) -> Flags:
    """`seed` with all of `within` that hangs together with it (morphological reconstruction)."""
    before = -1
    while (size := int(seed.sum())) != before:
        before = size
        for _ in range(4):  # counting costs as much as spreading
            seed = _spread(seed) & within
    return seed


def _believable(subject: Flags, distance: Plane) -> bool:
    share = float(subject.mean())
    if not AREA[0] <= share <= AREA[1]:
        return False
    frame = _frame(subject.shape)
    return float(subject[frame].mean()) <= TOUCHING and float(distance[subject].mean()) >= LEAST_CONTRAST


def box_of(subject: Flags) -> Box:
    """The box around flags of which at least one is set, a trifle trimmed."""
    left, right = _extent(subject.sum(0))
    top, bottom = _extent(subject.sum(1))
    return left, top, right, bottom


def _extent(profile: NDArray[np.integer]) -> tuple[float, float]:
    """Where a profile begins and ends, as fractions of its length, a trifle trimmed on both sides."""
    mass = np.cumsum(profile) / profile.sum()
    begin = int(np.searchsorted(mass, TRIMMED, side="right"))
    end = int(np.searchsorted(mass, 1 - TRIMMED)) + 1
    return begin / len(profile), min(1.0, end / len(profile))
