"""The contrastive losses against their definitions."""

import open_clip
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from models.training.losses import multi_positive, same, supervised


def rows(n: int, seed: int, d: int = 8) -> torch.Tensor:
    return functional.normalize(torch.randn(n, d, generator=torch.Generator().manual_seed(seed)), dim=-1)


def test_one_positive_a_row_is_clips_loss() -> None:
    left, right, scale = rows(6, 1), rows(6, 2), torch.tensor(14.0)
    ours = multi_positive(left, right, torch.eye(6, dtype=torch.bool), scale)
    assert torch.allclose(ours, open_clip.ClipLoss()(left, right, scale))


def test_without_positives_there_is_no_loss_but_a_gradient_path() -> None:
    left = rows(3, 1).requires_grad_()
    loss = multi_positive(left, rows(4, 2), torch.zeros(3, 4, dtype=torch.bool), torch.tensor(10.0))
    loss.backward()
    assert loss.item() == 0.0
    assert left.grad is not None


def test_ignored_pairs_do_not_count() -> None:
    """Making an ignored pair alike changes nothing; making a negative alike costs."""
    left, right, positive = rows(2, 1), rows(3, 2), torch.eye(3, dtype=torch.bool)[:2]
    ignore = torch.tensor([[False, False, True], [False, False, True]])
    alike = right.clone()
    alike[2] = left[0]
    scale = torch.tensor(10.0)
    assert torch.allclose(
        multi_positive(left, right, positive, scale, ignore), multi_positive(left, alike, positive, scale, ignore)
    )
    assert multi_positive(left, alike, positive, scale) > multi_positive(left, right, positive, scale)


@given(seed=st.integers(0, 1000), n=st.integers(2, 8))
def test_it_is_symmetric_and_not_negative(seed: int, n: int) -> None:
    left, right = rows(n, seed), rows(n, seed + 1)
    positive = torch.rand(n, n, generator=torch.Generator().manual_seed(seed)) < 0.4
    scale = torch.tensor(5.0)
    one, other = multi_positive(left, right, positive, scale), multi_positive(right, left, positive.T, scale)
    assert torch.allclose(one, other, atol=1e-5)
    assert one >= 0


@given(seed=st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    left, labels = rows(7, seed), torch.tensor([0, 0, 1, 1, 2, 2, 3])
    order = torch.randperm(7, generator=torch.Generator().manual_seed(seed))
    scale = torch.tensor(5.0)
    assert torch.allclose(supervised(left, labels, scale), supervised(left[order], labels[order], scale), atol=1e-5)


def test_supervised_prefers_clusters() -> None:
    labels = torch.tensor([0, 0, 1, 1])
    tight = functional.normalize(torch.tensor([[1.0, 0.01], [1.0, -0.01], [0.01, 1.0], [-0.01, 1.0]]), dim=-1)
    mixed = tight[[0, 2, 1, 3]]
    scale = torch.tensor(10.0)
    assert supervised(tight, labels, scale) < supervised(mixed, labels, scale)


def test_unknown_labels_are_alike_to_nothing() -> None:
    assert same(torch.tensor([-1, 2]), torch.tensor([-1, 2])).tolist() == [[False, False], [False, True]]


@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_it_stays_finite_at_any_scale(scale: float) -> None:
    left = rows(4, 3)
    assert torch.isfinite(multi_positive(left, -left, torch.eye(4, dtype=torch.bool), torch.tensor(scale)))
