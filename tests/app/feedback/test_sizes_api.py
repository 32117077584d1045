"""A shopper's usual size through the routes, on SQLite and PostgreSQL: said, learned, shown, told and erased."""

from typing import Any

import pytest
from sqlalchemy import update

from app.catalog.changelog import ChangeLog
from app.catalog.tables import ItemRow, VariantRow
from tests.app.feedback.conftest import Counter, Visitor

WISH = {"description": "dress", "limit": "5"}
OTHERS = ("dress-red", "dress-black", "dress-blue")
"""Of five dresses, those that are made to be sold in L alone; the others, as everything else, in M alone."""


@pytest.fixture
async def shop(counter: Counter) -> Counter:
    async with counter.service.database.unit_of_work() as session:
        for size, stock in (("M", 0), ("L", 2)):
            of_these = update(VariantRow).where(VariantRow.item_id.in_(OTHERS), VariantRow.size == size)
            await session.execute(of_these.values(stock=stock))
        runs = update(ItemRow).where(ItemRow.id == "dress-white")
        await session.execute(runs.values(attributes={"size_advice": "Runs small"}))
        await session.execute(
            update(VariantRow).where(VariantRow.item_id == "dress-white", VariantRow.size == "L").values(stock=1)
        )
        await ChangeLog(session).record_anything()
    return counter


def shown(answer: dict[str, Any]) -> list[str]:
    return [s["item"]["id"] for s in answer["suggestions"]]


def codes(suggestion: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {reason["code"]: reason for reason in suggestion["reasons"]}


def sizes_of(visitor: Visitor) -> str:
    return f"/v1/shoppers/{visitor.id}/sizes"


async def said(visitor: Visitor, sizes: dict[str, list[str]]) -> dict[str, Any]:
    client = visitor.service.client
    answer = await client.put(sizes_of(visitor), json={"sizes": sizes}, headers=visitor.headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_size_that_was_said_moves_the_answer_and_is_told_and_goes_with_its_shopper(shop: Counter) -> None:
    stranger = await shop.stranger().asked(**WISH)
    assert all("size" not in s["parts"] for s in stranger["suggestions"])
    made = await shop.service.client.post(
        "/v1/shoppers", json={"sizes": {"one_piece": ["medium"]}}, headers=shop.key("shop")
    )
    me = Visitor(shop.service, shop.key("shop"), {"X-Shopper-Token": made.json()["shopper_token"]}, made.json()["id"])
    answer = await me.asked(**WISH, outfits="3")
    assert {"dress-white", "dress-green"} == set(shown(answer)[:2])
    for suggestion in answer["suggestions"]:
        fits = suggestion["item"]["id"] not in OTHERS
        assert suggestion["parts"]["size"] == (1.0 if fits else -1.0)
        assert ("not_in_usual_size" in codes(suggestion)) is not fits
    green = next(s for s in answer["suggestions"] if s["item"]["id"] == "dress-green")
    assert codes(green)["in_usual_size"]["text"] == "In stock in your usual size, M"
    white = next(s for s in answer["suggestions"] if s["item"]["id"] == "dress-white")
    assert codes(white)["take_size"]["params"] == {"fit": "runs-small", "usual": "M", "size": "L"}
    assert not set(OTHERS) & {p["item"]["id"] for o in answer["outfits"] for p in o["items"] if p["item"]}
    assert any("usual" in look["advice"] for look in answer["outfits"])
    chinese = await me.asked(**WISH, locale="zh")
    assert any("您常穿" in reason["text"] for s in chinese["suggestions"] for reason in s["reasons"])
    assert (await me.erase()).status_code == 204
    gone = await shop.service.client.get(sizes_of(me), headers=me.headers)
    assert gone.status_code == 404
    assert (await shop.stranger().asked(**WISH))["suggestions"] == stranger["suggestions"]


async def test_a_size_that_is_asked_for_wins(shop: Counter) -> None:
    me = shop.own("customer-7")
    await said(me, {"one_piece": ["M"]})
    for asked in ({"description": "dress in size L"}, {**WISH, "filters": '{"size": ["large"]}'}):
        answer = await me.asked(**asked)
        assert set(shown(answer)) == {*OTHERS, "dress-white"}
        assert all("size" not in s["parts"] for s in answer["suggestions"])
        assert {"in_size"} <= set(codes(answer["suggestions"][0]))


async def test_a_size_is_learned_from_what_is_kept(shop: Counter) -> None:
    me = await shop.newcomer()
    assert (await me.did("purchase", "shirt-blue", size="L"))[0]["outcome"] == "stored"
    found = (await shop.service.client.get(sizes_of(me), headers=me.headers)).json()
    assert found == {"stated": {}, "learned": {"top": ["L"]}}
    answer = await me.asked(**WISH)  # a dress goes by the size of a top, as long as nothing is known of dresses
    assert set(shown(answer)[:4]) == {*OTHERS, "dress-white"}
    assert (await said(me, {"one_piece": ["M"]}))["stated"] == {"one_piece": ["M"]}
    assert set(shown(await me.asked(**WISH))[:2]) == {"dress-white", "dress-green"}
    await said(me, {})
    await me.did("return", "shirt-blue")
    found = (await shop.service.client.get(sizes_of(me), headers=me.headers)).json()
    assert found == {"stated": {}, "learned": {}}
    assert all("size" not in s["parts"] for s in (await me.asked(**WISH))["suggestions"])


@pytest.mark.parametrize(
    ("sizes", "named"),
    [
        ({"tops": ["M"]}, "slots are top"),
        ({"top": "M"}, "list"),
        ({"top": [4]}, "string"),
        ({"top": ["x" * 33]}, "32"),
        ({"top": ["M\u0007"]}, "control"),
        ({"top": list("ABCDEFG")}, "6"),
    ],
)
async def test_sizes_that_are_none(shared: Counter, sizes: dict[str, Any], named: str) -> None:
    me = await shared.newcomer()
    for method, path in (("PUT", sizes_of(me)), ("POST", "/v1/shoppers")):
        answer = await shared.service.client.request(method, path, json={"sizes": sizes}, headers=me.headers)
        assert answer.status_code == 422, answer.text
        (wrong,) = answer.json()["errors"]
        assert wrong["field"].startswith("sizes") and named in wrong["reason"]


async def test_sizes_are_their_shoppers_alone(shared: Counter) -> None:
    me, other = await shared.newcomer(), await shared.newcomer()
    for visitor, path in ((other, sizes_of(me)), (shared.stranger(), sizes_of(me)), (me, "/v1/shoppers/nobody/sizes")):
        for method in ("GET", "PUT"):
            answer = await shared.service.client.request(method, path, json={"sizes": {}}, headers=visitor.headers)
            assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (404, "shopper-not-found")
    of_shop = await shared.service.client.get("/v1/shoppers/never-seen/sizes", headers=shared.key("server"))
    assert of_shop.status_code == 404
