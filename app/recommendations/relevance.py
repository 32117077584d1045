"""What in the shopper's photo mattered for one suggestion: a small grid of relevance, and how it is stored. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.contracts import Box, Tokens, Vector

Heat: TypeAlias = NDArray[np.float32]
"""Relevance of each location, shape (rows, cols), 0 to 1."""

FULL = 255
LEAST_NORM = 1e-6
FLAT = 1e-4
"""Differences in contribution below this are rounding: then no location mattered more than another."""


@dataclass(frozen=True, slots=True)
class Relevance:
    """All that is kept of a photo for one suggestion.

    Attributes:
        aspect: the photo's width by its height.
        box: the part of the photo that the grid lies over; it may reach a little beyond the photo.
        cells: shape (rows, cols), uint8, 255 where it mattered most.
    """

    aspect: float
    box: Box
    cells: NDArray[np.uint8]


def relevance_of(tokens: Tokens, frame: Box, region: Box, aspect: float, target: Vector) -> Relevance:
    """What mattered for `target`, shape (d,), in a photo `aspect` times as wide as high.

    Args:
        tokens: of the crop that was embedded, shape (rows, cols, d).
        frame: where in the tokens' grid the whole crop lies (`ImageTokens.frames`): what lies outside is padding.
        region: where in the photo the crop is.
    """
    seen, extent = without_padding(tokens, extent_of(frame))
    cells = np.rint(relevance(seen, target) * FULL).astype(np.uint8)
    return Relevance(aspect, within(region, extent), cells)


def contributions(tokens: Tokens, target: Vector) -> NDArray[np.float64]:
    """What each location adds to the cosine of the tokens' mean with `target`, shape (rows, cols); they sum to it.

    The additive form of class activation maps (Zhou et al. 2016, arXiv:1512.04150). An encoder whose vector is that
    mean is explained exactly, one with a nonlinear head after its pooling nearly.
    """
    rows, cols, dims = tokens.shape
    length = float(np.linalg.norm(tokens.reshape(-1, dims).mean(axis=0, dtype=np.float64)))
    if length < LEAST_NORM:
        return np.zeros((rows, cols))
    return np.asarray(tokens.astype(np.float64) @ target.astype(np.float64) / (rows * cols * length))


def relevance(tokens: Tokens, target: Vector) -> Heat:
    """How far each location contributes more than an even share would be, as a part of the most that any does.

    All zero where every location contributes alike: then nothing in the picture stood out.
    """
    added = contributions(tokens, target)
    excess = np.maximum(added - added.mean(), 0.0)
    most = float(excess.max())
    # Contributions shrink as locations multiply, and what counts as flat with them.
    if most * added.size < FLAT:
        return np.zeros(added.shape, np.float32)
    return np.asarray(excess / most, dtype=np.float32)


def extent_of(frame: Box) -> Box:
    """Where the whole grid lies, in fractions of the picture: `frame` seen from the other side."""
    left, top, right, bottom = frame
    across, down = right - left, bottom - top
    return -left / across, -top / down, (1 - left) / across, (1 - top) / down


def without_padding(tokens: Tokens, extent: Box) -> tuple[Tokens, Box]:
    """`tokens` without the rows and columns whose middle lies outside the picture, and where what is left lies.

    At least one row and column stay: a picture thinner than a cell lies in one.
    """
    left, top, right, bottom = extent
    first_row, past_row, top, bottom = _inside(tokens.shape[0], top, bottom)
    first_col, past_col, left, right = _inside(tokens.shape[1], left, right)
    return tokens[first_row:past_row, first_col:past_col], (left, top, right, bottom)


def within(region: Box, box: Box) -> Box:
    """`box`, in fractions of the picture that `region` of the photo is, in fractions of the photo."""
    left, top, right, bottom = region
    across, down = right - left, bottom - top
    return left + box[0] * across, top + box[1] * down, left + box[2] * across, top + box[3] * down


def packed(found: Relevance) -> dict[str, Any]:
    """As it is stored: JSON."""
    return {
        "aspect": round(found.aspect, 5),
        "box": [round(edge, 4) for edge in found.box],
        "cells": found.cells.tolist(),
    }


def unpacked(stored: Mapping[str, Any]) -> Relevance:
    """What `packed` made."""
    left, top, right, bottom = stored["box"]
    return Relevance(stored["aspect"], (left, top, right, bottom), np.array(stored["cells"], np.uint8))


def _inside(count: int, begin: float, end: float) -> tuple[int, int, float, float]:
    """First and past-the-last cell whose middle lies in 0 to 1, and where they begin and end."""
    edges = np.linspace(begin, end, count + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    inside = np.flatnonzero((middles > 0) & (middles < 1))
    if not len(inside):
        inside = np.array([np.abs(middles - 0.5).argmin()])
    first, past = int(inside[0]), int(inside[-1]) + 1
    return first, past, float(edges[first]), float(edges[past])
