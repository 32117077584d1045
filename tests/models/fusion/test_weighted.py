"""The weighted fusion: a unit vector between its inputs, as near to each as its weight says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.contracts import Fusion, Signal, Weights
from models.fusion import WeightedFusion, fusions, mean_unit

IMAGE = np.array([1, 0, 0], dtype=np.float32)
TEXT = np.array([0, 1, 0], dtype=np.float32)
share = st.floats(0, 1, allow_nan=False)


def test_it_is_found_by_name_and_keeps_the_protocol() -> None:
    assert isinstance(fusions()["weighted"], Fusion)


@given(image=st.none() | share, text=st.none() | share, default=share)
def test_weights_sum_to_one_and_the_vector_is_of_unit_length(
    image: float | None, text: float | None, default: float
) -> None:
    if image == 0 and text == 0:
        return
    fused = WeightedFusion(default).fuse(Signal(IMAGE), Signal(TEXT), Weights(image, text))
    assert fused.image + fused.text == pytest.approx(1)
    assert fused.vector.dtype == np.float32
    assert np.linalg.norm(fused.vector) == pytest.approx(1, abs=1e-5)
    assert fused.vector[0] * fused.text == pytest.approx(fused.vector[1] * fused.image, abs=1e-5)


@pytest.mark.parametrize(
    ("weights", "image"),
    [
        (Weights(), 0.5),
        (Weights(image=0.2), 0.2),
        (Weights(text=0.2), 0.8),
        (Weights(image=1, text=1), 0.5),
        (Weights(image=0.1, text=0.3), 0.25),
        (Weights(image=0), 0.0),
    ],
)
def test_weights_named_and_left_out(weights: Weights, image: float) -> None:
    assert WeightedFusion().fuse(Signal(IMAGE), Signal(TEXT), weights).image == pytest.approx(image)


def test_one_input_stands_alone_whatever_the_weights() -> None:
    fused = WeightedFusion().fuse(Signal(IMAGE), None, Weights(image=0.1))
    assert (fused.image, fused.text) == (1, 0)
    np.testing.assert_array_equal(fused.vector, IMAGE)
    fused = WeightedFusion().fuse(None, Signal(TEXT), Weights(text=0.1))
    assert (fused.image, fused.text) == (0, 1)
    np.testing.assert_array_equal(fused.vector, TEXT)


def test_inputs_that_cancel_leave_the_photo() -> None:
    np.testing.assert_array_equal(WeightedFusion(0.5).fuse(Signal(IMAGE), Signal(-IMAGE), Weights()).vector, IMAGE)


@pytest.mark.parametrize(
    "weights", [Weights(0, 0), Weights(image=1.1), Weights(text=-0.1), Weights(image=float("nan"))]
)
def test_impossible_weights_are_refused(weights: Weights) -> None:
    with pytest.raises(ValueError, match="weight"):
        WeightedFusion().fuse(Signal(IMAGE), Signal(TEXT), weights)


def test_nothing_to_fuse_is_refused() -> None:
    with pytest.raises(ValueError, match="photo or words"):
        WeightedFusion().fuse(None, None, Weights())
    with pytest.raises(ValueError, match="default_image"):
        WeightedFusion(2)


def test_the_mean_of_views() -> None:
    np.testing.assert_allclose(mean_unit([IMAGE, TEXT]), np.array([1, 1, 0]) / np.sqrt(2), atol=1e-6)
    np.testing.assert_array_equal(mean_unit([IMAGE, -IMAGE]), IMAGE)
    with pytest.raises(ValueError, match="no vectors"):
        mean_unit([])
