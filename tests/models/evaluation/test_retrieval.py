"""Retrieval metrics against brute force and their own definitions."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from models.evaluation.retrieval import (
    precision_at,
    random_precision,
    random_recall,
    ranks,
    recall_at,
    top,
)

Rows = np.ndarray[tuple[int, int], np.dtype[np.float32]]


def rows(n: int, seed: int, d: int = 6) -> Rows:
    made = np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


@settings(deadline=None)
@given(seed=st.integers(0, 500), n=st.integers(1, 12), m=st.integers(1, 30))
def test_ranks_are_places_in_the_sorted_list(seed: int, n: int, m: int) -> None:
    queries, gallery = rows(n, seed), rows(m, seed + 1)
    targets = np.random.default_rng(seed).integers(m, size=n).tolist()
    found = ranks(queries, gallery, targets)
    for query, target, place in zip(queries, targets, found, strict=True):
        assert np.argsort(-(gallery @ query), kind="stable").tolist().index(target) + 1 == place


def test_a_model_that_gives_everything_the_same_vector_scores_nothing() -> None:
    """Ties count against the query: constant embeddings must not look perfect."""
    same = np.repeat(rows(1, 0), 50, axis=0)
    assert recall_at(ranks(same[:5], same, [0, 1, 2, 3, 4]), 10) == 0.0


@settings(deadline=None)
@given(seed=st.integers(0, 500), k=st.integers(1, 40))
def test_top_is_sorted_and_best(seed: int, k: int) -> None:
    queries, gallery = rows(3, seed), rows(20, seed + 1)
    found = top(queries, gallery, k)
    assert found.shape == (3, min(k, 20))
    for query, best in zip(queries, found, strict=True):
        scores = gallery @ query
        assert np.allclose(scores[best], np.sort(scores)[::-1][: len(best)])
        assert len(set(best.tolist())) == len(best)


@settings(deadline=None)
@given(places=hnp.arrays(np.int64, st.integers(1, 30), elements=st.integers(1, 50)), k=st.integers(1, 49))
def test_recall_grows_with_k(places: "np.ndarray[tuple[int], np.dtype[np.int64]]", k: int) -> None:
    assert 0 <= recall_at(places, k) <= recall_at(places, k + 1) <= 1


def test_precision_counts_fitting_labels() -> None:
    found = np.array([[0, 1], [2, 0]])
    assert precision_at(found, ["a", "b", "c"], [frozenset("ab"), frozenset("c")]) == 0.75
    assert precision_at(found[:0], ["a"], []) == 0.0


def test_the_control_is_what_random_ranking_gives() -> None:
    labels = list("aaabbc") * 100
    wanted = [frozenset("a"), frozenset("bc")]
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(labels), size=(2, 40_000))
    assert abs(precision_at(drawn, labels, wanted) - random_precision(labels, wanted)) < 0.01
    assert random_recall(200, 10) == 0.05
    assert random_recall(5, 10) == 1.0


def test_nothing_asked_is_nothing_found() -> None:
    assert recall_at(np.zeros(0, np.int64), 10) == 0.0
    assert random_precision([], []) == 0.0
    assert random_recall(0, 10) == 0.0
