"""Exact search in NumPy: the oracle every other index is measured against."""

import numpy as np
from numpy.typing import NDArray

from models.contracts import Hit, Mask, Matrix, Vector


class ExactIndex:
    """Inner products with every row, sorted. Immutable; safe to search from several threads."""

    def __init__(self, matrix: Matrix) -> None:
        """Args: matrix: unit rows, shape (n, d), float32; kept, not copied."""
        if matrix.ndim != 2:  # noqa: PLR2004 - rows and columns
            raise ValueError(f"a matrix has two axes, not {matrix.ndim}")
        self._matrix = matrix

    @property
    def dims(self) -> int:
        return int(self._matrix.shape[1])

    def __len__(self) -> int:
        return int(self._matrix.shape[0])

    def search(self, query: Vector, k: int, allowed: Mask | None = None) -> list[Hit]:
        """The `k` best rows, best first, equal scores by row; fewer when fewer are allowed."""
        check(len(self), self.dims, query, allowed)
        if allowed is None:
            return best(np.arange(len(self)), self._matrix @ query, k)
        rows = np.flatnonzero(allowed)
        return best(rows, self._matrix[rows] @ query, k)


def best(rows: NDArray[np.intp], scores: NDArray[np.float32], k: int) -> list[Hit]:
    """The `k` highest of `scores`, shape (m,), as hits on the `rows` they belong to; ties by row."""
    if k < 1 or not len(rows):
        return []
    if k < len(rows):
        cut = np.partition(scores, len(rows) - k)[len(rows) - k]
        kept = np.flatnonzero(scores >= cut)
        rows, scores = rows[kept], scores[kept]
    order = np.lexsort((rows, -scores))[:k]
    return [Hit(row=int(rows[i]), score=float(scores[i])) for i in order]


def check(size: int, dims: int, query: Vector, allowed: Mask | None) -> None:
    """Raises ValueError for a shape that does not fit: another model's vector, or another snapshot's filter."""
    if query.shape != (dims,):
        raise ValueError(f"the query has shape {query.shape}, this index takes ({dims},)")
    if allowed is not None and allowed.shape != (size,):
        raise ValueError(f"the filter covers {allowed.shape} rows, this index has ({size},)")
