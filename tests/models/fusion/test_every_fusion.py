"""One suite that every fusion passes, trained or not."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models.contracts import Fusion, Signal, Weights
from models.fusion import WeightedFusion
from models.fusion.load import NETWORKS, fusion_of
from models.fusion.network import Shape
from models.fusion.tokens import Layout

DIMS = 16
SHAPE = Shape(dims=DIMS, width=8, heads=2, blocks=2, layout=Layout(rows=2, cols=2, words=3))
share = st.floats(0, 1, allow_nan=False)
seeds = st.integers(0, 2**16)
few = settings(max_examples=15, deadline=None)


def random_fusion(kind: str) -> Fusion:
    """A network with random weights everywhere, so that nothing is hidden by an initial zero."""
    torch.manual_seed(3)
    network = NETWORKS[kind](SHAPE)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_(std=0.5)
    return fusion_of(kind, network.eval(), SHAPE)


MADE: dict[str, Callable[[], Fusion]] = {"weighted": WeightedFusion} | {
    kind: (lambda kind=kind: random_fusion(kind)) for kind in NETWORKS
}


@pytest.fixture(params=sorted(MADE), scope="module")
def fusion(request: pytest.FixtureRequest) -> Fusion:
    return MADE[str(request.param)]()


def signal(seed: int, shape: tuple[int, ...] | None = None) -> Signal:
    rng = np.random.default_rng(seed)
    rows = [rng.normal(size=(*head, DIMS)).astype(np.float32) for head in ((), shape or ())]
    vector, tokens = (row / np.linalg.norm(row, axis=-1, keepdims=True) for row in rows)
    return Signal(vector, tokens if shape else None)


def test_it_keeps_the_protocol(fusion: Fusion) -> None:
    assert isinstance(fusion, Fusion)


@few
@given(seed=seeds, image=st.none() | share, text=st.none() | share, tokens=st.booleans())
def test_a_unit_vector_and_shares_that_sum_to_one(
    fusion: Fusion, seed: int, image: float | None, text: float | None, tokens: bool
) -> None:
    if image == 0 and text == 0:
        return
    photo, words = signal(seed, (3, 5) if tokens else None), signal(seed + 1, (4,) if tokens else None)
    fused = fusion.fuse(photo, words, Weights(image, text))
    assert fused.kind == fusion.kind
    assert fused.vector.dtype == np.float32
    assert fused.vector.shape == (DIMS,)
    assert np.linalg.norm(fused.vector) == pytest.approx(1, abs=1e-4)
    assert fused.image + fused.text == pytest.approx(1)
    assert 0 <= fused.image <= 1


@few
@given(seed=seeds, weight=st.none() | share)
def test_one_input_is_itself_whatever_the_weights(fusion: Fusion, seed: int, weight: float | None) -> None:
    photo, words = signal(seed, (2, 2)), signal(seed + 1, (2,))
    alone = fusion.fuse(photo, None, Weights(image=weight))
    np.testing.assert_array_equal(alone.vector, photo.vector)
    assert (alone.image, alone.text) == (1, 0)
    alone = fusion.fuse(None, words, Weights(text=weight))
    np.testing.assert_array_equal(alone.vector, words.vector)
    assert (alone.image, alone.text) == (0, 1)


@few
@given(seed=seeds)
def test_a_weight_of_one_or_nothing_leaves_one_input(fusion: Fusion, seed: int) -> None:
    photo, words = signal(seed, (2, 2)), signal(seed + 1, (2,))
    for weights in (Weights(image=1), Weights(text=0), Weights(image=0.4, text=0)):
        np.testing.assert_allclose(fusion.fuse(photo, words, weights).vector, photo.vector, atol=1e-5)
    for weights in (Weights(image=0), Weights(text=1), Weights(image=0, text=0.4)):
        np.testing.assert_allclose(fusion.fuse(photo, words, weights).vector, words.vector, atol=1e-5)


@few
@given(seed=seeds, weight=share)
def test_a_named_weight_is_the_share(fusion: Fusion, seed: int, weight: float) -> None:
    fused = fusion.fuse(signal(seed), signal(seed + 1), Weights(image=weight))
    assert (fused.image, fused.text) == pytest.approx((weight, 1 - weight))


@few
@given(seed=seeds)
def test_the_nearer_to_one_the_nearer_to_the_photo(fusion: Fusion, seed: int) -> None:
    photo, words = signal(seed, (2, 2)), signal(seed + 1, (2,))
    cosines = [float(fusion.fuse(photo, words, Weights(image=w)).vector @ photo.vector) for w in (0.5, 0.7, 0.9, 1)]
    assert cosines == sorted(cosines)


def test_the_same_twice(fusion: Fusion) -> None:
    photo, words = signal(1, (2, 2)), signal(2, (2,))
    first, second = (fusion.fuse(photo, words, Weights()) for _ in range(2))
    np.testing.assert_array_equal(first.vector, second.vector)


@pytest.mark.parametrize("weights", [Weights(0, 0), Weights(image=1.1), Weights(text=-0.1)])
def test_impossible_weights_are_refused(fusion: Fusion, weights: Weights) -> None:
    with pytest.raises(ValueError, match="weight"):
        fusion.fuse(signal(1), signal(2), weights)


def test_nothing_is_refused(fusion: Fusion) -> None:
    with pytest.raises(ValueError, match="photo or words"):
        fusion.fuse(None, None, Weights())
