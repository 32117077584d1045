"""Segmenters by name: the shipped one finds garments, rembg is used where it is installed, what is wrong says so."""

import shutil
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from models.contracts import RGB, ModelUnavailable
from models.preprocess.image import GarmentPreprocessor, cut_out
from models.preprocess.masks import Segmenter
from models.preprocess.segmenter import TryonCut, segmenter_folder
from models.preprocess.segmenters import load_segmenter
from models.training.segmenter_bank import Cutout, drawn_cutouts

pytestmark = pytest.mark.usefixtures("one_thread")


def laid(cutout: Cutout, floor: tuple[int, int, int], seed: int) -> tuple[RGB, np.ndarray]:
    """A drawn garment on a noisy floor that is wider than it, and where it lies."""
    photo = Image.new("RGB", (300, 360), floor)
    photo.paste(cutout.picture, (66, 68), cutout.subject)
    truth = Image.new("L", photo.size)
    truth.paste(cutout.subject, (66, 68))
    noise = np.random.default_rng(seed).normal(0, 6, (360, 300, 3))
    return Image.fromarray((np.asarray(photo) + noise).clip(0, 255).astype(np.uint8)), np.asarray(truth) > 127


def overlap(found: np.ndarray, truth: np.ndarray) -> float:
    return float((found & truth).sum() / (found | truth).sum())


def test_the_shipped_one_finds_garments_it_never_saw() -> None:
    segmenter = load_segmenter()
    scores = []
    for number, cutout in enumerate(drawn_cutouts(14, seed=99)):
        photo, truth = laid(cutout, [(150, 110, 70), (70, 80, 90), (215, 205, 195)][number % 3], number)
        masks = segmenter.masks(photo)
        assert masks is not None
        small = np.asarray(Image.fromarray(truth).resize(masks.subject.shape[::-1]))
        scores.append(overlap(masks.subject > 0.5, small))
    assert np.mean(scores) > 0.8


def test_a_cut_out_is_the_garment_on_white() -> None:
    cutout = next(iter(drawn_cutouts(5, seed=5)))
    photo, _ = laid(cutout, (110, 90, 140), 1)
    picture = np.asarray(cut_out(photo))
    rim = np.concatenate([picture[:3].reshape(-1, 3), picture[:, :3].reshape(-1, 3)])
    assert (rim > 240).all(axis=1).mean() > 0.85


@pytest.mark.parametrize("size", [(1, 1), (900, 3), (64, 64)])
def test_a_blank_photo_of_any_shape_stays_whole(size: tuple[int, int]) -> None:
    photo = Image.new("RGB", size, "white")
    assert cut_out(photo).size == size


def test_masks_do_not_depend_on_the_size_of_the_photo() -> None:
    photo, _ = laid(next(iter(drawn_cutouts(5, seed=6))), (120, 120, 60), 2)
    segmenter = load_segmenter()
    small, large = segmenter.masks(photo), segmenter.masks(photo.resize((1800, 2160)))
    assert small is not None
    assert large is not None
    assert np.abs(small.subject - large.subject).mean() < 0.03


def test_each_choice_has_a_version_of_its_own() -> None:
    names = ("tryon-cut", "classical", "none")
    versions = {GarmentPreprocessor(load_segmenter(name)).version for name in names}
    assert len(versions) == 3
    assert max(map(len, versions)) <= 64


def test_none_leaves_every_photo_whole() -> None:
    photo, _ = laid(next(iter(drawn_cutouts(5, seed=5))), (110, 90, 140), 1)
    prepared = GarmentPreprocessor(load_segmenter("none")).prepare(photo, "auto")
    assert [crop.size for crop in prepared.crops] == [photo.size]


@pytest.fixture
def rembg(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A stand-in for rembg that knows `u2netp` and finds the middle of every photo; what it was asked."""
    asked: list[Any] = []

    def new_session(name: str) -> SimpleNamespace:
        if name != "u2netp":
            raise ValueError(f"No session class found for model '{name}'")
        return SimpleNamespace(name=name)

    def remove(picture: RGB, *, session: SimpleNamespace, only_mask: bool) -> Image.Image:
        asked.append((session.name, picture.size, only_mask))
        mask = Image.new("L", picture.size)
        width, height = picture.size
        mask.paste(255, (width // 4, height // 4, 3 * width // 4, 3 * height // 4))
        return mask

    module = ModuleType("rembg")
    vars(module).update(new_session=new_session, remove=remove, __version__="2.0.1")
    monkeypatch.setitem(sys.modules, "rembg", module)
    return asked


def test_rembg_cuts_where_a_deployer_has_it(rembg: list[Any]) -> None:
    segmenter = load_segmenter("rembg:u2netp")
    assert isinstance(segmenter, Segmenter)
    photo = Image.new("RGB", (1200, 1600), (10, 90, 30))
    region, _ = GarmentPreprocessor(segmenter).prepare(photo, "garment").regions
    assert region.box == pytest.approx((0.22, 0.22, 0.78, 0.78), abs=0.03)
    assert rembg == [("u2netp", (384, 512), True)]
    assert "rembg:u2netp@2.0.1" in GarmentPreprocessor(segmenter).version


def test_a_model_that_rembg_lacks_is_named(rembg: list[Any]) -> None:
    with pytest.raises(ModelUnavailable, match=r"rembg:nonesuch: .*No session class found"):
        load_segmenter("rembg:nonesuch")


def test_without_rembg_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rembg", None)
    with pytest.raises(ModelUnavailable, match=r"pip install 'tryon\[rembg\]'") as caught:
        load_segmenter("rembg:u2netp")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "sam", "rembg:", "tryon-cut2"])
def test_an_unknown_name_lists_what_there_is(name: str) -> None:
    with pytest.raises(ModelUnavailable, match="tryon-cut, classical, none or rembg:u2netp"):
        load_segmenter(name)


def test_weights_that_are_missing_or_foreign_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="missing"):
        TryonCut.from_folder(tmp_path)
    shutil.copy(segmenter_folder() / "config.json", tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\x00" * 64)
    with pytest.raises(ModelUnavailable, match="not the weights of tryon-cut"):
        TryonCut.from_folder(tmp_path)
