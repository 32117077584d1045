"""A snapshot with rows behind it answers as one index over all of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.contracts import Matrix
from models.index import Addition, ExactIndex, LiveIndex, SnapshotStore
from models.index.delta import Stitched, Tail
from models.registry import ModelSpec

DIMS = 6


def unit(draw: np.random.Generator, rows: int) -> Matrix:
    matrix = draw.normal(size=(rows, DIMS)).astype(np.float32)
    return matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-6)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> LiveIndex:
    draw = np.random.default_rng(3)
    store = SnapshotStore(tmp_path_factory.mktemp("indexes"))
    spec = ModelSpec(name="toy", revision="1", dims=DIMS, preprocess_version="1")
    tokens = draw.integers(-127, 127, (9, 2, DIMS)).astype(np.int8)
    manifest = store.build([f"i{n}" for n in range(9)], unit(draw, 9), unit(draw, 9), spec, tokens=tokens)
    return LiveIndex.of(store.open(manifest.version))


def test_as_built_it_is_the_snapshot(built: LiveIndex) -> None:
    assert (len(built), built.ids, built.version) == (9, built.base.ids, built.base.version)
    assert built.row_of["i4"] == 4
    assert dict(built.row_of) == dict(built.base.row_of)
    assert np.array_equal(built.image[np.array([3, 1])], built.base.image[[3, 1]])
    assert built.tokens is not None and built.tokens.shape == (9, 2, DIMS)


@settings(max_examples=40)
@given(
    sizes=st.lists(st.integers(0, 7), max_size=5),
    seed=st.integers(0, 1_000),
    k=st.integers(1, 30),
    share=st.floats(0, 1),
)
def test_search_and_scores_are_those_of_one_matrix(
    built: LiveIndex, sizes: list[int], seed: int, k: int, share: float
) -> None:
    draw = np.random.default_rng(seed)
    index, images, texts = built, [np.array(built.base.image)], [np.array(built.base.text)]
    for batch, size in enumerate(sizes):
        image, text = unit(draw, size), unit(draw, size)
        index = index.with_rows(Addition([f"n{batch}-{n}" for n in range(size)], image, text))
        images.append(image)
        texts.append(text)
    allowed, query = draw.random(len(index)) <= share, unit(draw, 1)[0]
    for signal, parts in (("image", images), ("text", texts)):
        whole = np.concatenate(parts)
        found = index.search(query, k, allowed, signal)
        wanted = ExactIndex(whole).search(query, k, allowed)
        assert [hit.row for hit in found] == [hit.row for hit in wanted]
        assert np.allclose([h.score for h in found], [h.score for h in wanted], atol=1e-6)
        rows = draw.integers(0, len(index), 12)
        assert np.allclose(index.scores(query, rows, signal), whole[rows] @ query, atol=1e-6)
        assert np.array_equal(index.matrix(signal)[rows], whole[rows])
    assert len(index.search(query, k)) == min(k, len(index))


def test_the_newest_row_of_an_item_counts_and_older_views_stay_as_they_were(built: LiveIndex) -> None:
    draw = np.random.default_rng(1)
    first = built.with_rows(Addition(["i2", "new"], unit(draw, 2), unit(draw, 2)))
    kept = np.array(first.image)
    second = first.with_rows(Addition(["i2"], unit(draw, 1), unit(draw, 1), np.ones((1, 2, DIMS), np.int8)))
    forked = first.with_rows(Addition(["other"], unit(draw, 1), unit(draw, 1)))
    assert (first.row_of["i2"], second.row_of["i2"], second.row_of["new"], built.row_of["i2"]) == (9, 11, 10, 2)
    assert "other" not in second.row_of and forked.row_of["other"] == 11
    assert len(second.row_of) == 10 and list(second.row_of) == [*built.base.ids, "new"]
    assert np.array_equal(np.array(first.image), kept)
    assert not np.array_equal(second.image[11], forked.image[11])
    assert second.tokens is not None and built.tokens is not None
    assert second.tokens[[2, 10, 11]][:, 0, 0].tolist() == [built.tokens[2][0, 0], 0, 1]


def test_rows_are_read_by_number_mask_and_slice_and_no_others(built: LiveIndex) -> None:
    stitched = Stitched(
        np.arange(6, dtype=np.int8).reshape(3, 2), Tail((2,), np.int8).append(np.full((2, 2), 9, np.int8))
    )
    assert (len(stitched), stitched.shape) == (5, (5, 2))
    assert stitched[1].tolist() == [2, 3] and stitched[4].tolist() == [9, 9]
    assert stitched[np.array([True, False, False, True, False])].tolist() == [[0, 1], [9, 9]]
    assert stitched[1:4].tolist() == [[2, 3], [4, 5], [9, 9]]
    assert stitched[[]].shape == (0, 2)
    with pytest.raises(IndexError):
        stitched[5]
    with pytest.raises(ValueError, match="the filter covers"):
        built.search(np.ones(DIMS, np.float32), 1, np.ones(3, np.bool_))
    with pytest.raises(ValueError, match="2 rows"):
        built.with_rows(Addition(["a", "b"], np.ones((1, DIMS), np.float32), np.ones((2, DIMS), np.float32)))
