"""Tuning a trained model on a shop's data: where it begins, what it keeps, what it learns from, when it refuses."""

import csv
import json
import shutil
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from models.contracts import Encoder, TokenEncoder
from models.encoders import load_encoder
from models.encoders.facet_heads import write_heads
from models.registry import FacetHead
from models.training.config import Batch, LossWeights, Recipe, read_recipe
from models.training.data import read_corpus
from models.training.dataset import Feedback
from models.training.errors import CannotTrain, GotWorse
from models.training.finetune import finetune, must_not_be_worse
from models.training.start import start_folder, start_shape
from models.training.validation import alike
from tests.models.training.tiny import SHOP_RECIPE, tiny_model, tiny_recipe

PICTURES = [Image.new("RGB", (60, 80), colour) for colour in ("red", "white", "navy")]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("start") / "tiny")


@pytest.fixture
def shop(tiny_data: Path, tmp_path: Path) -> Path:
    """A shop's folder: neither photos nor offers, names in Chinese for some."""
    folder = tmp_path / "shop"
    shutil.copytree(tiny_data / "catalog", folder / "catalog")
    (folder / "catalog" / "offers.csv").unlink()
    table = folder / "catalog" / "items.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = [row | {"name_zh": "红色 连衣裙" if int(row["id"]) % 2 else ""} for row in csv.DictReader(file)]
    write(table, rows)
    return folder


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def seen_and_read(encoder: Encoder) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.concatenate([encoder.encode_images(PICTURES), encoder.encode_texts(["red dress", "blue heels"])])


def test_a_tuned_model_loads_and_was_measured_before_and_after(start: Path, shop: Path, tmp_path: Path) -> None:
    write(shop / "catalog" / "pairs.csv", [{"query": "party dance", "id": "100", "weight": "2"}])
    config, cache, out = tiny_recipe(tmp_path / "recipe.yaml", start), tmp_path / "cache", tmp_path / "out"
    made = finetune(config, data=shop, cache=cache, out=out, force=True)
    assert made.before.keys() == made.figures.keys() == {"name_R@1", "name_R@10", "name_MRR", "kind@10"}
    assert made.figures != made.before
    curve = [json.loads(line) for line in next(cache.glob("runs/*/curve.jsonl")).read_text().splitlines()]
    assert {"names", "captions", "classes", "pairs"} <= curve[0].keys()
    assert "photos" not in curve[0]
    about = json.loads((out / "tryon.json").read_text())
    assert about["figures"]["start"] == load_encoder(str(start)).spec.revision
    encoder = load_encoder(str(out), device="cpu")
    assert encoder.spec.revision != load_encoder(str(start)).spec.revision
    assert not np.allclose(seen_and_read(encoder), seen_and_read(load_encoder(str(start))), atol=0.02)


def test_a_model_may_be_tuned_to_larger_pictures(start: Path, shop: Path, tmp_path: Path) -> None:
    config = tiny_recipe(tmp_path / "recipe.yaml", start, image_size=[96, 72])
    made = finetune(config, data=shop, cache=tmp_path / "cache", out=tmp_path / "out", force=True)
    assert start_shape(start).image_size == (64, 48)
    assert start_shape(made.folder).image_size == (96, 72)
    assert [grid(load_encoder(str(folder))) for folder in (start, made.folder)] == [(2, 2), (3, 3)]


def grid(encoder: Encoder) -> tuple[int, ...]:
    """Rows and columns of the parts that a picture is seen in."""
    assert isinstance(encoder, TokenEncoder)
    return encoder.encode_image_tokens(PICTURES).tokens.shape[1:3]


def test_a_tuned_model_tells_facets_by_heads_of_its_own(
    start: Path, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, cache, out = tiny_recipe(tmp_path / "recipe.yaml", start), tmp_path / "cache", tmp_path / "out"
    monkeypatch.setattr("models.zero_shot.teach.FEWEST", 4)
    finetune(config, data=shop, cache=cache, out=out, force=True)
    told, spec = json.loads((out / "tryon.json").read_text()), load_encoder(str(out)).spec
    assert set(spec.facets) == {"colour"}  # of everything else the shop has one value alone
    assert set(spec.facets["colour"].values) == {"red", "blue", "green"}
    assert 0 <= told["figures"]["colour accuracy"] <= 1
    assert spec.temperature == told["calibration"]["temperature"]
    monkeypatch.setattr("models.zero_shot.teach.FEWEST", 1000)
    finetune(config, data=shop, cache=cache, out=out, force=True)
    assert not load_encoder(str(out)).spec.facets  # none that vectors of before were told by


def test_a_shop_without_photos_keeps_what_tells_them_from_studio_pictures(
    start: Path, shop: Path, tmp_path: Path
) -> None:
    known = tmp_path / "known"
    shutil.copytree(start, known)
    rng = np.random.default_rng(2)
    heads = {
        name: FacetHead(values, rng.normal(size=(2, 32)).astype(np.float32), np.zeros(2, np.float32))
        for name, values in (("source", ("studio", "photo")), ("season", ("summer", "winter")))
    }
    write_heads(known, heads)
    made = finetune(
        tiny_recipe(tmp_path / "r.yaml", known), data=shop, cache=tmp_path / "c", out=tmp_path / "out", force=True
    )
    kept = load_encoder(str(made.folder)).spec.facets
    assert kept.keys() == {"source"}  # what else there was told of other vectors
    np.testing.assert_allclose(kept["source"].weights, heads["source"].weights, atol=0.01)


def test_a_shop_of_what_nobody_wears_is_tuned_without_heads(start: Path, shop: Path, tmp_path: Path) -> None:
    table = shop / "catalog" / "items.csv"
    with table.open(encoding="utf-8", newline="") as file:
        write(table, [row | {"article_type": "Perfume and Body Mist"} for row in csv.DictReader(file)])
    config, out = tiny_recipe(tmp_path / "recipe.yaml", start), tmp_path / "out"
    made = finetune(config, data=shop, cache=tmp_path / "cache", out=out, force=True)
    assert not any(name.endswith("ECE") for name in made.figures)
    assert not load_encoder(str(out)).spec.facets


def test_blend_0_gives_back_the_start(start: Path, shop: Path, tmp_path: Path) -> None:
    config = tiny_recipe(tmp_path / "recipe.toml", start, blend=0.0)
    made = finetune(config, data=shop, cache=tmp_path / "cache", out=tmp_path / "out")
    assert made.figures == pytest.approx(made.before, abs=1e-3)
    before, after = seen_and_read(load_encoder(str(start))), seen_and_read(load_encoder(str(made.folder)))
    assert np.allclose(before, after, atol=5e-3)


def test_what_got_worse_is_not_written(
    start: Path, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = iter([{"name_R@1": 0.5}, {"name_R@1": 0.4}])
    monkeypatch.setattr("models.training.validation.ShopValidation.__call__", lambda *_: next(figures))
    config = tiny_recipe(tmp_path / "recipe.yaml", start, report_every=1000, steps=1)
    monkeypatch.setattr("models.training.run.fit", lambda *_: None)
    with pytest.raises(GotWorse, match=r"nothing was written: name_R@1 0\.500 → 0\.400"):
        finetune(config, data=shop, cache=tmp_path / "cache", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_as_good_as_before_is_good_enough() -> None:
    must_not_be_worse({"a": 0.2, "b": 0.4}, {"a": 0.3, "b": 0.3})
    with pytest.raises(GotWorse):
        must_not_be_worse({"a": 0.2, "b": 0.4}, {"a": 0.3, "b": 0.29})


def test_a_kind_of_few_is_measured_by_as_many_as_there_are() -> None:
    rows = np.array([[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9], [0.7, 0.7]], dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    assert alike(rows, [0, 2], ["dress", "dress", "shirt", "shirt", "hat"]) == 1.0
    assert alike(rows, [0, 2, 4], ["dress", "shirt", "shirt", "shirt", "hat"]) == 0.5
    assert alike(rows, [4], ["dress", "dress", "shirt", "shirt", "hat"]) == 0.0


def test_data_that_cannot_be_measured_is_refused_at_once(start: Path, shop: Path, tmp_path: Path) -> None:
    table = shop / "catalog" / "items.csv"
    table.write_text(table.read_text("utf-8").replace(",val,", ",train,"), "utf-8")
    config = tiny_recipe(tmp_path / "recipe.yaml", start)
    with pytest.raises(CannotTrain, match="no items in its split 'val'"):
        finetune(config, data=shop, cache=tmp_path / "cache", out=tmp_path / "out")


def test_only_our_own_format_can_be_tuned(start: Path, tmp_path: Path) -> None:
    assert start_shape(start).image_size == (64, 48)
    with pytest.raises(CannotTrain, match="no such folder"):
        start_folder("ViT-B-32:openai")
    other = tmp_path / "other"
    shutil.copytree(start, other)
    config = json.loads((other / "open_clip_config.json").read_text())
    config["model_cfg"]["vision_cfg"] = {"layers": 12, "width": 768}
    (other / "open_clip_config.json").write_text(json.dumps(config))
    with pytest.raises(CannotTrain, match="only a timm trunk"):
        start_shape(other)
    (other / "tokenizer.json").unlink()
    with pytest.raises(CannotTrain, match=r"lacks tokenizer\.json"):
        start_shape(other)


def test_toml_and_yaml_say_the_same(start: Path, tmp_path: Path) -> None:
    paths = tiny_recipe(tmp_path / "a.yaml", start), tiny_recipe(tmp_path / "a.toml", start)
    assert read_recipe(paths[0]) == read_recipe(paths[1])
    assert read_recipe(paths[0]).dims == 32
    assert read_recipe(tiny_recipe(tmp_path / "b.toml", start, frozen_stages="all")).frozen_stages is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"dims": 8}, "own dims hold"),
        ({"rate": "fast"}, "rate must be of type float"),
        ({"steps": True}, "steps must be of type int"),
        ({"blend": 1.5}, "blend must lie"),
        ({"batch": {"catalogue": 4, "photos": 0, "flats": 0, "cats": 1}}, "batch: missing or unknown: cats"),
        ({"precision": "fp8"}, "precision must be"),
    ],
)
def test_a_recipe_that_cannot_be_says_why(change: dict[str, object], says: str, start: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotTrain, match=says):
        read_recipe(tiny_recipe(tmp_path / "recipe.yaml", start, **change))


def test_a_file_that_is_no_recipe_says_so(tmp_path: Path) -> None:
    for name, text in (("a.toml", "steps = "), ("a.yaml", "steps: ["), ("b.yaml", "just words")):
        (tmp_path / name).write_text(text)
        with pytest.raises(CannotTrain, match=name):
            read_recipe(tmp_path / name)


def test_the_shipped_shop_recipe_reads_and_every_key_is_documented() -> None:
    recipe = read_recipe(SHOP_RECIPE)
    assert (recipe.start, recipe.blend) == ("tryon-mini", 0.5)
    told = (SHOP_RECIPE.parent.parent / "RECIPES.md").read_text("utf-8")
    keys = [field.name for kind in (Recipe, Batch, LossWeights) for field in fields(kind)]
    assert [key for key in keys if f"`{key}`" not in told] == []


def test_pairs_are_read_once_each(shop: Path) -> None:
    pairs = shop / "catalog" / "pairs.csv"
    write(pairs, [{"query": " gym  top", "id": "100", "weight": w} for w in ("1", "2.5")])
    (pair,) = read_corpus(shop).pairs
    assert (pair.query, pair.item_id, pair.weight) == ("gym top", "100", 3.5)
    for weight in ("-1", "much", "nan"):
        write(pairs, [{"query": "x", "id": "100", "weight": weight}])
        with pytest.raises(CannotTrain, match="line 2"):
            read_corpus(shop)


def test_whoever_said_the_same_and_took_another_is_right_too() -> None:
    asked = Feedback(
        queries=torch.eye(2), query=torch.tensor([0, 0, 1]), garment=torch.tensor([5, 7, 7]),
        weights=torch.tensor([1.0, 1.0, 0.01]),
    )  # fmt: skip
    garment, queries, known = asked.draw(200, torch.Generator().manual_seed(0))
    assert (garment == 5).float().mean() == pytest.approx(0.5, abs=0.1)
    for row in range(0, 200, 7):
        for column in range(0, 200, 11):
            said = int(queries[column].argmax())
            assert bool(known[row, column]) == ((said, int(garment[row])) in {(0, 5), (0, 7), (1, 7)})
