"""Late interaction: which tokens of an item are kept, and how a query's tokens meet them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.contracts import WHOLE
from models.interaction import flat, max_sim, standing
from models.interaction.condense import condensed

SEEDS = st.integers(0, 10_000)


def unit(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)


def tokens(seed: int, *shape: int) -> NDArray[np.float32]:
    return unit(np.random.default_rng(seed).normal(size=shape))


@given(SEEDS, st.integers(1, 9))
def test_an_item_meets_its_own_tokens_best(seed: int, count: int) -> None:
    grids = tokens(seed, 6, 3, 3, 32)
    items = np.stack([condensed([grid], [WHOLE], count) for grid in grids])
    for number, grid in enumerate(grids):
        assert max_sim(flat(grid), items).argmax() == number


@given(SEEDS, st.integers(1, 12))
def test_bytes_keep_the_cosine_and_neither_order_nor_repetition_of_tokens_matters(seed: int, places: int) -> None:
    item, query = tokens(seed, places, 1, 48), tokens(seed + 1, 5, 48)
    exact = (query @ item[:, 0].T).max(axis=1).mean()
    kept = condensed([item], [WHOLE], 12)
    assert max_sim(query, kept[None])[0] == pytest.approx(exact, abs=0.01)
    shuffled = np.concatenate([kept[::-1], kept])
    assert max_sim(query[::-1], shuffled[None])[0] == pytest.approx(max_sim(query, kept[None])[0], abs=1e-6)


def test_what_looks_alike_is_kept_once() -> None:
    red, blue = tokens(0, 2, 16)
    grid = unit(np.stack([red] * 7 + [blue] * 2).reshape(3, 3, 16) + 0.01 * tokens(1, 3, 3, 16))
    kept = condensed([grid], [WHOLE], 2).astype(np.float32)
    nearest = unit(kept) @ np.stack([red, blue]).T
    assert (nearest.argmax(axis=1) == [0, 1]).all(), "the commoner one first"
    assert (nearest.max(axis=1) > 0.99).all()


def test_all_pictures_of_an_item_are_in_its_tokens() -> None:
    front, back = tokens(0, 2, 2, 16), tokens(1, 2, 2, 16)
    kept = condensed([front, back], [WHOLE, WHOLE], 8)
    assert max_sim(flat(front), kept[None])[0] > 0.99
    assert max_sim(flat(back), kept[None])[0] > 0.99


def test_padding_is_no_token() -> None:
    grid = tokens(0, 4, 3, 8)
    assert np.array_equal(flat(grid, (0.0, 0.25, 1.0, 0.75)), grid[1:3].reshape(-1, 8))
    assert len(flat(grid, (-0.5, -0.5, 1.5, 1.5))) == 12, "a picture whose edges are cut off fills its grid"
    assert len(flat(grid, (0.4, 0.49, 0.41, 0.5))) == 12, "a picture thinner than a cell is not lost"


def test_an_item_without_tokens_is_unknown_and_stands_in_the_middle() -> None:
    query = tokens(0, 3, 8)
    items = np.zeros((3, 2, 8), np.int8)
    items[0] = condensed([query[None]], [WHOLE], 2)
    items[2] = condensed([-query[None]], [WHOLE], 2)
    likeness = max_sim(query, items)
    assert np.isnan(likeness).tolist() == [False, True, False]
    stands = standing(likeness)
    assert stands[0] > 0 == stands[1] > stands[2]
    assert not standing(np.full(3, np.nan)).any()


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=60))
def test_standing_keeps_order_and_bounds(values: list[float]) -> None:
    stands = standing(np.array(values))
    order = np.argsort(values, kind="stable")
    assert (np.diff(stands[order]) >= 0).all()
    assert np.abs(stands).max() <= 1


def test_nothing_stands_out_among_equals() -> None:
    assert not standing(np.full(9, 0.7)).any()


@pytest.mark.parametrize("count", [0, -1])
def test_no_tokens_cannot_be_kept(count: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        condensed([tokens(0, 2, 2, 8)], [WHOLE], count)
