"""Brands, materials and item numbers are found as words, through HTTP, on both databases."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.catalog.changelog import ChangeLog
from app.catalog.records import ItemRecord, VariantRecord
from app.catalog.repository import ItemRepository
from app.catalog.text.shopwords import ShopWords
from app.recommendations.names import names_in
from tests.app.recommendations.conftest import COLOURS, KINDS, Service, Shop
from tests.app.recommendations.making import item

BRANDED = ("zy-dress", "zy-shirt", "zy-gone")


def _record(id_: str, kind: str, slot: str, colour: str, stock: int = 3, **more: Any) -> ItemRecord:
    return ItemRecord(
        id=id_, content_hash="", kind=kind, slot=slot, colour=colour, gender="women", age_group="adult",
        variants=(VariantRecord("M", stock),), **{"title": f"{colour} {kind}", **more},
    )  # fmt: skip


EXTRA = [
    _record("zy-dress", "dress", "one_piece", "green", brand="Zyxora"),
    _record("zy-shirt", "shirt", "top", "blue", brand="Zyxora", stock=0),
    _record("zy-gone", "shirt", "top", "red", brand="Zyxora"),
    _record("QX-7781/b", "jacket", "outerwear", "black"),
    _record("wool-coat", "jacket", "outerwear", "white", attributes={"material": "Vicuna"}),
    _record("zh-dress", "dress", "one_piece", "white", title_zh="优尔莎白色连衣裙"),
    _record("zy-scent", "perfume", "none", "", brand="Zyxora"),
]


@pytest.fixture
async def shop(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with Shop(tmp_path, database_url).serve() as running:
        await running.fill()
        async with running.database.unit_of_work() as session:
            items = ItemRepository(session)
            await items.upsert(EXTRA)
            revision = (await ChangeLog(session).state()).revision
        old = [f"{kind}-{colour}" for kind in KINDS for colour in COLOURS]
        new = [record for record in EXTRA if record.slot != "none"]
        # The encoder sees kinds and colours; of brands, materials and numbers it knows nothing.
        texts = [id_.replace("-", " ") for id_ in old] + [f"{record.colour} {record.kind}" for record in new]
        vectors = await running.engine.encode_texts(texts)
        ids = [*old, *(record.id for record in new)]
        manifest = running.snapshots.build(ids, vectors, vectors, running.engine.spec, catalog_revision=revision)
        running.snapshots.activate(manifest.version)
        yield running


async def ask(service: Service, words: str, **fields: Any) -> dict[str, Any]:
    answer = await service.post(description=words, outfits="0", limit="5", **fields)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def ids(body: dict[str, Any]) -> list[str]:
    return [s["item"]["id"] for s in body["suggestions"]]


async def test_a_brand_that_nobody_embedded_comes_first_and_says_why(shop: Service) -> None:
    body = await ask(shop, "something by Zyxora")
    assert set(ids(body)[:3]) == set(BRANDED)
    assert [s["parts"]["lexical"] for s in body["suggestions"]] == [1.0, 1.0, 1.0, 0.0, 0.0]
    assert body["suggestions"][0]["shares"]["words"] > 0
    assert ids(await ask(shop, "zyxora dress"))[0] == "zy-dress"  # the brand and the kind before either alone


async def test_a_slip_in_it_is_mended_and_shown(shop: Service) -> None:
    body = await ask(shop, "a Zyxroa shirt")
    assert body["query"]["corrections"] == [{"from": "Zyxroa", "to": "Zyxora"}]
    assert set(ids(body)[:2]) == {"zy-shirt", "zy-gone"}


@pytest.mark.parametrize(
    ("words", "first"), [("vicuna", "wool-coat"), ("qx 7781b", ""), ("QX-7781/B please", "QX-7781/b"),
                         ("优尔莎的裙子", "zh-dress")],
)  # fmt: skip
async def test_materials_numbers_and_chinese_names(shop: Service, words: str, first: str) -> None:
    found = ids(await ask(shop, words))
    assert not first or found[0] == first


async def test_filters_hold_for_words_too_and_what_left_the_catalogue_is_not_found(shop: Service) -> None:
    assert not {"zy-shirt", "zy-scent"} & set(ids(await ask(shop, "zyxora", filters='{"in_stock": true}')))
    only = await ask(shop, "zyxora", filters=json.dumps({"kind": ["shirt"]}))
    assert {s["item"]["kind"] for s in only["suggestions"]} == {"shirt"}
    await shop.remove("zy-gone")
    assert "zy-gone" not in ids(await ask(shop, "zyxora"))


async def test_semantic_mode_takes_no_word_literally(shop: Service) -> None:
    body = await ask(shop, "zyxora", mode="semantic")
    assert all("lexical" not in s["parts"] for s in body["suggestions"])


def test_what_the_taxonomy_understands_is_no_name() -> None:

    facts = [item(str(n), title="Nike red dress", brand="Red") for n in range(4)] + [
        item(f"o{n}", title="plain thing") for n in range(40)
    ]
    shop = ShopWords.of(facts)
    names = names_in("a red nike dress for summer, not plain", ["red", "nike", "dress", "summer", "plain"], shop)
    assert [(name.parts, name.sort) for name in names] == [(("nike",), "brand")]
