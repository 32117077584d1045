"""The few tokens of an item that are kept: its pictures' grids, clustered, a byte a number.

Neighbours in a grid say nearly the same. Clustering them before they are stored costs little of what late interaction
finds (token pooling, Clavié et al. 2024, arXiv:2409.14683).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from models.contracts import Box, Tokens
from models.interaction.grid import flat
from models.interaction.maxsim import ItemTokens

VERSION = "1"
"""Change it when the same pictures would leave other tokens: stored ones are then made again."""

FULL = 127
SMALLEST = 1e-6


def condensed(grids: Sequence[Tokens], frames: Sequence[Box], count: int) -> ItemTokens:
    """At most `count` tokens that stand for all of an item's pictures, shape (count, d); rows left over are zeros.

    Args:
        grids: unit tokens of each picture, shape (rows, cols, d) or (t, d).
        frames: where in each grid the picture lies (`ImageTokens.frames`): what lies outside is padding.

    Raises: ValueError without a picture, or for a count below 1.
    """
    if not grids or count < 1:
        raise ValueError("needs at least one picture and one token to keep")
    tokens = np.concatenate([flat(grid, frame) for grid, frame in zip(grids, frames, strict=True)])
    kept = np.zeros((count, tokens.shape[1]), np.int8)
    means = quantised(tokens if len(tokens) <= count else _clustered(tokens, count))
    kept[: len(means)] = means
    return kept


def quantised(tokens: NDArray[np.floating]) -> ItemTokens:
    """Rows (t, d) in a byte a number. Their lengths are lost: they are unit tokens, or directions."""
    largest = np.abs(tokens).max(axis=1, keepdims=True)
    scaled = np.rint(tokens * (FULL / np.where(largest < SMALLEST, 1.0, largest)))
    return np.asarray(np.where(largest < SMALLEST, 0, scaled), dtype=np.int8)


def _clustered(tokens: Tokens, count: int) -> Tokens:
    """Means of at most `count` clusters, largest cluster first (Ward 1963, which on unit rows goes by cosine)."""
    labels = fcluster(linkage(tokens.astype(np.float64), "ward"), count, "maxclust")
    sizes = np.bincount(labels)
    order = [label for label in np.argsort(-sizes, kind="stable") if sizes[label]]
    return np.stack([tokens[labels == label].mean(axis=0, dtype=np.float32) for label in order])
