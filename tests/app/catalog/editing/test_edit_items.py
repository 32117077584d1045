"""Items changed over HTTP: durable and searchable at once, or untouched."""

import base64
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.app.conftest import Whole, serving

ITEMS = "/v1/admin/items"


def picture(colour: str, size: int = 24) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (size, size + 8), colour).save(out, "PNG")
    return out.getvalue()


def data_url(colour: str) -> str:
    return "data:image/png;base64," + base64.b64encode(picture(colour)).decode()


DRESS = {
    "title": "Silk dress",
    "kind": "dress",
    "colour": "red",
    "price": "19.90",
    "sizes": [{"size": "M", "stock": 2}],
}


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Whole]:
    async with serving(tmp_path) as running:
        yield running


async def put(shop: Whole, id_: str, **fields: Any) -> httpx.Response:
    headers = shop.key("admin") | fields.pop("headers", {})
    return await shop.client.put(f"{ITEMS}/{id_}", json=fields, headers=headers)


async def patch(shop: Whole, id_: str, headers: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
    return await shop.client.patch(f"{ITEMS}/{id_}", json=fields, headers=shop.key("admin") | (headers or {}))


async def found(shop: Whole, **fields: str) -> list[str]:
    answer = await shop.post(limit="50", outfits="0", **({"description": "dress"} | fields))
    assert answer.status_code == 201, answer.text
    return [one["item"]["id"] for one in answer.json()["suggestions"]]


async def item(shop: Whole, id_: str) -> dict[str, Any]:
    answer = await shop.client.get(f"/v1/items/{id_}", headers=shop.key("shop"))
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def data_of(shop: Whole) -> dict[str, int]:
    """What is stored, but for the log of who asked what."""
    return {name: count for name, count in (await shop.stored()).items() if name != "audit_log"}


async def test_an_item_put_is_found_by_the_next_search_and_changed_by_the_next_put(shop: Whole) -> None:
    made = await put(shop, "live%2F1", **DRESS, pictures=[data_url("red")])
    assert (made.status_code, made.json()["outcome"], made.json()["searchable"]) == (201, "created", True)
    assert made.headers["Location"] == "/v1/items/live%2F1"
    assert "live/1" in await found(shop)
    assert (await item(shop, "live%2F1"))["price"] == {"amount": "19.90", "currency": "EUR"}

    again = await put(shop, "live%2F1", **DRESS)
    assert (again.status_code, again.json()["outcome"], again.headers["ETag"]) == (
        200, "unchanged", made.headers["ETag"]
    )  # fmt: skip
    other = await put(shop, "live%2F1", **(DRESS | {"kind": "jeans", "title": "Jeans"}))
    assert (other.json()["outcome"], other.json()["searchable"]) == ("changed", True)
    assert "live/1" in await found(shop, filters='{"kind": ["jeans"]}')
    assert "live/1" not in await found(shop, filters='{"kind": ["dress"]}')


async def test_a_deleted_item_is_in_no_answer_any_more(shop: Whole) -> None:
    assert "dress/red" in await found(shop)
    gone = await shop.client.delete(f"{ITEMS}/dress%2Fred", headers=shop.key("admin"))
    assert (gone.status_code, gone.content) == (204, b"")
    assert "dress/red" not in await found(shop)
    for path in ("similar", "outfits"):
        answer = await shop.client.get(f"/v1/items/tshirt%2Fblue/{path}", headers=shop.key("shop"))
        assert answer.status_code == 200 and "dress/red" not in answer.text
        assert (await shop.client.get(f"/v1/items/dress%2Fred/{path}", headers=shop.key("shop"))).status_code == 404
    assert "dress/red" not in (await shop.client.get("/v1/items", headers=shop.key("shop"))).text
    assert (await shop.client.delete(f"{ITEMS}/dress%2Fred", headers=shop.key("admin"))).status_code == 404
    assert (await shop.client.get("/readyz")).json()["items"] == 4


async def test_price_stock_and_attributes_are_patched_without_the_model(
    shop: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("the model was asked")

    monkeypatch.setattr(shop.container.engine, "encode_texts", never)
    monkeypatch.setattr(shop.container.engine, "encode_pictures", never)
    changed = await patch(
        shop, "dress%2Fred", price={"amount": "9.50", "currency": "EUR"}, stock={"M": 0}, attributes={"fabric": "silk"}
    )
    assert (changed.status_code, changed.json()["outcome"], changed.json()["searchable"]) == (200, "changed", True)
    assert "dress/red" in await found(shop, filters='{"price": {"max": "10"}, "in_stock": false}')
    assert "dress/red" in await found(shop, filters='{"attributes": {"fabric": ["silk"]}}')
    assert "dress/red" not in await found(shop, filters='{"in_stock": true}')
    assert (await patch(shop, "dress%2Fred", attributes={"fabric": None}, price=None)).status_code == 200
    assert (await item(shop, "dress%2Fred"))["price"] is None
    nothing = await patch(shop, "dress%2Fred", gender="women")
    assert nothing.json()["outcome"] == "unchanged"


async def test_a_patch_of_words_or_pictures_moves_what_the_item_is_searched_by(shop: Whole) -> None:
    before = await shop.container.live.view()
    row = before.snapshot.row_of["dress/red"]
    assert (await patch(shop, "dress%2Fred", pictures=[data_url("green")])).json()["searchable"]
    after = await shop.container.live.view()
    moved = after.snapshot.row_of["dress/red"]
    assert moved != row and not after.columns.suggestable[row] and after.columns.suggestable[moved]
    assert (before.snapshot.image[row] != after.snapshot.image[moved]).any()
    assert (await patch(shop, "dress%2Fred", pictures=[])).json()["searchable"] is False
    assert "dress/red" not in await found(shop)


@pytest.mark.parametrize(
    ("id_", "fields", "status", "field", "reason"),
    [
        ("a", {"titel": "x"}, 422, "titel", "not a known field"),
        ("a", {"title": 5}, 422, "title", "string"),
        ("a", {"price": "12 USD"}, 422, "price", "the shop sells in EUR"),
        ("a", {"price": {"amount": "-1"}}, 422, "price", "negative"),
        ("a", {"sizes": [{"size": "M"}, {"size": "M"}]}, 422, "sizes", "twice"),
        ("a", {"id": "b"}, 422, "id", "the address names 'a'"),
        ("a", {"rating": 9}, 422, "rating", "less than or equal to 5"),
        ("a", {"link": "ftp://x"}, 422, "link", "http"),
        ("a", {"title": "\u0000"}, 422, "title", "control characters"),
        ("a" * 129, {}, 422, "id", "128"),
        ("a", {"pictures": ["nonsense"]}, 422, "pictures", "number 1 is neither"),
        ("a", {"pictures": ["data:image/png;base64,***"]}, 422, "pictures", "number 1 is not base64"),
        ("a", {"pictures": ["data:image/png;base64,AAAA"]}, 415, "pictures", "number 1"),
        ("a", {"pictures": ["http://127.0.0.1/x.png"]}, 422, "pictures", "http://127.0.0.1/x.png"),
    ],
)  # fmt: skip
async def test_what_cannot_be_taken_says_why_and_leaves_nothing(
    whole: Whole, id_: str, fields: dict[str, Any], status: int, field: str, reason: str
) -> None:
    kept = await data_of(whole)
    answer = await put(whole, id_, **fields)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()["errors"][0]
    assert told["field"] == field and reason in told["reason"]
    assert await data_of(whole) == kept


async def test_bodies_that_are_no_items_and_items_that_are_not_there(whole: Whole) -> None:
    admin = whole.key("admin")
    for body in (b"", b"[]", b"{", b'"x"'):
        answer = await whole.client.put(f"{ITEMS}/a", content=body, headers=admin)
        assert answer.status_code == 422 and answer.json()["errors"]
    assert (await patch(whole, "nobody", price="1")).status_code == 404
    assert (await patch(whole, "dress%2Fred", stock={"XXL": 1})).json()["errors"][0]["field"] == "stock"
    assert (await patch(whole, "dress%2Fred", stock=3)).status_code == 422
    for key in ({}, whole.key("shop"), whole.key("server")):
        refused = [
            await whole.client.put(f"{ITEMS}/a", json=DRESS, headers=key),
            await whole.client.patch(f"{ITEMS}/a", json={}, headers=key),
            await whole.client.delete(f"{ITEMS}/a", headers=key),
            await whole.client.post(f"{ITEMS}:batch", json={"operations": []}, headers=key),
        ]
        assert {answer.status_code for answer in refused} == {403 if key else 401}


async def test_a_form_brings_pictures_as_files(shop: Whole) -> None:
    files: list[tuple[str, Any]] = [
        ("item", (None, '{"title": "Green", "kind": "dress"}')),
        ("picture", ("a.png", picture("green"))),
        ("picture", ("b.png", picture("lime"))),
    ]
    made = await shop.client.put(f"{ITEMS}/formed", files=files, headers=shop.key("admin"))
    assert (made.status_code, made.json()["searchable"]) == (201, True), made.text
    shown = await shop.client.get(f"{ITEMS}/formed/picture?position=1", headers=shop.key("admin"))
    assert shown.status_code == 200
    wrong: list[list[tuple[str, Any]]] = [
        [("item", (None, "{}")), ("photo", ("a.png", picture("red")))],
        [("picture", ("a.png", b"x"))],
    ]
    for parts in wrong:
        assert (await shop.client.put(f"{ITEMS}/formed", files=parts, headers=shop.key("admin"))).status_code == 422


@pytest.mark.parametrize(
    "fields",
    [{"rating": True}, {"stock": False}, {"stock": {"M": True}}, {"price": True}, {"attributes": {"washable": True}}],
    ids=str,
)
async def test_true_is_no_number(shop: Whole, fields: dict[str, Any]) -> None:
    before = await item(shop, "dress%2Fred")
    refused = await patch(shop, "dress%2Fred", **fields)
    assert refused.status_code == 422, refused.text
    assert [error["field"] for error in refused.json()["errors"]] == list(fields)
    assert await item(shop, "dress%2Fred") == before


async def test_a_batch_does_what_it_can_and_says_what_became_of_each(shop: Whole) -> None:
    operations: list[dict[str, Any]] = [
        {"op": "upsert", "id": "n1", "item": DRESS | {"pictures": [data_url("pink")]}},
        {"op": "patch", "id": "dress/red", "item": {"price": "5"}},
        {"op": "delete", "id": "tshirt/blue"},
        {"op": "delete", "id": "nobody"},
        {"op": "upsert", "id": "bad", "item": {"price": "cheap"}},
        {"op": "patch", "id": "n1", "item": {"price": "6"}},
        {"op": "fly", "id": "n2"},
        {"op": "upsert", "id": "n3"},
        {"op": "upsert", "id": "n4", "item": {"colour": "ultrared", "kind": "dress"}},
    ]
    answer = await shop.client.post(f"{ITEMS}:batch", json={"operations": operations}, headers=shop.key("admin"))
    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [one["outcome"] for one in results] == [
        "created", "changed", "deleted", "failed", "failed", "failed", "failed", "failed", "created"
    ]  # fmt: skip
    assert [one["errors"][0]["field"] for one in results[4:8]] == ["price", "id", "op", "item"]
    assert results[8]["warnings"][0]["field"] == "colour" and not results[8]["searchable"]
    assert answer.json()["counts"] == {"created": 2, "changed": 1, "deleted": 1, "failed": 5}
    now = await found(shop)
    assert "n1" in now and "tshirt/blue" not in now
    too_many = {"operations": [{"op": "delete", "id": str(n)} for n in range(1_001)]}
    assert (await shop.client.post(f"{ITEMS}:batch", json=too_many, headers=shop.key("admin"))).status_code == 422


async def test_a_repeated_request_is_answered_as_the_first_and_done_once(shop: Whole) -> None:
    key = {"Idempotency-Key": "one"}
    first = await put(shop, "twice", headers=key, **DRESS, pictures=[data_url("red")])
    await shop.client.delete(f"{ITEMS}/twice", headers=shop.key("admin"))
    again = await put(shop, "twice", headers=key, **DRESS, pictures=[data_url("red")])
    assert (again.status_code, again.json()) == (201, first.json())
    assert "twice" not in await found(shop)
    assert (await put(shop, "twice", headers=key, **DRESS)).status_code == 422
    batch = {"operations": [{"op": "patch", "id": "dress/red", "item": {"price": "3"}}]}
    sent = [await shop.client.post(f"{ITEMS}:batch", json=batch, headers=shop.key("admin") | key) for _ in range(2)]
    assert sent[0].json() == sent[1].json()


async def test_an_etag_keeps_one_writer_from_undoing_another(shop: Whole) -> None:
    first = (await patch(shop, "dress%2Fred", price="4")).headers["ETag"]
    mine = await patch(shop, "dress%2Fred", {"If-Match": first}, price="5")
    assert mine.status_code == 200 and mine.headers["ETag"] != first
    stale = await patch(shop, "dress%2Fred", {"If-Match": first}, price="6")
    assert (stale.status_code, stale.json()["type"].rpartition("/")[2]) == (412, "precondition-failed")
    late = await shop.client.delete(f"{ITEMS}/dress%2Fred", headers=shop.key("admin") | {"If-Match": first})
    assert late.status_code == 412
    assert (await item(shop, "dress%2Fred"))["price"]["amount"] == "5.00"


async def test_what_the_feed_leaves_out_is_inferred_at_once(shop: Whole) -> None:
    made = await put(shop, "vague", title="Red summer dress", pictures=[data_url("red")])
    assert made.json()["searchable"]
    told = {one["name"]: one["value"] for one in (await item(shop, "vague"))["inferred"]}
    assert (told["kind"], told["slot"], told["colour"]) == ("dress", "one_piece", "red")
    assert "vague" in await found(shop, filters='{"kind": ["dress"], "colour": ["red"]}')


async def test_nothing_is_written_when_the_model_fails(shop: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = await data_of(shop)

    async def broken(*_: object) -> None:
        raise RuntimeError("no memory left")

    monkeypatch.setattr(shop.container.engine, "encode_pictures", broken)
    answer = await put(shop, "half", **DRESS, pictures=[data_url("navy")])
    assert answer.status_code == 500
    assert await data_of(shop) == kept
