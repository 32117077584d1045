"""One contract for every vector index: what ExactIndex finds is what they all must find."""

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.contracts import IndexCorrupt, Matrix, VectorIndex
from models.index import structures
from models.index.exact import ExactIndex
from models.index.faiss_index import Effort, FaissIndex, Parts
from models.index.kinds import IndexKind
from models.index.vectors import Precision, Vectors

Make = Callable[[Matrix], VectorIndex]
UnitRows = Callable[..., Matrix]


def made(kind: IndexKind, precision: Precision = "float32") -> Make:
    return partial(FaissIndex.of, kind=kind, precision=precision)


KINDS: tuple[IndexKind, ...] = ("flat", "hnsw", "ivfpq")
LOSSY: tuple[Precision, ...] = ("float16", "int8")
EXACT: dict[str, Make] = {"exact": ExactIndex, "flat-float32": made("flat")}
WHOLE = EXACT | {f"{kind}-float32": made(kind) for kind in KINDS}
ROUGH = {f"{kind}-{precision}": made(kind, precision) for kind in KINDS for precision in LOSSY}
ALL = WHOLE | ROUGH
ROUNDED = {False: 1e-5, True: 1e-3}
"""How far a score may be from that of the rows as they were given: rows kept in half precision are a little off."""


def each(makes: dict[str, Make]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("make", makes.values(), ids=makes.keys())


@each(ALL)
def test_it_keeps_the_protocol(make: Make, rows: Matrix) -> None:
    index = make(rows)
    assert isinstance(index, VectorIndex)
    assert (len(index), index.dims) == rows.shape


@each(ALL)
def test_a_row_finds_itself_first_and_scores_fall(make: Make, rows: Matrix) -> None:
    off = ROUNDED[make in ROUGH.values()]
    hits = make(rows).search(rows[7], 20)
    assert hits[0].row == 7
    assert hits[0].score == pytest.approx(1, abs=off)
    scores = [h.score for h in hits]
    assert scores == sorted(scores, reverse=True)
    assert len({h.row for h in hits}) == 20
    for hit in hits:
        assert hit.score == pytest.approx(float(rows[hit.row] @ rows[7]), abs=off)


@each(ALL)
@pytest.mark.parametrize("allowed_count", [0, 1, 3, 12, 60, 300, 600])
def test_a_filter_leaves_a_full_list_of_allowed_rows(
    make: Make, rows: Matrix, allowed_count: int, unit_rows: UnitRows
) -> None:
    allowed = np.zeros(len(rows), dtype=np.bool_)
    allowed[np.random.default_rng(1).permutation(len(rows))[:allowed_count]] = True
    hits = make(rows).search(unit_rows(1, seed=2)[0], 10, allowed)
    assert len(hits) == min(10, allowed_count)
    assert all(allowed[h.row] for h in hits)


@each(EXACT)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_filtered_search_is_exact_search_over_the_allowed_rows(
    make: Make, data: st.DataObject, unit_rows: UnitRows
) -> None:
    count = data.draw(st.integers(0, 40))
    matrix = unit_rows(count, seed=data.draw(st.integers(0, 1000)))
    if count > 2 and data.draw(st.booleans()):
        matrix[1] = matrix[0]  # equal items exist in catalogues
    allowed = data.draw(arrays(np.bool_, count))
    query = unit_rows(1, seed=data.draw(st.integers(0, 1000)))[0]
    k = data.draw(st.integers(0, 50))
    hits = make(matrix).search(query, k, allowed)
    kept = np.flatnonzero(allowed)
    expected = np.sort(matrix[kept] @ query)[::-1][:k]
    np.testing.assert_allclose([h.score for h in hits], expected, atol=1e-5)
    assert {h.row for h in hits} <= set(kept.tolist())
    assert len({h.row for h in hits}) == len(hits)


@pytest.mark.parametrize("share", [1.0, 0.3, 0.05, 0.005])
@pytest.mark.parametrize("precision", ["float32", *LOSSY])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_finds_nearly_all_that_exact_search_finds(
    kind: IndexKind, precision: Precision, share: float, unit_rows: UnitRows
) -> None:
    matrix = unit_rows(3000, seed=3)
    index, oracle = built(kind, precision, unit_rows), ExactIndex(matrix)
    rng = np.random.default_rng(4)
    found = 0.0
    for query in unit_rows(30, seed=5):
        allowed = rng.random(len(matrix)) < share
        wanted = {h.row for h in oracle.search(query, 10, allowed)}
        hits = index.search(query, 10, allowed)
        assert all(allowed[hit.row] for hit in hits)
        assert len(hits) == len(wanted)
        found += len(wanted & {h.row for h in hits}) / max(1, len(wanted))
    assert found / 30 >= 0.95


@cache
def built(kind: IndexKind, precision: Precision, unit_rows: UnitRows) -> FaissIndex:
    return FaissIndex.of(unit_rows(3000, seed=3), kind, precision).looking(Effort(width=128, depth=1000))


@each(ALL)
def test_the_wrong_shape_is_refused(make: Make, rows: Matrix) -> None:
    index = make(rows)
    with pytest.raises(ValueError, match="query"):
        index.search(rows[0, :-1], 3)
    with pytest.raises(ValueError, match="filter"):
        index.search(rows[0], 3, np.ones(len(rows) - 1, dtype=np.bool_))


@each(ALL)
def test_an_empty_catalogue_answers_with_nothing(make: Make, unit_rows: UnitRows) -> None:
    assert make(unit_rows(0)).search(unit_rows(1)[0], 5) == []


@each(ALL)
def test_threads_get_the_same_answers(make: Make, rows: Matrix) -> None:
    index = make(rows)
    expected = [index.search(row, 5) for row in rows[:40]]
    answers: dict[int, list[object]] = {}

    def work(number: int) -> None:
        answers[number] = [index.search(row, 5) for row in rows[:40]]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert all(answers[n] == expected for n in range(4))


def test_looking_harder_finds_more(unit_rows: UnitRows) -> None:
    matrix, oracle = unit_rows(3000, seed=3), ExactIndex(unit_rows(3000, seed=3))
    asked = unit_rows(30, seed=5)

    def recall(effort: Effort) -> int:
        index = built("ivfpq", "float32", unit_rows).looking(effort)
        wanted = [{hit.row for hit in oracle.search(query, 10)} for query in asked]
        return sum(len(w & {h.row for h in index.search(q, 10)}) for w, q in zip(wanted, asked, strict=True))

    assert recall(Effort(width=1, depth=40)) < recall(Effort(width=16, depth=200))
    assert recall(Effort(width=16, depth=200)) < recall(Effort(width=4096, depth=len(matrix))) == 300


@pytest.mark.parametrize("kind", ["hnsw", "ivfpq"])
def test_written_and_read_again_it_answers_the_same(kind: IndexKind, rows: Matrix, tmp_path: Path) -> None:
    parts = Parts.of(rows, kind, "float32")
    with (tmp_path / "index").open("wb") as file:
        structures.write(parts.walker, file.write)
    again = FaissIndex(replace(parts, walker=structures.read(tmp_path / "index")))
    assert (again.kind, again.dims, len(again)) == (kind, 24, len(rows))
    assert again.search(rows[3], 9) == FaissIndex(parts).search(rows[3], 9)


def test_an_index_over_other_rows_is_corrupt(rows: Matrix) -> None:
    with pytest.raises(IndexCorrupt, match="over rows"):
        FaissIndex(replace(Parts.of(rows, "hnsw", "float32"), rows=Vectors(rows[1:])))


def test_a_file_that_is_no_index_is_corrupt(tmp_path: Path) -> None:
    (tmp_path / "index").write_bytes(b"not an index")
    with pytest.raises(IndexCorrupt):
        structures.read(tmp_path / "index")
