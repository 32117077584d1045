"""What is like an item, looks around it, and answers to liked and disliked items: through HTTP, on both databases."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from app.catalog.changelog import ChangeLog
from app.catalog.tables import ItemRow
from tests.app.recommendations.conftest import NOT_WORN, Service, Shop, _row


@pytest.fixture
async def shop(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with Shop(tmp_path, database_url).serve() as running:
        await running.fill()
        yield running


def ids(body: dict[str, Any]) -> list[str]:
    return [s["item"]["id"] for s in body["suggestions"]]


async def get(service: Service, path: str, **query: str) -> httpx.Response:
    return await service.client.get(f"/v1/items/{path}", params=query)


async def test_similar_is_of_the_kind_and_not_the_item_itself(shop: Service) -> None:
    body = (await get(shop, "dress-red/similar", limit="4")).json()
    assert len(body["suggestions"]) == 4
    assert "dress-red" not in ids(body)
    assert sum(id_.startswith("dress-") for id_ in ids(body)) >= 2 and ids(body)[0].startswith("dress-")
    assert not any("kids" in id_ for id_ in ids(body))
    first = body["suggestions"][0]
    assert first["item"]["gone"] is False
    assert {r["params"].get("source") for r in first["reasons"] if r["code"] == "same_kind"} == {"item"}
    assert "photo" not in json.dumps(first["reasons"]) and "photo" not in first["shares"]
    again = (await get(shop, "dress-red/similar", limit="4")).json()
    assert again == body


async def test_variants_of_its_product_are_no_suggestion(shop: Service) -> None:
    async with shop.database.unit_of_work() as session:
        family = ("dress-red", "dress-black")
        await session.execute(update(ItemRow).where(ItemRow.id.in_(family)).values(group_id="g"))
        await ChangeLog(session).record_anything()
    body = (await get(shop, "dress-red/similar", limit="3")).json()
    assert not {"dress-red", "dress-black"} & set(ids(body))


async def test_filters_limit_and_locale_hold(shop: Service) -> None:
    filters = json.dumps({"colour": ["blue"], "in_stock": True})
    body = (await get(shop, "tshirt-black/similar", filters=filters, limit="3", locale="zh")).json()
    assert {s["item"]["colour"] for s in body["suggestions"]} == {"blue"}
    assert any("\u4e00" <= c <= "\u9fff" for c in body["suggestions"][0]["reasons"][0]["text"])
    for bad in ({"filters": '{"colour": ["nonsense"]}'}, {"filters": "x"}, {"limit": "51"}, {"locale": "xx"}):
        refused = await get(shop, "tshirt-black/similar", **bad)
        assert refused.status_code == 422, bad
        assert refused.json()["errors"][0]["field"]


async def test_outfits_are_built_on_the_item(shop: Service) -> None:
    body = (await get(shop, "shirt-white/outfits", limit="2")).json()
    assert 1 <= len(body["outfits"]) <= 2
    for look in body["outfits"]:
        pieces = [piece["item"]["id"] for piece in look["items"]]
        assert pieces[0] == "shirt-white" and len(set(pieces)) == len(pieces) >= 3
        assert {"top", "bottom", "footwear"} <= {piece["slot"] for piece in look["items"]}
        assert look["advice"] and look["total_price"]
    cheap = (await get(shop, "shirt-white/outfits", filters='{"price": {"max": "1"}}')).json()
    assert cheap["outfits"] == [] and cheap["note"]["relax"] == ["price"]
    assert (await get(shop, "bra-red/outfits")).json()["note"]["code"] == "outfits"


@pytest.mark.parametrize("end", ["similar", "outfits"])
async def test_what_cannot_be_answered_is_said_clearly(shop: Service, end: str) -> None:
    async with shop.database.unit_of_work() as session:
        session.add(_row("dress", "red", suffix="-new"))
        await ChangeLog(session).record_anything()
    cases = {
        "nope": (404, "item-not-found"),
        NOT_WORN: (409, "item-not-worn"),
        "dress-red-new": (409, "item-not-indexed"),
    }
    for item_id, (status, slug) in cases.items():
        answer = await get(shop, f"{item_id}/{end}")
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (status, slug)
        assert item_id in answer.json()["detail"]


async def test_ids_may_hold_slashes_and_end_like_a_route(shop: Service) -> None:
    strange = ["jacket-red/similar", "x/outfits", "x/y/image"]
    async with shop.database.unit_of_work() as session:
        for id_ in strange:
            row = _row("dress", "red")
            row.id = id_
            session.add(row)
    for id_ in strange:
        encoded = await get(shop, id_.replace("/", "%2F"))
        assert (encoded.status_code, encoded.json()["id"]) == (200, id_)
    assert (await get(shop, "x/outfits")).json()["id"] == "x/outfits"  # nobody encoded it, and there is no item x
    assert (await get(shop, "x/y/image")).json()["id"] == "x/y/image"
    assert (await get(shop, "jacket-red/similar")).json()["item_id"] == "jacket-red"
    deep = await get(shop, "jacket-red%2Fsimilar/similar")
    assert (deep.status_code, deep.json()["type"].rpartition("/")[2]) == (409, "item-not-indexed")


async def test_a_named_shoppers_dislikes_and_things_stay_out_and_their_taste_counts(shop: Service) -> None:
    made = (await shop.client.post("/v1/shoppers")).json()
    who = {"X-Shopper-Token": made["shopper_token"]}

    async def of(path: str, **headers: str) -> httpx.Response:
        return await shop.client.get(f"/v1/items/{path}", params={"limit": "6"}, headers=headers)

    plain = await of("dress-red/similar")
    assert all("taste" not in s["parts"] for s in plain.json()["suggestions"])
    worn = [p["item"]["id"] for o in (await of("dress-red/outfits", **who)).json()["outfits"] for p in o["items"][1:]]
    first, unwanted = ids(plain.json())[0], worn[0]
    deeds = [("dislike", first), ("purchase", unwanted), ("like", "dress-green")]
    events = [{"event_id": str(n), "event": event, "item_id": id_} for n, (event, id_) in enumerate(deeds)]
    sent = await shop.client.post("/v1/events", json={"events": events}, headers=who)
    assert [r["outcome"] for r in sent.json()["results"]] == ["stored"] * 3
    mine = await of("dress-red/similar", **who)
    assert first not in ids(mine.json()) and "dress-green" in ids(mine.json())
    assert next(s["parts"]["taste"] for s in mine.json()["suggestions"] if s["item"]["id"] == "dress-green") > 0
    assert mine.headers["cache-control"] == "private, no-store" and "cache-control" not in plain.headers
    looks = (await of("dress-red/outfits", **who)).json()["outfits"]
    assert looks and not {first, unwanted} & {p["item"]["id"] for o in looks for p in o["items"]}
    assert ids((await of("dress-red/similar")).json()) == ids(plain.json())
    nobody = await of("dress-red/similar", **{"X-Shopper-Token": "st_nobody"})
    assert nobody.status_code == 404
