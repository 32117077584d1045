"""A heat map as a transparent picture to lay over the shopper's own photo. Pure; takes milliseconds: use a thread."""

import io
from functools import cache
from typing import TypeAlias

import numpy as np
from coloraide import Color
from numpy.typing import NDArray
from PIL import Image

from app.recommendations.relevance import FULL, Relevance

Plane: TypeAlias = NDArray[np.float64]

DRAWING = "heat-1"
"""Part of every ETag: change it when the same grid would be drawn otherwise."""

TALLEST = 2048
"""Pixels: a photo may be any number of times as high as it is wide."""

STOPS = (
    "oklch(30% 0.13 300)",
    "oklch(50% 0.20 350)",
    "oklch(68% 0.20 35)",
    "oklch(84% 0.16 80)",
    "oklch(95% 0.12 105)",
)
"""Violet to pale yellow by even steps of lightness, which everybody can order whatever colours they see."""

FADE = 0.5
"""Cells over which a grid that ends inside the photo fades out."""

STRONGEST, FAINTEST = 0.66, 0.05
"""Opacity of the hottest place; heat below the second is not drawn at all."""


def overlay(found: Relevance, width: int) -> bytes:
    """A PNG with a palette of colours and opacities, of the photo's shape, at most `width` pixels wide."""
    heat = heat_of(found, *size_of(found.aspect, width))
    picture = Image.fromarray(np.rint(heat * FULL).astype(np.uint8), "L")
    colours, opacities = _palette()
    picture.putpalette(colours)
    out = io.BytesIO()
    picture.save(out, "PNG", transparency=opacities)
    return out.getvalue()


def size_of(aspect: float, width: int) -> tuple[int, int]:
    """Width and height of a picture of that aspect, `width` wide unless it would be too tall."""
    width = max(1, min(width, round(TALLEST * aspect)))
    return width, max(1, min(TALLEST, round(width / aspect)))


def heat_of(found: Relevance, width: int, height: int) -> Plane:
    """The grid spread over the photo, smooth, shape (height, width), 0 to 1; the hottest place is 1."""
    rows, cols = found.cells.shape
    left, top, right, bottom = found.box
    down, across = _weights(height, rows, top, bottom), _weights(width, cols, left, right)
    heat = np.asarray(down @ (found.cells / FULL) @ across.T)
    most = float(heat.max())
    return heat / most if most > 0 else heat


def _weights(pixels: int, cells: int, begin: float, end: float) -> Plane:
    """How much each cell counts at each pixel along one axis, shape (pixels, cells): a cubic B-spline.

    It neither rings nor overshoots (Unser 1999, "Splines: a perfect fit"). Beyond the first and last cell nothing
    counts; a grid fades out towards its edge, unless the photo ends there.
    """
    at = ((np.arange(pixels) + 0.5) / pixels - begin) / (end - begin) * cells - 0.5
    weights = np.zeros((pixels, cells))
    base = np.floor(at).astype(int)
    for offset in range(-1, 3):
        cell = base + offset
        np.add.at(weights, (np.arange(pixels), cell.clip(0, cells - 1)), _bspline(at - cell))
    inside = np.full(pixels, np.inf)
    if begin > 0:
        inside = np.minimum(inside, at + 0.5)
    if end < 1:
        inside = np.minimum(inside, cells - 0.5 - at)
    return np.asarray(weights * np.clip(inside / FADE, 0.0, 1.0)[:, None])


def _bspline(distance: Plane) -> Plane:
    """The cubic B-spline at these distances from its middle."""
    d = np.abs(distance)
    return np.where(d < 1, 2 / 3 - d**2 + d**3 / 2, np.maximum(2 - d, 0) ** 3 / 6)


@cache
def _palette() -> tuple[bytes, bytes]:
    """RGB and opacity for heat from 0 to 255."""
    scale = Color.interpolate(list(STOPS), space="oklab")
    colours = (scale(step / FULL).convert("srgb").fit(method="clip") for step in range(FULL + 1))
    rgb = bytes(round(channel * FULL) for colour in colours for channel in colour.coords())
    heat = np.linspace(0, 1, FULL + 1)
    rise = np.clip((heat - FAINTEST) / (1 - FAINTEST), 0, 1)
    opacity = STRONGEST * np.sqrt(rise)
    return rgb, np.rint(opacity * FULL).astype(np.uint8).tobytes()
