"""What a step is drawn from: labels of photos that are rare, and those that are common."""

from dataclasses import replace

import torch
from hypothesis import given
from hypothesis import strategies as st

from models.training.config import Batch
from models.training.dataset import Garments, Texts, TrainingSet, View
from models.training.facets import FACETS

COMMON, RARE = 300, 12


def shop() -> TrainingSet:
    """One garment, and photos of two labels of which one is rare."""
    one, empty = View.whole(torch.zeros(1, 4).half().numpy()), torch.zeros(0, dtype=torch.long)
    facets = torch.zeros(1, len(FACETS), dtype=torch.long)
    return TrainingSet(
        studio=Garments((one,), facets, torch.zeros(1, 1, dtype=torch.long)),
        drawn=Garments((one,), facets[:0], torch.zeros(0, 1, dtype=torch.long)),
        photo_views=(View.whole(torch.zeros(COMMON + RARE, 4).half().numpy()),),
        photo_labels=torch.tensor([0] * COMMON + [1] * RARE), fits=torch.ones(2, 1, dtype=torch.bool),
        names=torch.zeros(1, dtype=torch.long), name_views=(one,),
        captions=Texts(("thing",), facets), caption_features=torch.zeros(1, 4).half(),
        label_texts=torch.zeros(0, 4).half(), label_of=empty,
    )  # fmt: skip


def rare_share(balance: float, seed: int) -> float:
    step = shop().draw(Batch(1, 4000, 0, balance=balance), torch.Generator().manual_seed(seed))
    return float((step.labels == 1).float().mean())


@given(st.integers(0, 10_000))
def test_balance_brings_photos_of_rare_labels(seed: int) -> None:
    plain, half, whole = (rare_share(balance, seed) for balance in (0.0, 0.5, 1.0))
    assert abs(plain - RARE / (COMMON + RARE)) < 0.02
    assert abs(half - RARE**0.5 / (COMMON**0.5 + RARE**0.5)) < 0.04
    assert abs(whole - 0.5) < 0.05


def test_a_shop_without_photos_draws_none_however_balanced() -> None:
    empty = replace(shop(), photo_labels=torch.zeros(0, dtype=torch.long))
    step = empty.draw(Batch(1, 8, 0, balance=0.5), torch.Generator().manual_seed(0))
    assert len(step.labels) == 0
