"""From a picture's grid of tokens to those that show the picture."""

import numpy as np
from numpy.typing import NDArray

from models.contracts import WHOLE, Box, Tokens


def flat(grid: Tokens, frame: Box = WHOLE) -> Tokens:
    """A picture's tokens (t, d) without those of padding; all of them where it would be all."""
    if grid.ndim == 2:  # noqa: PLR2004 - no grid: nobody knows which are padding
        return grid
    left, top, right, bottom = frame
    down, across = (_middles(size) for size in grid.shape[:2])
    inside = np.outer((down > top) & (down < bottom), (across > left) & (across < right))
    return grid[inside] if inside.any() else grid.reshape(-1, grid.shape[-1])


def _middles(size: int) -> NDArray[np.float64]:
    return (np.arange(size) + 0.5) / size
