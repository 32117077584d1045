"""Where in a photo the garment is, as planes of probabilities, and whether to believe them; pure functions."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from models.contracts import RGB
from models.preprocess.salience import Box, Flags, box_of

Plane: TypeAlias = NDArray[np.float32]
WHITE = (255, 255, 255)

HALF = 0.5
AREA = (0.03, 0.93)
"""Shares of the photo that a believable subject covers."""

SURE = 0.72
"""Least mean of |2p - 1| over the photo: below, the segmenter is guessing."""

TOUCHING = 0.6
"""Share of the border's length that a subject may run across: more, and there is no background to be told from it."""

SPECK = 0.2
"""An island smaller than this share of the largest is no part of the subject (of a pair of shoes, both are)."""

MARGIN = 0.06
"""White around a cut-out, as a share of its longer side: studio pictures have some."""

STEEPNESS = 2.5
"""How much steeper the network's soft edges become before they are enlarged."""

FEATHER = 0.004
"""Softness of the edge as a share of the cut-out's longer side."""


@dataclass(frozen=True, slots=True)
class Masks:
    """Probabilities over a photo squeezed into (h, w), float32.

    Attributes:
        subject: a garment, or a person wearing garments.
        skin: of the subject, what is no garment: head, hands, legs; all zero where the segmenter cannot tell.
    """

    subject: Plane
    skin: Plane

    @property
    def garment(self) -> Plane:
        """The subject without skin."""
        return np.asarray(self.subject * (1 - self.skin), dtype=np.float32)


@runtime_checkable
class Segmenter(Protocol):
    """Tells garments from what is around them."""

    @property
    def version(self) -> str:
        """Changes whenever a mask could."""
        ...

    @property
    def precise(self) -> bool:
        """Are its masks good enough to cut along, or only to crop to?"""
        ...

    def masks(self, photo: RGB) -> Masks | None:
        """Masks of an upright photo of any size; None where it finds nothing at all. Safe to call from threads."""
        ...


def believable(subject: Plane) -> bool:
    """Is the subject neither too small nor too large, off most of the border, and clear?"""
    flags = subject > HALF
    border = np.concatenate([flags[0], flags[-1], flags[:, 0], flags[:, -1]])
    clear = float(np.abs(2 * subject - 1).mean())
    return AREA[0] <= float(flags.mean()) <= AREA[1] and float(border.mean()) <= TOUCHING and clear >= SURE


def main_islands(flags: Flags) -> Flags:
    """`flags` without islands that are small beside the largest; what is less than two pixels apart is one island."""
    height, width = flags.shape
    even = np.pad(flags, ((0, height % 2), (0, width % 2)))
    coarse = even[::2, ::2] | even[1::2, ::2] | even[::2, 1::2] | even[1::2, 1::2]  # an eighth of the work
    labels = _labelled(coarse).repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    sizes = np.bincount(labels[flags], minlength=int(labels.max()) + 1)
    kept: Flags = (sizes >= SPECK * sizes.max())[labels] & flags
    return kept


def _labelled(flags: Flags) -> NDArray[np.intp]:
    """Island numbers from 1, 0 outside: every pixel takes the greatest number it can reach (4-connected)."""
    labels = np.where(flags, np.arange(1, flags.size + 1).reshape(flags.shape), 0)
    while True:
        before = labels
        for _ in range(8):  # comparing costs as much as spreading
            padded = np.pad(labels, 1)
            around = (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:], labels)
            labels = np.where(flags, np.maximum.reduce(around), 0)
        if np.array_equal(labels, before):
            return labels


def widened(box: Box, aspect: float, margin: float = MARGIN) -> Box:
    """`box` with `margin` of its longer side all around, inside the photo; `aspect` is the photo's width by height."""
    left, top, right, bottom = box
    longer = max((right - left) * aspect, bottom - top)  # in heights of the photo
    across, down = margin * longer / aspect, margin * longer
    return max(0.0, left - across), max(0.0, top - down), min(1.0, right + across), min(1.0, bottom + down)


def cleaned(mask: Plane) -> Plane:
    """`mask` without what is far from its main islands."""
    return np.asarray(mask * _grown_by_one(main_islands(mask > HALF)), dtype=np.float32)


def mask_box(mask: Plane) -> Box | None:
    """The box of a cleaned mask; None where nothing passes one half."""
    flags = mask > HALF
    return box_of(flags) if flags.any() else None


def on_white(crop: RGB, box: Box, mask: Plane) -> RGB:
    """`crop`, which shows `box` of a photo, with white where the cleaned `mask` of that whole photo says background."""
    height, width = mask.shape
    left, top, right, bottom = box
    region = (left * width, top * height, right * width, bottom * height)
    soft = Image.fromarray((_crisp(mask) * 255).astype(np.uint8))
    alpha = soft.resize(crop.size, Image.Resampling.BICUBIC, box=region)
    alpha = alpha.filter(ImageFilter.GaussianBlur(max(0.5, FEATHER * max(crop.size))))
    return Image.composite(crop, Image.new("RGB", crop.size, WHITE), alpha)


def _crisp(mask: Plane) -> Plane:
    """Steeper around one half."""
    crisp: Plane = ((mask - HALF) * STEEPNESS + HALF).clip(0, 1)
    return crisp


def _grown_by_one(flags: Flags) -> Flags:
    padded = np.pad(flags, 1)
    rows = padded[:-2] | padded[1:-1] | padded[2:]
    return np.asarray(rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:])
