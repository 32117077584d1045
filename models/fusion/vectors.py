"""Small arithmetic on embeddings, shared by fusions and the engine."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.contracts import Matrix, Vector

SMALLEST_NORM = 1e-6
"""Below this a sum of unit vectors has cancelled out and its direction is rounding noise."""


def unit(vector: NDArray[np.floating]) -> Vector | None:
    """`vector`, shape (d,), scaled to length 1 as float32; None when it is too short to have a direction."""
    norm = float(np.linalg.norm(vector))
    if not np.isfinite(norm) or norm < SMALLEST_NORM:
        return None
    return np.asarray(vector / norm, dtype=np.float32)


def unit_rows(matrix: Matrix) -> Matrix:
    """Rows of shape (n, d) scaled to length 1; a row of zeros stays."""
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    rows: Matrix = (matrix / np.where(lengths == 0, 1, lengths)).astype(np.float32)
    return rows


def mean_unit(vectors: Sequence[Vector]) -> Vector:
    """Direction of the mean of at least one unit vector, shape (d,); the first one when they cancel out."""
    if not vectors:
        raise ValueError("no vectors to average")
    if len(vectors) == 1:
        return vectors[0]
    mean = unit(np.mean(np.stack(vectors), axis=0))
    return vectors[0] if mean is None else mean
