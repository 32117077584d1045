"""`tryon train --task outfits` to its end, and a running service that composes by what it wrote."""

import asyncio
import csv
import datetime as dt
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from app.cli import main
from app.db.base import now
from app.feedback.events import Event, EventKind
from app.feedback.repository import EventRepository, ShopperRepository
from app.recommendations.compatibility import compatibility
from app.settings import OutfitSettings
from models.outfits.sets import as_kinds, read_sets
from tests.app.recommendations.conftest import COLOURS, KINDS, Shop

SHARED = Path(os.environ.get("TRYON_SHARED", Path(__file__).resolve().parents[4] / "shared")) / "data"
FAVOURITE = dict.fromkeys(("jeans", "trousers", "casual_shoes", "heels"), "red")
"""The hidden taste of this shop: red from head to foot, which no rule of colours likes."""

SETS, ITEMS = 500, 1_500


def tryon(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["tryon", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def looks_to_taste(count: int) -> list[list[str]]:
    draw = Random(3)
    tops = [f"{kind}-{colour}" for kind in ("tshirt", "shirt") for colour in COLOURS]
    pairs = [(bottom, shoes) for bottom in ("jeans", "trousers") for shoes in ("casual_shoes", "heels")]
    found = []
    for _ in range(count):
        bottom, shoes = draw.choice(pairs)
        found.append([draw.choice(tops), f"{bottom}-{FAVOURITE[bottom]}", f"{shoes}-{FAVOURITE[shoes]}"])
    return found


def write(folder: Path, looks: Iterable[Sequence[str]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "looks.jsonl").write_text("".join(json.dumps({"items": list(look)}) + "\n" for look in looks), "utf-8")
    return folder


async def filled(shop: Shop) -> None:
    async with shop.serve() as service:
        await service.fill()


async def asked(shop: Shop) -> list[dict[str, Any]]:
    async with shop.serve() as service:
        body = (await service.post(description="white t-shirt", outfits="1")).json()
    outfits: list[dict[str, Any]] = body["outfits"]
    return outfits


def to_taste(outfits: Sequence[dict[str, Any]]) -> int:
    """Pieces in their kind's favourite colour."""
    pieces = [piece["item"] for look in outfits for piece in look["items"]]
    return sum(FAVOURITE.get(item["kind"]) == item["colour"] for item in pieces)


def composed_with(shop: Shop, scorer: Path) -> list[dict[str, Any]]:
    compatibility.cache_clear()
    shop.settings = shop.settings.model_copy(update={"outfits": OutfitSettings(scorer=scorer)})
    return asyncio.run(asked(shop))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("TRYON_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("COLUMNS", "200")
    opened = Shop(tmp_path / "var")
    asyncio.run(filled(opened))
    return opened


def test_looks_of_the_shop_compose_its_answers(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = asyncio.run(asked(shop))
    looks = write(tmp_path / "in", looks_to_taste(300))
    assert tryon(monkeypatch, "train", "--task", "outfits", "--data", looks, "--out", tmp_path / "scorer") == 0
    said = capsys.readouterr()
    assert "fitted on the looks" in said.out and "popularity" in said.out and "random" in said.out
    assert f"TRYON_OUTFITS__SCORER={tmp_path / 'scorer'}" in said.out
    after = composed_with(shop, tmp_path / "scorer")
    assert before and len(after) == len(before)
    assert to_taste(after) > to_taste(before)


def test_what_shoppers_bought_together_does_too(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = asyncio.run(asked(shop))
    words = ("train", "--task", "outfits", "--data", tmp_path / "none", "--purchases", "--out", tmp_path / "scorer")
    assert tryon(monkeypatch, *words) == 1
    assert "two items" in capsys.readouterr().err
    asyncio.run(buy(shop, looks_to_taste(100)))
    assert tryon(monkeypatch, *words) == 0
    assert "100 baskets" in capsys.readouterr().err
    assert to_taste(composed_with(shop, tmp_path / "scorer")) > to_taste(before)


async def buy(shop: Shop, looks: Sequence[Sequence[str]]) -> None:
    """Each look bought by another shopper on one day."""
    moment = now() - dt.timedelta(days=3)
    async with shop.serve() as service, service.database.unit_of_work() as session:
        for number, look in enumerate(looks):
            shopper = f"customer-{number}"
            await ShopperRepository(session).hold(shopper)
            deeds = [(Event(f"{n}", EventKind.purchase, item_id), moment, None) for n, item_id in enumerate(look)]
            await EventRepository(session).add(shopper, deeds)


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no shared data at {SHARED}")
def test_real_outfits_over_the_shared_catalogue(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "in", looks_of_sets(tmp_path / "in", SETS, ITEMS))
    assert tryon(monkeypatch, "train", "--task", "outfits", "--data", folder, "--out", tmp_path / "scorer") == 0
    figures = {
        (r["wrong answers"], r["method"]): r for r in json.loads((tmp_path / "scorer" / "report.json").read_text())
    }
    fitted, chance = (figures["any item", method] for method in ("fitted on the looks", "random"))
    assert fitted["fill in the blank"] > chance["fill in the blank"] + 0.1
    assert fitted["AUC"] > 0.6
    outfits = composed_with(shop, tmp_path / "scorer")
    assert outfits and all(len(look["items"]) >= 3 for look in outfits)
    assert {item["kind"] for look in outfits for item in (p["item"] for p in look["items"])} <= set(KINDS)


def looks_of_sets(folder: Path, sets: int, items: int) -> list[list[str]]:
    """Looks of items for real outfits that are known by category alone: for each piece any item of its kind, for one
    gender. Writes the part of the shared catalogue they are of, so that the command finds it beside them.
    """
    catalog = folder / "catalog"
    catalog.mkdir(parents=True)
    for name in ("items.csv", "offers.csv"):
        with (SHARED / "catalog" / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        step = max(1, len(rows) // items)
        with (catalog / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([rows[0], *rows[1::step]])
    (catalog / "images.zip").symlink_to(SHARED / "catalog" / "images.zip")
    from models.training.data import read_corpus

    by: dict[tuple[str, str], list[str]] = {}
    for item in read_corpus(folder).items:
        by.setdefault((item.kind, item.gender), []).append(item.id)
    draw, found = Random(5), list[list[str]]()
    for kinds in as_kinds(read_sets(SHARED / "outfits" / "sets.csv")["fit"])[:sets]:
        gender = draw.choice(("women", "men"))
        pieces = [draw.choice(by[kind, gender]) for kind in kinds if (kind, gender) in by]
        if len(pieces) > 1:
            found.append(pieces)
    return found
