"""Outfits around photos, composed from the shared catalogue, pass a checker that knows nothing of composing."""

import csv
import os
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from app.catalog.facts import ItemFacts, facts_of
from app.catalog.feeds.draft import draft_of
from app.catalog.feeds.mapping import ColumnMapping
from app.catalog.inference.guesses import from_title
from app.engines import build_engine
from app.media.photo import decode
from app.recommendations.outfit import Look, Piece, compose
from app.recommendations.outfit_anchor import facts_seen
from app.recommendations.outfit_rules import Brief, slots_around
from app.recommendations.wanted import Seen
from app.settings import LimitSettings, ModelSettings
from models.training.data import read_corpus
from models.zero_shot import AttributeTagger
from tests.app.recommendations.outfit_checker import Asked, Ware, faults, read_wares

SHARED = Path(os.environ.get("TRYON_SHARED", Path(__file__).resolve().parents[4] / "shared")) / "data"
PHOTOS = 40
"""All 300 are gone through by `python -m bench.outfits`, against a running service."""

EVERY, PER_SHELF = 6, 120
BRIEFS = (
    (Brief(), Asked()),
    (Brief(gender="women", season="summer", occasion="party"), Asked("women", "Summer")),
    (Brief(gender="men", budget=Decimal(150)), Asked("men", budget=Decimal(150))),
    (Brief(season="winter"), Asked(season="Winter")),
    (Brief(gender="women", age_group="kids"), Asked("women", for_children=True)),
)

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no shared data at {SHARED}")


def stocked() -> dict[str, list[ItemFacts]]:
    """A part of the catalogue as an import reads it, by slot."""
    with (SHARED / "catalog" / "offers.csv").open(encoding="utf-8", newline="") as file:
        offers = {row["id"]: row for row in csv.DictReader(file)}
    with (SHARED / "catalog" / "items.csv").open(encoding="utf-8", newline="") as file:
        rows = [{**row, **offers[row["id"]]} for row in csv.DictReader(file)][::EVERY]
    found: dict[str, list[ItemFacts]] = {}
    for row in rows:
        draft = draft_of(ColumnMapping.default().fields(row), "EUR").draft
        sizes = "\x1f".join(f"x{v.size}" for v in draft.variants if v.stock is None or v.stock > 0)
        stated = (draft.kind, draft.slot, draft.colour, draft.gender, draft.age_group)
        made_for = (draft.season, draft.usage, draft.pattern)
        names = (draft.id, draft.title, "", "")
        raw = (*names, *stated, *made_for, draft.price, draft.sale_price, None, len(draft.variants), sizes)
        facts = facts_of(raw, {g.name: (g.value, g.confidence) for g in from_title(draft.title, "").values()})
        found.setdefault(facts.slot, []).append(facts)
    return found


def shown(anchor: ItemFacts, look: Look) -> dict[str, Any]:
    """A look as an answer shows it."""
    total = None if look.total is None else {"amount": str(look.total), "currency": "EUR"}
    pieces = [{"slot": p.slot, "given": False, "item": {"id": p.id}} for p in look.pieces]
    return {"items": [{"slot": anchor.slot, "given": True, "item": None}, *pieces], "total_price": total}


@pytest.fixture(scope="module")
def wares() -> Mapping[str, Ware]:
    return read_wares(SHARED / "catalog")


async def test_every_outfit_around_a_photo_is_valid(wares: Mapping[str, Ware]) -> None:
    stock, draw = stocked(), Random(7)
    photos = [p.id for p in read_corpus(SHARED).photos if p.split == "val"][:PHOTOS]
    wrong, made = list[str](), 0
    engine = await build_engine(ModelSettings(threads=1))
    try:
        tagger = await AttributeTagger.build(engine)
        with zipfile.ZipFile(SHARED / "photos" / "images.zip") as pictures:
            for number, photo in enumerate(photos):
                picture = decode(pictures.read(f"{photo}.webp"), LimitSettings())
                part = (await engine.encode_query([picture], None)).parts[0]
                assert part.image is not None
                seen = [Seen(t.name, t.value, t.confidence) for t in tagger.tag(part.image, crops=part.crops[:1])]
                anchor = facts_seen(seen)
                if anchor is None:
                    continue
                said, asked = BRIEFS[number % len(BRIEFS)]
                anchor = replace(anchor, gender=said.gender or anchor.gender)
                pool = {
                    slot: [Piece(i, draw.random()) for i in draw.sample(stock[slot], min(PER_SHELF, len(stock[slot])))]
                    for slot in slots_around(anchor, said)
                    if slot in stock
                }
                looks = compose(anchor, True, pool, said, 3)
                made += len(looks)
                wrong += [f"{photo}: {fault}" for fault in faults([shown(anchor, k) for k in looks], wares, asked)]
    finally:
        await engine.close()
    assert wrong == []
    assert made >= PHOTOS  # some garments (a swimsuit, a man's dress) have none, others three


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ids": ["1163", "1164"]}, "two things in one place"),
        ({"ids": ["1163"]}, "no shoes"),
        ({"asked": Asked("women")}, "something for others"),
        ({"asked": Asked(budget=Decimal(1))}, "more than the budget"),
        ({"asked": Asked(season="Winter")}, "opposite seasons"),
        ({"asked": Asked(for_children=True)}, "a child's thing for an adult, or the reverse"),
    ],
)
def test_the_checker_sees_what_is_wrong(wares: Mapping[str, Ware], change: Mapping[str, Any], said: str) -> None:
    pieces = [{"slot": "", "given": False, "item": {"id": i}} for i in change.get("ids", ["1163"])]
    found = faults([{"items": pieces, "total_price": None}], wares, change.get("asked", Asked()))
    assert any(said in fault for fault in found), found
