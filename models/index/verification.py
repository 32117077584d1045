"""Whether a built index finds what exact search finds, and how hard it must look for that."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.contracts import IndexRefused, Matrix, Vector
from models.fusion.vectors import unit_rows
from models.index.faiss_index import Effort, FaissIndex
from models.index.kinds import IndexKind
from models.index.snapshot import SIGNALS, Signal, Snapshot
from models.index.structures import faiss
from models.index.vectors import Vectors

TOP = 10
SAMPLE = 256
"""Queries of each sort that recall is measured by, spread over the catalogue."""

ASIDE = 0.25
"""A query lies so far from a row as this share of what lies between two others: no shopper's photo is the shop's own,
and a graph finds what it holds itself more easily than what lies beside it.
"""

LEAST_RECALL = 0.98
"""Recall@10 against exact search over the vectors as they were given, below which a build is refused."""

ERRORS = 2.0
"""A search looks harder until it is so many standard errors of the sample's mean above the least."""

LEAST_AGREEMENT = 0.8
"""Of a canary's ten best by exact search, the share that the index must find."""

ROUNDING = 1e-5
"""Two ways to sum the same products differ by less than this."""

LADDERS: Mapping[IndexKind, tuple[Effort, ...]] = {
    "flat": tuple(Effort(depth=depth) for depth in (40, 160, 640, 2560)),
    "hnsw": tuple(Effort(width=width, depth=width) for width in (64, 128, 256, 512, 1024)),
    "ivfpq": tuple(Effort(width=width, depth=10 * width) for width in (16, 32, 64, 128, 256, 512)),
}

Shares: TypeAlias = NDArray[np.float64]
"""Of each query's ten best, how much was found, shape (queries,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Canary:
    """A query of the shop's own whose answers through a new index must agree with exact search.

    Attributes:
        vector: unit, shape (d,).
    """

    name: str
    vector: Vector


Gate: TypeAlias = Callable[[Snapshot], Mapping[str, float]]
"""Looks at a built snapshot and says what it checked. Raises IndexRefused."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What an index was found to be worth: `Manifest.checks` and `Manifest.efforts`."""

    checks: Mapping[str, float]
    efforts: Mapping[Signal, Effort]


def verify(built: Snapshot, given: Mapping[Signal, Matrix], canaries: Sequence[Canary] = ()) -> Passed:
    """Compare `built` with exact search over the vectors it was built from, shape (count, d), float32.

    Queries are what shoppers ask by: pictures, texts, and both fused, of a sample of the items; and the canaries.

    Raises:
        IndexRefused: it finds too little however hard it looks.
    """
    sample = queries(given)
    asked = np.concatenate([sample, *(canary.vector[None, :] for canary in canaries)]).astype(np.float32)
    checks: dict[str, float] = {"count": len(built)}
    efforts: dict[Signal, Effort] = {}
    for signal in SIGNALS:
        efforts[signal], shares = _tuned(built.indexes[signal], asked, given[signal], len(sample))
        checks[f"recall_at_{TOP}_{signal}"] = float(shares[: len(sample)].mean()) if len(sample) else 1.0
        for canary, share in zip(canaries, shares[len(sample) :], strict=True):
            name = f"canary:{canary.name}"
            checks[name] = min(float(share), checks.get(name, 1.0))
            if share < LEAST_AGREEMENT:
                raise IndexRefused(f"the search for {canary.name!r} finds only {share:.0%} of its best by {signal}")
        if checks[f"recall_at_{TOP}_{signal}"] < LEAST_RECALL:
            share = checks[f"recall_at_{TOP}_{signal}"]
            raise IndexRefused(f"search finds only {share:.1%} of what exact search finds by {signal}")
    return Passed(checks, efforts)


def with_efforts(snapshot: Snapshot, efforts: Mapping[Signal, Effort]) -> Snapshot:
    """The same snapshot, searched so."""
    return replace(snapshot, indexes={signal: snapshot.indexes[signal].looking(efforts[signal]) for signal in SIGNALS})


def queries(given: Mapping[Signal, Matrix]) -> Matrix:
    """A fixed sample of what may be asked, shape (m, d): beside pictures, texts, and both fused."""
    count = len(given["image"])
    rows = np.linspace(0, count - 1, num=min(SAMPLE, count)).astype(np.intp)
    asked = []
    for near in (given["image"][rows], given["text"][rows], given["image"][rows] + given["text"][rows]):
        aside: Matrix = (near + ASIDE * (np.roll(near, 1, axis=0) - np.roll(near, 2, axis=0))).astype(np.float32)
        asked.append(unit_rows(aside))
    return np.concatenate(asked)


def _tuned(index: FaissIndex, asked: Matrix, matrix: Matrix, sample: int) -> tuple[Effort, Shares]:
    """The least effort that is enough, or the greatest there is, and what it finds of each query's best."""
    wanted = least_wanted(asked, matrix)
    effort, shares = index.effort, np.ones(len(asked))
    for effort in LADDERS[index.kind]:
        shares = found(index.looking(effort), asked, matrix, wanted)
        enough = not sample or surely(shares[:sample]) >= LEAST_RECALL
        if enough and (shares[sample:] >= LEAST_AGREEMENT).all():
            break
    return effort, shares


def surely(shares: Shares) -> float:
    """What the mean of all queries is at least, as far as these (at least one) tell."""
    return float(shares.mean() - ERRORS * shares.std() / np.sqrt(len(shares)))


def least_wanted(asked: Matrix, matrix: Matrix) -> NDArray[np.float32]:
    """The score of each query's tenth best row by exact search, shape (m,); of its last where there are fewer."""
    if not len(asked) or not len(matrix):
        return np.zeros(len(asked), np.float32)
    top = min(TOP, len(matrix))
    rows = np.ascontiguousarray(matrix, np.float32)
    scores, _ = faiss.knn(np.ascontiguousarray(asked), rows, top, metric=faiss.METRIC_INNER_PRODUCT)
    worst: NDArray[np.float32] = scores[:, -1]
    return worst


def found(index: FaissIndex, asked: Matrix, matrix: Matrix | Vectors, wanted: NDArray[np.float32]) -> Shares:
    """The share of each query's ten best that `index` finds, shape (m,).

    A hit counts by its true score: equal vectors are interchangeable.
    """
    top = min(TOP, len(matrix))
    shares = np.ones(len(asked))
    for number, (query, worst) in enumerate(zip(asked, wanted, strict=True)):
        rows = [hit.row for hit in index.search(query, TOP)]
        if top:
            shares[number] = np.count_nonzero(matrix[np.array(rows, np.intp)] @ query >= worst - ROUNDING) / top
    return shares
