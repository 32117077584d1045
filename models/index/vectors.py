"""Unit rows as a snapshot keeps them: on disk, mapped, in whole or half precision, read as float32."""

from collections.abc import Iterator, Sequence, Sized
from typing import Any, Literal, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from models.contracts import Matrix, Vector

Precision: TypeAlias = Literal["float32", "float16", "int8"]
"""What is kept of a vector.

`float32`: all of it. `float16`: rows of half the size, which are searched and read. `int8`: the same rows, and one byte
a number beside them (`models.index.structures.Codes`): these are searched, the rows re-rank what they find.
"""

Stored: TypeAlias = NDArray[np.float32] | NDArray[np.float16]
Picked: TypeAlias = slice | Sequence[int] | NDArray[np.integer[Any]] | NDArray[np.bool_]

CHUNK = 16_384
"""Rows that are converted or compared at a time: nothing is copied whole."""


class Vectors:
    """Rows of one signal, shape (n, d). Read-only; nothing but the rows asked for is copied.

    A row kept in half precision has length 1 to within 0.0005 and is given as it is kept, so that a score is the same
    number whichever way it is computed.
    """

    __slots__ = ("stored",)

    def __init__(self, stored: Stored) -> None:
        """Args: stored: float32 or float16, shape (n, d), usually mapped; kept, not copied."""
        if stored.ndim != 2 or stored.dtype not in (np.float32, np.float16):  # noqa: PLR2004 - rows and columns
            raise ValueError(f"rows are kept as a float32 or float16 matrix, not as {stored.shape} {stored.dtype}")
        self.stored = stored

    @property
    def shape(self) -> tuple[int, int]:
        return int(self.stored.shape[0]), int(self.stored.shape[1])

    @property
    def ndim(self) -> int:
        return 2

    def __len__(self) -> int:
        return len(self.stored)

    @overload
    def __getitem__(self, rows: int | np.integer[Any]) -> Vector: ...

    @overload
    def __getitem__(self, rows: Picked) -> Matrix: ...

    def __getitem__(self, rows: int | np.integer[Any] | Picked) -> NDArray[np.float32]:
        """One row, shape (d,), or several, shape (m, d), float32, not to be written to."""
        found: NDArray[np.float32] = np.asarray(self.stored[rows], np.float32)
        return found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """All rows: a copy unless they are kept as float32. For tests and small catalogues."""
        whole = np.asarray(self.stored, np.float32 if dtype is None else dtype)
        return whole.copy() if copy else whole

    def dot(self, rows: NDArray[np.intp], vector: Vector) -> NDArray[np.float32]:
        """Inner products of `vector` with some rows, shape (len(rows),)."""
        return np.asarray(self[rows] @ vector, np.float32)

    def holds(self, matrix: Matrix) -> bool:
        """Whether these rows are what storing `matrix` in this precision gives."""
        if matrix.shape != self.shape:
            return False
        return all(np.array_equal(self.stored[part], matrix[part].astype(self.stored.dtype)) for part in parts(matrix))


def parts(rows: Sized) -> Iterator[slice]:
    """Slices that cover `rows`, `CHUNK` at a time."""
    return (slice(start, start + CHUNK) for start in range(0, len(rows), CHUNK))


def row_type(precision: Precision) -> type[np.float32] | type[np.float16]:
    """Of the rows that are kept."""
    return np.float32 if precision == "float32" else np.float16
