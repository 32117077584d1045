"""What is reported of zero-shot labels and taught facets, on rows whose answers are known."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from models.contracts import RGB, Matrix
from models.registry import ModelSpec
from models.training.data import Corpus, Item, Photo
from models.zero_shot.calibration import softmax
from models.zero_shot.measure import ZeroShot, zero_shot
from models.zero_shot.teach import calibrate_facets

KINDS = ("dress", "jeans", "boots")
SEASONS = ("summer", "winter")


class Axes:
    """A text points along the kind it names; every other text along an axis of its own."""

    spec = ModelSpec("axes", "r", 8, "p", temperature=20.0)
    device = "cpu"

    def encode_texts(self, texts: Sequence[str]) -> Matrix:
        axes = np.eye(8, dtype=np.float32)
        return np.stack([next((axes[n] for n, k in enumerate(KINDS) if k in text), axes[7]) for text in texts])

    def encode_images(self, pictures: Sequence[RGB]) -> Matrix:
        raise AssertionError("all rows are given")


def corpus(count: int, photos: int = 0) -> tuple[Corpus, Matrix, Matrix]:
    """Items whose rows show kind and, less plainly, season; photos that show their label."""
    rng = np.random.default_rng(5)
    items, rows = [], []
    for n in range(count):
        kind, season = rng.integers(3), rng.integers(2)
        split = "val" if n % 4 == 0 else "train"
        items.append(Item(str(n), split, "", "", KINDS[kind], "", "women", "adult", SEASONS[season], ""))
        rows.append(np.eye(8)[kind] + 0.6 * np.eye(8)[3 + season] + rng.normal(0, 0.25, 8))
    shots = tuple(Photo(str(n), "val", KINDS[n % 3]) for n in range(photos))
    shown = np.array([np.eye(8)[n % 3] + rng.normal(0, 0.2, 8) for n in range(photos)]).reshape(photos, 8)
    return Corpus(Path("nowhere"), tuple(items), shots, {}), unit(np.array(rows).reshape(count, 8)), unit(shown)


def unit(rows: np.ndarray) -> Matrix:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_photos_are_told_by_their_labels() -> None:
    data, _, photos = corpus(0, photos=60)
    found = zero_shot(Axes(), data, "val", images=photos)
    assert found.labels == ("boots", "dress", "jeans")
    assert found.probabilities.shape == (60, 3)
    assert found.accuracy > 0.9
    assert 0 <= found.ece < 0.3
    steeper = zero_shot(Axes(), data, "val", images=photos, temperature=1.0)
    assert steeper.accuracy == found.accuracy
    assert steeper.ece > found.ece
    with pytest.raises(ValueError, match="train"):
        zero_shot(Axes(), data, "train", images=photos)


def test_accuracy_and_error_by_hand() -> None:
    shares = np.array([[0.8, 0.2], [0.8, 0.2], [0.2, 0.8], [0.8, 0.2]])
    found = ZeroShot(("a", "b"), np.array([0, 0, 1, 1]), shares)
    assert found.accuracy == 0.75
    assert found.ece == pytest.approx(0.05)


def test_facets_are_taught_on_train_and_measured_on_val() -> None:
    data, rows, photos = corpus(600, photos=90)
    made = calibrate_facets(Axes(), data, catalogue=rows, photos=photos)
    assert made.heads.keys() == {"season"}  # a facet with one value alone is no choice
    held = [n for n, item in enumerate(data.items) if item.split == "val"]
    told = softmax(made.heads["season"].logits(rows[held])).argmax(axis=1)
    right = [made.heads["season"].values[t] == data.items[n].season for t, n in zip(told, held, strict=True)]
    assert made.figures["season accuracy"] == pytest.approx(np.mean(right))
    assert np.mean(right) > 0.8
    assert made.figures["season ECE"] < 0.12
    assert made.temperature == pytest.approx(made.figures["temperature on train"] / made.figures["tempered by"])
    assert calibrate_facets(Axes(), data, catalogue=rows, photos=photos).temperature == made.temperature


def test_without_train_there_is_nothing_to_learn_from() -> None:
    data, rows, _ = corpus(0)
    with pytest.raises(ValueError, match="train"):
        calibrate_facets(Axes(), data, catalogue=rows)
