"""A scorer fitted on a shop's own looks finds the taste they were made with, and nothing where there is none."""

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest

from models.outfits.facts import Garment
from models.outfits.pairs import OutfitsUnavailable
from models.outfits.shop import FILE, ShopScorer
from models.outfits.shop_train import Wardrobe, train_shop
from models.training.errors import CannotTrain

COLOURS = ("black", "white", "red", "green", "navy", "yellow")
LIKED = {"black": "red", "red": "black", "white": "green", "green": "white", "navy": "yellow", "yellow": "navy"}
"""The hidden taste, which no rule of colours has."""

KINDS = ("shirt", "jeans", "casual_shoes", "watch")


def stock() -> list[Garment]:
    return [
        Garment(f"{kind}-{colour}-{n}", kind, colour, gender="women")
        for kind in KINDS
        for colour in COLOURS
        for n in range(5)
    ]


def taste_looks(items: list[Garment], count: int, *, at_random: bool = False) -> list[list[str]]:
    draw, by = Random(1), {}
    for item in items:
        by.setdefault((item.kind, item.colour), []).append(item.id)
    found = []
    for _ in range(count):
        first = draw.choice(COLOURS)
        pair = COLOURS if at_random else (first, LIKED[first])
        found.append([draw.choice(by[kind, draw.choice(pair)]) for kind in KINDS])
    return found


def write(folder: Path, looks: list[list[str]], name: str = "looks.jsonl") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("".join(json.dumps({"items": look}) + "\n" for look in looks), "utf-8")
    return folder


def quiet(_stage: str, _done: int, _total: int) -> None:
    """Shows nothing."""


def test_the_taste_of_the_looks_is_found_and_kept(tmp_path: Path) -> None:
    items = stock()
    rows = train_shop(write(tmp_path / "in", taste_looks(items, 400)), Wardrobe(items), tmp_path / "out", quiet)
    same_slot = {r.method: r for r in rows if r.draw == "items of the same slot"}
    fitted = same_slot["fitted on the looks"]
    assert fitted.accuracy > 0.5
    assert fitted.auc > 0.75
    assert max(same_slot[m].accuracy for m in ("popularity", "random", "worn together (the rules)")) < 0.4
    scorer = ShopScorer.load(tmp_path / "out")
    black, red, white = (Garment("new", k, c) for k, c in (("shirt", "black"), ("jeans", "red"), ("jeans", "white")))
    chances = scorer.chances([black, red, white])
    assert chances[0, 1] > 0.6
    assert chances[0, 1] > chances[0, 2] + 0.1
    assert np.allclose(chances, chances.T)
    assert json.loads((tmp_path / "out" / "report.json").read_text())[0]["method"] == "fitted on the looks"


def test_where_there_is_no_taste_none_is_found(tmp_path: Path) -> None:
    items = stock()
    folder = write(tmp_path / "in", taste_looks(items, 200, at_random=True))
    rows = train_shop(folder, Wardrobe(items), tmp_path / "out", quiet)
    fitted = next(r for r in rows if r.draw == "items of the same slot" and r.method == "fitted on the looks")
    assert fitted.interval is not None
    assert fitted.interval.low <= 0.3
    assert abs(fitted.auc - 0.5) < 0.2


def test_pictures_tell_what_facts_do_not(tmp_path: Path) -> None:
    """Looks here go by something no fact says: a style that only the vectors show."""
    draw, dice = Random(2), np.random.default_rng(2)
    items, styles = [Garment(f"{k}-{n}", k) for k in KINDS for n in range(40)], {}
    vectors = dice.normal(size=(len(items), 8)).astype(np.float32) * 0.2
    for row, item in enumerate(items):
        styles[item.id] = draw.randrange(2)
        vectors[row, 0] += 1.0 if styles[item.id] else -1.0
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    looks = []
    for _ in range(400):
        style = draw.randrange(2)
        looks.append([draw.choice([i.id for i in items if i.kind == k and styles[i.id] == style]) for k in KINDS])
    wardrobe = Wardrobe(items, vectors, "model/1")
    rows = train_shop(write(tmp_path / "in", looks), wardrobe, tmp_path / "out", quiet)
    auc = {r.method: r.auc for r in rows if r.draw == "items of the same slot"}
    assert auc["fitted on the looks"] > 0.6
    assert auc["fitted on the looks"] > auc["… by facts alone"] + 0.1
    scorer = ShopScorer.load(tmp_path / "out")
    assert scorer.by_sight and scorer.space == "model/1"
    assert not scorer.blind().by_sight


def test_baskets_teach_where_there_are_no_looks(tmp_path: Path) -> None:
    items = stock()
    folder = write(tmp_path / "in", taste_looks(items, 300), "baskets.jsonl")
    rows = train_shop(folder, Wardrobe(items), tmp_path / "out", quiet)
    assert next(r for r in rows if r.draw == "items of the same slot").accuracy > 0.4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not json\n", r"looks\.jsonl, line 1: is no JSON"),
        ('{"items": ["a"]}\n{"look": ["a"]}\n', r"looks\.jsonl, line 2: must read"),
        ('{"items": "a"}\n', "line 1: must read"),
        ('{"items": ["nobody", "knows"]}\n', "in the catalogue"),
        ('{"items": ["shirt-red-0", "jeans-red-0"]}\n', "1 looks are too few"),
    ],
)
def test_what_is_wrong_with_looks_is_said_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "looks.jsonl").write_text(text, "utf-8")
    with pytest.raises(CannotTrain, match=said) as failed:
        train_shop(tmp_path, Wardrobe(stock()), tmp_path / "out", quiet)
    assert "\n" not in str(failed.value)


def test_a_folder_without_a_scorer_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(OutfitsUnavailable, match="train --task outfits"):
        ShopScorer.load(tmp_path)
    (tmp_path / FILE).write_bytes(b"nothing of the sort")
    with pytest.raises(OutfitsUnavailable, match="is no scorer"):
        ShopScorer.load(tmp_path)
