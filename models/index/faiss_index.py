"""FAISS behind the `VectorIndex` Protocol, with filters inside the search."""

from collections.abc import Mapping
from copy import copy
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any, cast

import numpy as np

from models.contracts import Hit, IndexCorrupt, Mask, Matrix, Vector
from models.index.exact import best, check
from models.index.kinds import IndexKind
from models.index.structures import Codes, Walker, faiss, kind_of, lay, made, scanner, selector
from models.index.vectors import Precision, Vectors

SMALL_SHARE = 0.05
"""When less than this share of the rows is allowed, they are compared one by one: faster than asking a selector about
every row, and exact, where a walk would meet too few of them.
"""

CANDIDATES = 4
"""Found by codes for each hit that is asked for, at least; the rows themselves re-rank them."""

SCAN_COST = 30
"""So many rows are scanned in the time in which a walk looks at all links of one candidate: few allowed rows are
scanned sooner than a graph is walked that mostly leads to others.
"""


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard a search looks, as verification found it to be enough.

    Attributes:
        width: candidates an HNSW walk keeps, at least and never fewer than twice what is asked for; cells an IVF
            search visits. Under a filter both grow as its share shrinks.
        depth: candidates that codes find, at least, before the rows re-rank them.
    """

    width: int = 128
    depth: int = 100

    def as_dict(self) -> dict[str, int]:
        return asdict(self)

    @classmethod
    def read(cls, said: Mapping[str, int]) -> "Effort":
        return cls(**{name: int(said[name]) for name in ("width", "depth") if name in said})


@dataclass(frozen=True, slots=True)
class Parts:
    """What a search runs over.

    Attributes:
        rows: what scores are computed with.
        codes: what is scanned or walked instead of the rows, and found candidates re-ranked by them; None without.
        walker: what finds candidates; None where every row is scanned.
    """

    rows: Vectors
    codes: Codes | None = None
    walker: Walker = None

    @classmethod
    def of(cls, matrix: Matrix, kind: IndexKind, precision: Precision) -> "Parts":
        """Of unit rows, shape (n, d), float32; in memory."""
        coded = precision == "int8" and kind != "ivfpq" and len(matrix) > 0
        rows = Vectors(np.asarray(matrix, np.float32) if precision == "float32" else matrix.astype(np.float16))
        return cls(rows, Codes.of(matrix) if coded else None, made(kind, matrix))


class FaissIndex:
    """Immutable inner-product search. Safe to search from several threads.

    `flat` scans every allowed row. `hnsw` walks a graph, `ivfpq` visits cells of short codes and re-ranks by the rows:
    for catalogues that outgrow a scan, or memory. Under a narrow filter all compare the allowed rows one by one, so
    that the list still fills. Scores are those of the rows as they are kept, whatever found them.
    """

    def __init__(self, parts: Parts, effort: Effort = Effort()) -> None:
        """Raises IndexCorrupt when the parts do not fit each other."""
        self._rows, self._codes, self._walker = parts.rows, parts.codes, parts.walker
        self._kind = kind_of(parts.walker)
        self._effort = effort
        self._scanner = scanner(parts.codes or parts.rows.stored)
        if parts.walker is not None and (parts.walker.ntotal, parts.walker.d) != self._rows.shape:
            raise IndexCorrupt(f"an index of ({parts.walker.ntotal}, {parts.walker.d}) over rows of {self._rows.shape}")
        if self._kind == "hnsw":
            lay(self._walker, self._scanner)
        self._lossy = parts.codes is not None or self._kind == "ivfpq"

    @classmethod
    def of(cls, matrix: Matrix, kind: IndexKind = "flat", precision: Precision = "float32") -> "FaissIndex":
        """An index in memory over unit rows, shape (n, d), float32."""
        return cls(Parts.of(matrix, kind, precision))

    @property
    def kind(self) -> IndexKind:
        return self._kind

    @property
    def effort(self) -> Effort:
        return self._effort

    @property
    def dims(self) -> int:
        return self._rows.shape[1]

    def __len__(self) -> int:
        return len(self._rows)

    def looking(self, effort: Effort) -> "FaissIndex":
        """The same index, searched with another effort."""
        other = copy(self)
        other._effort = effort
        return other

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
        if allowed is not None and count < SMALL_SHARE * len(self):
            rows = np.flatnonzero(allowed)
            return best(rows, self._rows.dot(rows, query), k)
        # FAISS would split even a single query over its OpenMP threads, which spin against torch's: on two cores one
        # search takes 2.5 ms on one thread and 24 ms on two. The setting belongs to the calling thread, hence here.
        faiss.omp_set_num_threads(1)
        sel = None if allowed is None else selector(allowed)
        wanted = min(count, max(CANDIDATES * k, self._effort.depth)) if self._lossy else k
        if self._kind == "flat" or count < 2 * k or self._scans_sooner(count):
            return self._ranked(query, self._scan(query, wanted, sel), k)
        hits = self._ranked(query, self._walk(query, wanted, sel, count / len(self)), k)
        return hits if len(hits) == k else self._ranked(query, self._scan(query, wanted, sel), k)

    def _scans_sooner(self, count: int) -> bool:
        return self._kind == "hnsw" and count < len(self) and count * count < SCAN_COST * self._effort.width * len(self)

    def _ranked(self, query: Vector, found: list[Hit], k: int) -> list[Hit]:
        """What codes found, by the rows' own scores."""
        if not self._lossy:
            return found
        rows = np.fromiter((hit.row for hit in found), np.intp, len(found))
        return best(rows, self._rows.dot(rows, query), k)

    def _scan(self, query: Vector, k: int, sel: Any) -> list[Hit]:
        return _hits(self._scanner, query, k, None if sel is None else faiss.SearchParameters(sel=sel))

    def _walk(self, query: Vector, k: int, sel: Any, share: float) -> list[Hit]:
        width = ceil(self._effort.width / share)
        if self._kind == "ivfpq":
            params = faiss.SearchParametersIVF(nprobe=min(width, int(self._walker.nlist)))
        else:
            params = faiss.SearchParametersHNSW(efSearch=min(max(width, 2 * k), len(self)))
        if sel is not None:
            params.sel = sel
        return _hits(self._walker, query, k, params)


def _hits(index: Any, query: Vector, k: int, params: Any) -> list[Hit]:
    asked = np.ascontiguousarray(query, dtype=np.float32)[None, :]
    scores, rows = cast(tuple[Any, Any], index.search(asked, k, params=params))
    # FAISS pads with row -1 when it found fewer than k.
    return [Hit(row=int(r), score=float(s)) for r, s in zip(rows[0], scores[0], strict=True) if r >= 0]
