"""The shop's own attributes as filters, and facets beside an answer: through HTTP, on both databases."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from app.catalog.changelog import ChangeLog
from app.catalog.narrowing.attributes import attribute_records
from app.catalog.tables import ItemAttributeRow, ItemRow
from tests.app.recommendations.conftest import Service, Shop

OWN = {
    "dress-red": {"material": "Silk", "neckline": "V", "margin": "40"},
    "dress-blue": {"material": "Silk", "neckline": "Boat"},
    "shirt-red": {"material": "Cotton"},
}


@pytest.fixture
async def shop(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with Shop(tmp_path, database_url).serve() as running:
        await running.fill()
        async with running.database.unit_of_work() as session:
            for id_, own in OWN.items():
                await session.execute(update(ItemRow).where(ItemRow.id == id_).values(attributes=own))
                rows = [{"item_id": id_, "name": r.name, "value": r.value, "label": r.label}
                        for r in attribute_records(own)]  # fmt: skip
                await session.execute(insert(ItemAttributeRow), rows)
            await ChangeLog(session).record_anything()
        yield running


async def asked(shop: Service, filters: dict[str, Any], **fields: str) -> dict[str, Any]:
    form = {"description": "something red", "filters": json.dumps(filters), "outfits": "0"} | fields
    answer = await shop.post((), None, **form)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def ids(body: dict[str, Any]) -> list[str]:
    return [s["item"]["id"] for s in body["suggestions"]]


@pytest.mark.parametrize("mode", ["hybrid", "semantic"])
async def test_an_answer_keeps_to_the_shops_own_attributes(shop: Service, mode: str) -> None:
    body = await asked(shop, {"attributes": {"Material": ["silk"]}}, mode=mode)
    assert set(ids(body)) == {"dress-red", "dress-blue"} and ids(body)[0] == "dress-red"
    assert body["query"]["filters"]["attributes"] == {"Material": ["silk"]}
    assert body["note"]["relax"] == ["attributes"]
    both = await asked(shop, {"attributes": {"material": ["silk", "cotton"], "neckline": ["v"]}}, mode=mode)
    assert ids(both) == ["dress-red"]
    similar = await shop.client.get(
        "/v1/items/heels-red/similar", params={"filters": '{"attributes": {"material": ["cotton"]}}'}
    )
    assert ids(similar.json()) == ["shirt-red"]
    listed = await shop.client.get("/v1/items", params={"filters": '{"attributes": {"material": ["cotton"]}}'})
    assert [item["id"] for item in listed.json()["items"]] == ["shirt-red"]
    assert [(v["value"], v["label"]) for v in listed.json()["facets"]["attributes.material"]] == [("cotton", "Cotton")]


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"fabric": ["silk"]}, "attributes.fabric is unknown; known are pattern, season, usage, material, neckline"),
        ({"margin": ["40"]}, "attributes.margin is unknown"),
        ({"material": "silk"}, "should be a valid"),
        ({"material": [7]}, "string"),
        ({"pattern": ["zigzag"]}, "attributes.pattern has the unknown value 'zigzag'"),
    ],
)
async def test_what_the_shop_does_not_have_is_named(shop: Service, attributes: dict[str, Any], reason: str) -> None:
    filters = json.dumps({"attributes": attributes})
    posted = await shop.post(description="red", filters=filters)
    for answer in (posted, await shop.client.get("/v1/items", params={"filters": filters})):
        assert answer.status_code == 422, answer.text
        assert reason in answer.text
    assert posted.json()["errors"][0]["field"].startswith("filters")


async def test_facets_count_what_an_answer_can_be_narrowed_by_and_stay_with_it(shop: Service) -> None:
    body = await asked(shop, {"kind": ["dress"]}, limit="2", locale="zh")
    facets: dict[str, list[dict[str, Any]]] = body["facets"]
    assert {v["value"]: v["count"] for v in facets["colour"]} == dict.fromkeys(
        ("red", "black", "blue", "white", "green"), 1
    )
    assert next(v["label"] for v in facets["colour"] if v["value"] == "red") == "红色"
    assert facets["attributes.material"] == [{"value": "silk", "label": "Silk", "count": 2}]
    assert "attributes.margin" not in facets and "kind" not in facets
    for name in ("colour", "attributes.neckline"):  # every value narrows to as many as it counts
        for value in facets[name]:
            field = {"attributes": {"neckline": [value["value"]]}} if "." in name else {name: [value["value"]]}
            assert len(ids(await asked(shop, {"kind": ["dress"]} | field))) == value["count"]
    again = (await shop.client.get(f"/v1/recommendations/{body['id']}")).json()
    assert again == body
    assert "facets" not in await asked(shop, {}, mode="semantic")
