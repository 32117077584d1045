"""Grids of relevance and the pictures drawn from them."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from app.recommendations.heatmap import TALLEST, heat_of, overlay, size_of
from app.recommendations.relevance import (
    Relevance,
    contributions,
    extent_of,
    packed,
    relevance,
    relevance_of,
    unpacked,
    within,
    without_padding,
)
from models.contracts import WHOLE

SHAPES = st.tuples(st.integers(1, 7), st.integers(1, 7), st.integers(2, 9), st.integers(0, 2**32 - 1))


def tokens_of(rows: int, cols: int, dims: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Unit tokens on a grid, and a unit target."""
    numbers = np.random.default_rng(seed).normal(size=(rows * cols + 1, dims)).astype(np.float32)
    unit = numbers / np.linalg.norm(numbers, axis=1, keepdims=True)
    return unit[1:].reshape(rows, cols, dims), unit[0]


def one_hot(hot: set[tuple[int, int]], rows: int, cols: int) -> NDArray[np.float32]:
    """Tokens that are the first axis where `hot` and the second elsewhere."""
    tokens = np.zeros((rows, cols, 2), np.float32)
    for row in range(rows):
        for col in range(cols):
            tokens[row, col, 0 if (row, col) in hot else 1] = 1.0
    return tokens


@given(SHAPES)
def test_contributions_sum_to_the_cosine(shape: tuple[int, int, int, int]) -> None:
    tokens, target = tokens_of(*shape)
    mean = tokens.reshape(-1, shape[2]).mean(axis=0, dtype=np.float64)
    if np.linalg.norm(mean) < 1e-3:
        return
    cosine = float(mean @ target / np.linalg.norm(mean))
    assert contributions(tokens, target).sum() == pytest.approx(cosine, abs=1e-4)


@given(SHAPES)
def test_relevance_is_from_nought_to_one_and_the_greatest_is_where_most_is_contributed(
    shape: tuple[int, int, int, int],
) -> None:
    tokens, target = tokens_of(*shape)
    found = relevance(tokens, target)
    assert found.shape == shape[:2]
    assert found.min() >= 0.0
    assert found.max() in (0.0, 1.0)
    if found.any():
        assert np.argmax(found) == np.argmax(contributions(tokens, target))


def test_where_all_contribute_alike_nothing_stands_out() -> None:
    tokens = np.broadcast_to(np.array([0.6, 0.8], np.float32), (3, 4, 2))
    assert not relevance(tokens, np.array([1.0, 0.0], np.float32)).any()
    assert not relevance(np.zeros((2, 2, 2), np.float32), np.array([1.0, 0.0], np.float32)).any()


def test_a_tall_photo_in_a_square_frame_leaves_its_padding_out() -> None:
    tokens = one_hot({(0, 0), (2, 1)}, 4, 4)  # the first lies in the padding
    found = relevance_of(tokens, (0.25, 0.0, 0.75, 1.0), WHOLE, 0.5, np.array([1.0, 0.0], np.float32))
    assert found.box == (0.0, 0.0, 1.0, 1.0)
    assert found.cells.tolist() == [[0, 0], [0, 0], [255, 0], [0, 0]]


def test_a_photo_whose_edges_the_model_cuts_off_is_explained_in_its_middle() -> None:
    tokens = one_hot({(1, 1)}, 2, 2)
    found = relevance_of(tokens, (0.0, -0.5, 1.0, 1.5), (0.5, 0.0, 1.0, 1.0), 1.0, np.array([1.0, 0.0], np.float32))
    assert found.box == (0.5, 0.25, 1.0, 0.75)
    assert found.cells.tolist() == [[0, 0], [0, 255]]


@given(st.floats(0.0, 0.49), st.floats(0.0, 0.49), st.integers(1, 9), st.integers(1, 9))
def test_padding_never_takes_everything_and_what_stays_covers_the_picture(
    across: float, down: float, rows: int, cols: int
) -> None:
    extent = extent_of((across, down, 1 - across, 1 - down))
    tokens, box = without_padding(np.zeros((rows, cols, 2), np.float32), extent)
    assert tokens.size
    half_col, half_row = (extent[2] - extent[0]) / cols / 2, (extent[3] - extent[1]) / rows / 2
    assert box[0] <= half_col + 1e-6
    assert box[2] >= 1 - half_col - 1e-6
    assert box[1] <= half_row + 1e-6
    assert box[3] >= 1 - half_row - 1e-6


def test_a_crop_is_mapped_back_to_its_place_in_the_photo() -> None:
    assert within((0.5, 0.2, 1.0, 0.6), (0.0, 0.25, 0.5, 1.0)) == pytest.approx((0.5, 0.3, 0.75, 0.6))


@given(SHAPES)
def test_what_is_stored_comes_back(shape: tuple[int, int, int, int]) -> None:
    tokens, target = tokens_of(*shape)
    found = relevance_of(tokens, WHOLE, (0.1, 0.0, 0.9, 1.0), 0.75, target)
    again = unpacked(packed(found))
    assert (again.aspect, again.box) == (found.aspect, found.box)
    assert np.array_equal(again.cells, found.cells)
    assert again.cells.dtype == np.uint8


def hot(cells: list[list[int]], box: tuple[float, float, float, float] = WHOLE, aspect: float = 0.75) -> Relevance:
    return Relevance(aspect, box, np.array(cells, np.uint8))


def test_a_picture_has_the_photos_shape_and_is_hot_where_the_grid_is() -> None:
    found = hot([[0, 0, 0], [0, 0, 255], [0, 0, 0], [0, 0, 0]])
    picture = Image.open(io.BytesIO(overlay(found, 300)))
    assert (picture.format, picture.size) == ("PNG", (300, 400))
    opacity = np.asarray(picture.convert("RGBA"))[..., 3]
    assert opacity[150, 260] > 150
    assert opacity[350:, :].max() == 0
    assert opacity[:, :60].max() == 0


def test_beyond_its_box_a_grid_says_nothing() -> None:
    heat = heat_of(hot([[255, 255], [255, 255]], (0.5, 0.5, 1.0, 1.0)), 100, 100)
    assert heat[:50].max() == heat[:, :50].max() == 0.0
    assert heat[75:, 75:].min() > 0.9


@given(
    st.lists(st.lists(st.integers(0, 255), min_size=3, max_size=3), min_size=1, max_size=6),
    st.floats(0.05, 20),
    st.floats(-0.4, 0.4),
    st.floats(0.6, 1.4),
)
def test_heat_is_smooth_and_bounded(cells: list[list[int]], aspect: float, begin: float, end: float) -> None:
    heat = heat_of(hot(cells, (begin, begin, end, end), aspect), *size_of(aspect, 64))
    assert heat.min() >= 0.0
    assert heat.max() <= 1.0
    assert (heat.max() == pytest.approx(1.0)) == bool(np.any(heat))


def test_nothing_that_stood_out_is_drawn_as_nothing() -> None:
    assert np.asarray(Image.open(io.BytesIO(overlay(hot([[0, 0]]), 40))).convert("RGBA"))[..., 3].max() == 0


@pytest.mark.parametrize(
    ("aspect", "size"), [(0.75, (600, 800)), (2.0, (600, 300)), (1e-6, (1, TALLEST)), (1e6, (600, 1))]
)
def test_no_photo_makes_a_picture_too_large(aspect: float, size: tuple[int, int]) -> None:
    assert size_of(aspect, 600) == size


def test_hotter_is_lighter_and_more_opaque() -> None:
    ramp = Image.open(io.BytesIO(overlay(hot([list(range(0, 256, 5))], aspect=20.0), 1000))).convert("RGBA")
    pixels = np.asarray(ramp)[ramp.height // 2].astype(float)
    lightness = pixels[:, :3] @ [0.2126, 0.7152, 0.0722]
    assert np.all(np.diff(lightness) >= -1.0)
    assert np.all(np.diff(pixels[:, 3]) >= 0)
