"""What in the shopper's photo mattered for one suggestion: small grids of relevance, and how they are stored. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.contracts import Vector

Grid: TypeAlias = NDArray[np.float32]
"""Embeddings of a picture's locations in the joint space, shape (rows, columns, d)."""

Heat: TypeAlias = NDArray[np.float32]
"""Relevance of each location, shape (rows, columns), 0 to 1."""

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom as fractions of the photo's width and height."""

FULL = 255
LEAST_NORM = 1e-6
FLAT = 1e-4
"""Differences in contribution below this are rounding: then no location mattered more than another."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A grid that lies over `box` of a photo; `cells` has shape (rows, columns), uint8, 255 where it mattered most."""

    box: Box
    cells: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PhotoRelevance:
    """All that is kept of a photo for one suggestion: its width by its height, and grids over parts of it.

    There is one patch for each view of the garment that was embedded: its crop, say, and the whole photo.
    """

    aspect: float
    patches: tuple[Patch, ...]


def contributions(grid: Grid, target: Vector) -> NDArray[np.float64]:
    """What each location adds to the cosine of the picture with `target`, shape (rows, columns).

    Where a picture's vector is the direction of the mean of its locations' embeddings, they sum to that cosine
    exactly (the additive form of class activation maps, Zhou et al. 2016, arXiv:1512.04150). An encoder with a
    nonlinear head after pooling has them only nearly.
    """
    rows, columns, dims = grid.shape
    length = float(np.linalg.norm(grid.reshape(-1, dims).mean(axis=0, dtype=np.float64)))
    if length < LEAST_NORM:
        return np.zeros((rows, columns))
    return np.asarray(grid.astype(np.float64) @ target.astype(np.float64) / (rows * columns * length))


def relevance(grid: Grid, target: Vector) -> Heat:
    """How far each location contributes more than an even share would be, as a part of the most that any does.

    All zero where every location contributes alike: then nothing in the picture stood out.
    """
    added = contributions(grid, target)
    excess = np.maximum(added - added.mean(), 0.0) if added.size else added
    most = float(excess.max(initial=0.0))
    # Contributions shrink with the number of locations: what counts as flat shrinks with them.
    if most * added.size < FLAT:
        return np.zeros(added.shape, np.float32)
    return np.asarray(excess / most, dtype=np.float32)


def kept(grid: Grid, extent: Box) -> tuple[Grid, Box]:
    """`grid` without the rows and columns that lie in a picture's padding, and what is left of its extent.

    `extent` is where the whole grid lies, in fractions of the picture: beyond 0 to 1 it is padding. A row or column
    goes when its middle does; at least one of each stays.
    """
    left, top, right, bottom = extent
    first_row, last_row, top, bottom = _inside(grid.shape[0], top, bottom)
    first_column, last_column, left, right = _inside(grid.shape[1], left, right)
    return grid[first_row:last_row, first_column:last_column], (left, top, right, bottom)


def within(region: Box, extent: Box) -> Box:
    """`extent`, given in fractions of the picture that `region` of the photo is, in fractions of the photo."""
    left, top, right, bottom = region
    across, down = right - left, bottom - top
    return left + extent[0] * across, top + extent[1] * down, left + extent[2] * across, top + extent[3] * down


def patch(grid: Grid, extent: Box, region: Box, target: Vector) -> Patch:
    """The relevance for `target` of a picture that shows `region` of the photo; `extent` as in `kept`."""
    seen, where = kept(grid, extent)
    cells = np.rint(relevance(seen, target) * FULL).astype(np.uint8)
    return Patch(within(region, where), cells)


def packed(photos: Sequence[PhotoRelevance]) -> list[dict[str, Any]]:
    """As it is stored: JSON."""
    return [
        {
            "aspect": round(photo.aspect, 4),
            "patches": [{"box": [round(edge, 4) for edge in p.box], "cells": p.cells.tolist()} for p in photo.patches],
        }
        for photo in photos
    ]


def unpacked(stored: Sequence[Mapping[str, Any]]) -> list[PhotoRelevance]:
    """What `packed` made."""
    return [
        PhotoRelevance(
            photo["aspect"],
            tuple(Patch(tuple(p["box"]), np.array(p["cells"], np.uint8)) for p in photo["patches"]),
        )
        for photo in stored
    ]


def _inside(count: int, begin: float, end: float) -> tuple[int, int, float, float]:
    """First and past-the-last cell whose middle lies in 0 to 1, and where they begin and end."""
    edges = np.linspace(begin, end, count + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    inside = np.flatnonzero((middles > 0) & (middles < 1))
    first, last = (int(inside[0]), int(inside[-1])) if len(inside) else (int(np.abs(middles - 0.5).argmin()),) * 2
    return first, last + 1, float(edges[first]), float(edges[last + 1])
