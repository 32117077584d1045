"""Snapshots of every kind in every precision: what is kept, what is found, what is read."""

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.contracts import Matrix
from models.index import Snapshot, SnapshotStore
from models.index.exact import ExactIndex
from models.index.kinds import IndexKind
from models.index.vectors import Precision, Vectors
from models.registry import ModelSpec

UnitRows = Callable[..., Matrix]
COUNT = 1200
KINDS = get_args(IndexKind)
PRECISIONS = get_args(Precision)
SIGNALS = ("image", "text")


@pytest.fixture(scope="module")
def given_rows(unit_rows: UnitRows) -> dict[str, Matrix]:
    return {"image": unit_rows(COUNT, seed=1), "text": unit_rows(COUNT, seed=2)}


@pytest.fixture(scope="module")
def opened(
    tmp_path_factory: pytest.TempPathFactory, given_rows: dict[str, Matrix], spec: ModelSpec
) -> Callable[[IndexKind, Precision], Snapshot]:
    store, made = SnapshotStore(tmp_path_factory.mktemp("indexes")), {}

    def build(kind: IndexKind, precision: Precision) -> Snapshot:
        if (kind, precision) not in made:
            ids = [f"item-{n}" for n in range(COUNT)]
            image, text = given_rows["image"], given_rows["text"]
            manifest = store.build(ids, image, text, spec, kind, precision=precision)
            made[kind, precision] = store.open(manifest.version)
        return made[kind, precision]

    return build


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_it_finds_what_exact_search_over_the_given_rows_finds(
    opened: Callable[..., Snapshot],
    given_rows: dict[str, Matrix],
    unit_rows: UnitRows,
    kind: IndexKind,
    precision: Precision,
) -> None:
    snapshot = opened(kind, precision)
    assert (snapshot.manifest.kind, snapshot.manifest.precision, len(snapshot)) == (kind, precision, COUNT)
    rng = np.random.default_rng(5)
    for signal in ("image", "text"):
        assert snapshot.manifest.checks[f"recall_at_10_{signal}"] >= 0.98
        oracle = ExactIndex(given_rows[signal])
        for share in (1.0, 0.5, 0.02):
            found = 0.0
            for query in unit_rows(20, seed=6):
                allowed = rng.random(COUNT) < share if share < 1 else None
                wanted = {hit.row for hit in oracle.search(query, 10, allowed)}
                hits = snapshot.search(query, 10, allowed, signal)
                assert len(hits) == len(wanted)
                assert allowed is None or all(allowed[hit.row] for hit in hits)
                rows = [hit.row for hit in hits]
                np.testing.assert_allclose(snapshot.scores(query, rows, signal), [h.score for h in hits], atol=1e-5)
                found += len(wanted & set(rows)) / len(wanted)
            assert found / 20 >= 0.95


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_mapped_and_read_as_float32(
    opened: Callable[..., Snapshot], given_rows: dict[str, Matrix], kind: IndexKind, precision: Precision
) -> None:
    image, rows = opened(kind, precision).image, given_rows["image"]
    assert isinstance(image.stored, np.memmap)
    assert image.stored.itemsize == (4 if precision == "float32" else 2)
    off = 0 if precision == "float32" else 5e-4
    for picked in (7, np.array([3, 5, 3]), slice(10, 20), [1, 2], rows[:, 0] > 0):
        np.testing.assert_allclose(image[picked], rows[picked], atol=off)
        assert image[picked].dtype == np.float32
    np.testing.assert_allclose(np.asarray(image), rows, atol=off)
    assert (image.shape, image.ndim, len(image)) == ((COUNT, 24), 2, COUNT)
    assert image.holds(rows)
    changed = rows.copy()
    changed[-1, 0] += 0.01
    assert not image.holds(changed)
    assert not image.holds(rows[:-1])


def test_less_is_kept_where_less_was_asked_for(opened: Callable[..., Snapshot]) -> None:
    def size(kind: IndexKind, precision: Precision) -> int:
        return sum(opened(kind, precision).manifest.sizes.values())

    for kind in KINDS:
        assert size(kind, "float16") < size(kind, "int8" if kind != "ivfpq" else "float32") < size(kind, "float32") + 1


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [0, 1, 5])
def test_the_smallest_catalogues_can_be_built_in_any_way(
    tmp_path: Path, unit_rows: UnitRows, spec: ModelSpec, kind: IndexKind, precision: Precision, count: int
) -> None:
    store, rows = SnapshotStore(tmp_path), unit_rows(count)
    manifest = store.build([str(n) for n in range(count)], rows, rows, spec, kind, precision=precision)
    hits = store.open(manifest.version).search(unit_rows(1, seed=9)[0], 10)
    assert sorted(hit.row for hit in hits) == list(range(count))


def test_rows_of_other_kinds_of_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="float64"):
        Vectors(np.ones((2, 3)))  # type: ignore[arg-type] # that it is refused is the point


@given(st.integers(1, 40), st.integers(0, 1000), st.booleans())
def test_a_row_s_score_is_the_same_however_it_is_computed(count: int, seed: int, half: bool) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((count, 8))
    vectors = Vectors(rows.astype(np.float16) if half else rows.astype(np.float32))
    query, picked = rng.standard_normal(8).astype(np.float32), rng.integers(0, count, 5)
    np.testing.assert_allclose(
        vectors.dot(picked, query), [vectors[row] @ query for row in picked], rtol=1e-4, atol=1e-5
    )
