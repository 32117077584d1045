"""Retrieval metrics over embeddings; pure functions."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from models.contracts import Matrix

BLOCK = 512

Places: TypeAlias = NDArray[np.int64]
"""Place of each query's target, 1 is best, shape (n,)."""

Hits: TypeAlias = NDArray[np.bool_]
"""Which of each query's found rows are right, best row first, shape (n, k)."""


def ranks(queries: Matrix, gallery: Matrix, targets: Sequence[int]) -> Places:
    """Place of each query's one target among all of `gallery`, 1 is best. Ties count against the query.

    Args:
        queries: unit rows (n, d). gallery: unit rows (m, d). targets: row of the gallery for each query.
    """
    found = np.empty(len(queries), dtype=np.int64)
    wanted = np.asarray(targets, dtype=np.int64)
    for start in range(0, len(queries), BLOCK):
        block = slice(start, start + BLOCK)
        scores = queries[block] @ gallery.T
        own = np.take_along_axis(scores, wanted[block, None], axis=1)
        found[block] = (scores >= own).sum(axis=1)
    return found


def recall_at(places: Places, k: int) -> float:
    """Share of queries whose target is among the first `k`; 0 without queries."""
    return float((places <= k).mean()) if len(places) else 0.0


def recall_curve(places: Places, ks: Iterable[int]) -> tuple[float, ...]:
    """`recall_at` each of `ks`."""
    return tuple(recall_at(places, k) for k in ks)


def top(queries: Matrix, gallery: Matrix, k: int) -> NDArray[np.int64]:
    """Rows of the `k` nearest of `gallery`, best first, shape (n, min(k, m))."""
    k = min(k, len(gallery))
    found = np.empty((len(queries), k), dtype=np.int64)
    rows = torch.from_numpy(np.ascontiguousarray(gallery))
    for start in range(0, len(queries), BLOCK):
        block = torch.from_numpy(np.ascontiguousarray(queries[start : start + BLOCK]))
        found[start : start + BLOCK] = (block @ rows.T).topk(k, dim=1).indices.numpy()
    return found


def hits(found: NDArray[np.int64], labels: Sequence[str], wanted: Sequence[frozenset[str]]) -> Hits:
    """Which found rows carry a label that the query wants, shape of `found`."""
    names, codes = np.unique(np.asarray(labels), return_inverse=True)
    known = names.tolist()
    good = np.array([[name in one for name in known] for one in wanted], np.bool_).reshape(len(wanted), len(known))
    right: Hits = good[np.arange(len(found))[:, None], codes[found]]
    return right


def shares(right: Hits, k: int | None = None) -> NDArray[np.float64]:
    """Share of right ones among each query's first `k`, or among all found, shape (n,)."""
    found: NDArray[np.float64] = right[:, :k].mean(axis=1)
    return found


def precision_curve(right: Hits, ks: Iterable[int]) -> tuple[float, ...]:
    """Mean share of right ones among the first k, for each of `ks`; 0 without queries."""
    return tuple(float(right[:, :k].mean()) if right.size else 0.0 for k in ks)


def precision_at(found: NDArray[np.int64], labels: Sequence[str], wanted: Sequence[frozenset[str]]) -> float:
    """Mean share of found rows whose label is among those wanted by the query; 0 without queries."""
    if not len(found):
        return 0.0
    return float(hits(found, labels, wanted).mean())


def random_precision(labels: Sequence[str], wanted: Sequence[frozenset[str]]) -> float:
    """What `precision_at` gives on average when rows are drawn at random: the control beside every figure."""
    if not len(labels) or not len(wanted):
        return 0.0
    names, counts = np.unique(np.asarray(labels), return_counts=True)
    share = dict(zip(names.tolist(), (counts / len(labels)).tolist(), strict=True))
    return float(np.mean([sum(share.get(name, 0.0) for name in good) for good in wanted]))


def random_recall(gallery: int, k: int) -> float:
    """What `recall_at` gives on average when the gallery is ranked at random."""
    return min(1.0, k / gallery) if gallery else 0.0
