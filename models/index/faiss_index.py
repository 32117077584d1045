"""FAISS behind the `VectorIndex` Protocol: flat (exact) or HNSW (approximate), with filters inside the search."""

import os
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast, get_args

import numpy as np

from models.contracts import Hit, IndexCorrupt, Mask, Matrix, Vector
from models.index.exact import best, check

# The stubs that faiss-cpu ships lack HNSW parameters and describe selectors wrongly: the module is untyped here.
faiss: Any = import_module("faiss")

IndexKind: TypeAlias = Literal["flat", "hnsw"]

HNSW_NEIGHBOURS = 32
HNSW_BUILD_EFFORT = 120
HNSW_SEARCH_EFFORT = 128
"""Candidates an HNSW search keeps, at least; never fewer than twice what is asked for."""

SMALL_SHARE = 0.05
"""When less than this share of the rows is allowed, they are compared one by one: faster than asking a selector about
every row, and exact, where an HNSW walk would meet too few of them.
"""


class FaissIndex:
    """Immutable inner-product search. Safe to search from several threads.

    `flat` scans every allowed row and is exact. `hnsw` (Malkov & Yashunin 2016, arXiv:1603.09320) walks a graph, for
    catalogues that outgrow a scan; under a narrow filter it scans too, so that the list still fills.
    """

    def __init__(self, matrix: Matrix, kind: IndexKind = "flat") -> None:
        """Args: matrix: unit rows, shape (n, d), float32; copied."""
        self._kind = kind
        self._index = _build(matrix, kind)

    @classmethod
    def load(cls, path: Path) -> "FaissIndex":
        """Read what `save` wrote. Raises IndexCorrupt when it is no FAISS index."""
        try:
            index = faiss.read_index(str(path))
        except RuntimeError as error:  # what FAISS's C++ exceptions arrive as
            raise IndexCorrupt(f"{path.name} is not a readable FAISS index") from error
        loaded = cls.__new__(cls)
        loaded._index = index
        loaded._kind = "hnsw" if isinstance(index, faiss.IndexHNSW) else "flat"
        return loaded

    def save(self, path: Path) -> None:
        faiss.write_index(self._index, str(path))

    @property
    def kind(self) -> IndexKind:
        return self._kind

    @property
    def dims(self) -> int:
        return int(self._index.d)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, query: Vector, k: int, allowed: Mask | None = None) -> list[Hit]:
        """The `k` best rows, best first, only among `allowed`; fewer when fewer are allowed.

        Raises:
            ValueError: the query or the filter has another shape than this index.
        """
        check(len(self), self.dims, query, allowed)
        count = len(self) if allowed is None else int(np.count_nonzero(allowed))
        k = min(k, count)
        if k < 1:
            return []
        # FAISS would split even a single query over its OpenMP threads, which spin against torch's: on two cores one
        # search takes 2.5 ms on one thread and 24 ms on two. The setting belongs to the calling thread, hence here.
        faiss.omp_set_num_threads(1)
        if allowed is not None and count < SMALL_SHARE * len(self):
            return self._pick(query, k, allowed)
        if self._kind == "flat" or count < 2 * k:
            return self._scan(query, k, allowed)
        hits = self._walk(query, k, allowed)
        return hits if len(hits) == k else self._scan(query, k, allowed)

    def _pick(self, query: Vector, k: int, allowed: Mask) -> list[Hit]:
        """Exact search over few rows, read where FAISS keeps them: nothing is copied but they."""
        rows = np.flatnonzero(allowed)
        kept = faiss.rev_swig_ptr(self._flat.get_xb(), len(self) * self.dims).reshape(len(self), self.dims)
        return best(rows, kept[rows] @ np.asarray(query, np.float32), k)

    @property
    def _flat(self) -> Any:
        """The plain vectors, which an HNSW graph has beside it."""
        return faiss.downcast_index(self._index.storage) if self._kind == "hnsw" else self._index

    def _scan(self, query: Vector, k: int, allowed: Mask | None) -> list[Hit]:
        flat = self._flat
        params = None if allowed is None else faiss.SearchParameters(sel=_selector(allowed))
        return _hits(flat, query, k, params)

    def _walk(self, query: Vector, k: int, allowed: Mask | None) -> list[Hit]:
        effort = max(HNSW_SEARCH_EFFORT, 2 * k)
        if allowed is None:
            return _hits(self._index, query, k, faiss.SearchParametersHNSW(efSearch=effort))
        return _hits(self._index, query, k, faiss.SearchParametersHNSW(efSearch=effort, sel=_selector(allowed)))


def _build(matrix: Matrix, kind: IndexKind) -> Any:
    if kind not in get_args(IndexKind):
        raise ValueError(f"unknown index kind {kind!r}; choose one of {', '.join(get_args(IndexKind))}")
    rows, dims = matrix.shape
    if kind == "flat":
        index = faiss.IndexFlatIP(dims)
    else:
        index = faiss.IndexHNSWFlat(dims, HNSW_NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = HNSW_BUILD_EFFORT
        faiss.omp_set_num_threads(os.cpu_count() or 1)
    if rows:
        index.add(np.ascontiguousarray(matrix, dtype=np.float32))
    return index


def _selector(allowed: Mask) -> Any:
    return faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))


def _hits(index: Any, query: Vector, k: int, params: Any) -> list[Hit]:
    asked = np.ascontiguousarray(query, dtype=np.float32)[None, :]
    scores, rows = cast(tuple[Any, Any], index.search(asked, k, params=params))
    # FAISS pads with row -1 when it found fewer than k.
    return [Hit(row=int(r), score=float(s)) for r, s in zip(rows[0], scores[0], strict=True) if r >= 0]
