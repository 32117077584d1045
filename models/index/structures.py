"""What FAISS searches: arrays that stay where they are, graphs over them, cells of short codes; made, written, read."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.contracts import IndexCorrupt, Mask, Matrix
from models.index.kinds import BITS, HNSW_NEIGHBOURS, IndexKind, code_bytes, lists
from models.index.vectors import Stored, parts

# The stubs that faiss-cpu ships lack HNSW parameters and describe selectors wrongly: the module is untyped here.
faiss: Any = import_module("faiss")

Walker: TypeAlias = Any
"""A FAISS index that finds candidates without looking at every row: an HNSW graph, or cells of product codes."""

HNSW_BUILD_EFFORT = 120
"""Candidates weighed for the links of each new row."""

POINTS_A_CELL = 64
"""Rows that teach each cell its middle; FAISS wants 39 at least, and more makes no better cells."""

WRITE_BYTES = 1 << 20

WORTH_THREADS = 10_000
"""Rows from which several cores build sooner than one; under it they mostly wait for each other."""


@dataclass(frozen=True, slots=True)
class Codes:
    """One byte a number, each dimension scaled by itself.

    Attributes:
        values: shape (n, d), uint8.
        limits: the least value and the spread of each dimension, shape (2, d), float32.
    """

    values: NDArray[np.uint8]
    limits: NDArray[np.float32]

    @classmethod
    def of(cls, matrix: Matrix) -> "Codes":
        limits = limits_of(matrix)
        return cls(np.concatenate([encode(matrix[part], limits) for part in parts(matrix)]), limits)


def limits_of(matrix: Matrix) -> NDArray[np.float32]:
    """What `encode` scales each dimension by, shape (2, d); `matrix` has a row at least."""
    least = matrix.min(axis=0)
    return np.stack([least, matrix.max(axis=0) - least]).astype(np.float32)


def encode(matrix: Matrix, limits: NDArray[np.float32]) -> NDArray[np.uint8]:
    """One byte a number, shape (n, d)."""
    codes: NDArray[np.uint8] = _quantiser(limits).sa_encode(np.ascontiguousarray(matrix, np.float32))
    return codes


def scanner(kept: Stored | Codes) -> Any:
    """A FAISS index over arrays that somebody else keeps alive: nothing is copied, whoever holds it holds them."""
    if isinstance(kept, Codes):
        array: NDArray[Any] = kept.values
        index = _quantiser(kept.limits)
    elif kept.dtype == np.float16:
        array = kept
        index = faiss.IndexScalarQuantizer(kept.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    else:
        array = kept
        index = faiss.IndexFlatIP(kept.shape[1])
    if len(array):
        view = faiss.MaybeOwnedVectorUInt8
        # The owner of an empty vector is nobody: FAISS shall not free what NumPy has mapped.
        index.codes = view.create_view(faiss.swig_ptr(array), array.nbytes, view().owner)
        index.ntotal = len(array)
    return index


def made(kind: IndexKind, matrix: Matrix) -> Walker | None:
    """What finds candidates among the rows of `matrix`; None where they are scanned, or there are none."""
    if not len(matrix):
        return None
    faiss.omp_set_num_threads((os.cpu_count() or 1) if len(matrix) >= WORTH_THREADS else 1)
    matrix = np.ascontiguousarray(matrix, np.float32)
    match kind:
        case "flat":
            return None
        case "hnsw":
            return graph(matrix)
        case "ivfpq":
            return cells(matrix)


def graph(matrix: Matrix) -> Walker:
    """A graph to walk (Malkov & Yashunin 2016, arXiv:1603.09320), with a copy of the rows that `write` leaves out."""
    index = faiss.IndexHNSWFlat(matrix.shape[1], HNSW_NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = HNSW_BUILD_EFFORT
    index.add(matrix)
    return index


def lay(walker: Walker, rows: Any) -> None:
    """Let a graph that was read walk over the index `rows`, and own it; one that was just built has rows of its own."""
    if walker.storage is None:
        walker.storage = rows
        walker.own_fields = True


def cells(matrix: Matrix) -> Walker:
    """Cells of product-quantised residuals (Jégou, Douze & Schmid 2011): a byte for eight numbers, no copy of rows."""
    count, dims = matrix.shape
    quantiser = faiss.IndexFlatIP(dims)
    index = faiss.IndexIVFPQ(quantiser, dims, lists(count), code_bytes(dims), BITS, faiss.METRIC_INNER_PRODUCT)
    index.cp.max_points_per_centroid = POINTS_A_CELL
    index.cp.min_points_per_centroid = index.pq.cp.min_points_per_centroid = 1  # no complaint about small shops
    index.train(teachers(matrix))
    index.add(matrix)
    return index


def teachers(matrix: Matrix) -> Matrix:
    """Rows that cells and codes are learned from: a fixed sample, all of a small catalogue."""
    wanted = POINTS_A_CELL * max(lists(len(matrix)), 1 << BITS)
    if wanted >= len(matrix):
        return matrix
    rows = np.random.default_rng(0).choice(len(matrix), wanted, replace=False)
    return matrix[np.sort(rows)]


def write(walker: Walker, put: Callable[[bytes], int]) -> None:
    """Hand the bytes of `walker` to `put`, without the rows that lie beside it. What `put` raises is raised."""
    faiss.write_index(walker, faiss.PyCallbackIOWriter(put, WRITE_BYTES), faiss.IO_FLAG_SKIP_STORAGE)


def read(path: Path) -> Walker:
    """What `write` wrote, mapped where FAISS can map it. Raises IndexCorrupt when it is no FAISS index."""
    try:
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:  # what FAISS's C++ exceptions arrive as
        raise IndexCorrupt(f"{path.name} is not a readable FAISS index") from error


def kind_of(walker: Walker | None) -> IndexKind:
    """Raises IndexCorrupt for an index that is none of ours."""
    if walker is None:
        return "flat"
    if isinstance(walker, faiss.IndexHNSW):
        return "hnsw"
    if isinstance(walker, faiss.IndexIVFPQ):
        return "ivfpq"
    raise IndexCorrupt(f"a {type(walker).__name__} is no index of ours")


def selector(allowed: Mask) -> Any:
    return faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))


def _quantiser(limits: NDArray[np.float32]) -> Any:
    index = faiss.IndexScalarQuantizer(limits.shape[1], faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    faiss.copy_array_to_vector(np.ascontiguousarray(limits.ravel()), index.sq.trained)
    index.is_trained = True
    return index
