"""Retrieval metrics over embeddings; pure functions."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.contracts import Matrix

BLOCK = 512


def ranks(queries: Matrix, gallery: Matrix, targets: Sequence[int]) -> NDArray[np.int64]:
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


def recall_at(places: NDArray[np.int64], k: int) -> float:
    """Share of queries whose target is among the first `k`; 0 without queries."""
    return float((places <= k).mean()) if len(places) else 0.0


def top(queries: Matrix, gallery: Matrix, k: int) -> NDArray[np.int64]:
    """Rows of the `k` nearest of `gallery`, best first, shape (n, min(k, m))."""
    k = min(k, len(gallery))
    found = np.empty((len(queries), k), dtype=np.int64)
    for start in range(0, len(queries), BLOCK):
        scores = queries[start : start + BLOCK] @ gallery.T
        part = np.argpartition(-scores, k - 1, axis=1)[:, :k]
        order = np.argsort(-np.take_along_axis(scores, part, axis=1), axis=1, kind="stable")
        found[start : start + BLOCK] = np.take_along_axis(part, order, axis=1)
    return found


def precision_at(found: NDArray[np.int64], labels: Sequence[str], wanted: Sequence[frozenset[str]]) -> float:
    """Mean share of found rows whose label is among those wanted by the query; 0 without queries."""
    if not len(found):
        return 0.0
    hits = [[labels[row] in good for row in rows] for rows, good in zip(found, wanted, strict=True)]
    return float(np.mean(hits))


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
