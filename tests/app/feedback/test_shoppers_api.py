"""Shoppers, their events, their history and their erasure over HTTP, on SQLite and PostgreSQL."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import func, select

from app.db.base import now
from app.feedback.tables import EventRow, ShopperRow
from app.recommendations.tables import OutfitRow, RecommendationRow, SuggestionRow
from tests.app.feedback.conftest import Counter, Visitor

TABLES = (ShopperRow, EventRow, RecommendationRow, SuggestionRow, OutfitRow)


async def counted(counter: Counter) -> dict[str, int]:
    return {table.__tablename__: await counter.service.count(table) for table in TABLES}


def ids(answer: dict[str, Any]) -> list[str]:
    return [s["item"]["id"] for s in answer["suggestions"]]


def codes(results: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(r["outcome"], r["code"]) for r in results]


async def test_a_token_is_shown_once_and_kept_hashed(counter: Counter) -> None:
    answer = await counter.service.client.post("/v1/shoppers", headers=counter.key("shop"))
    made = answer.json()
    assert answer.headers["location"] == f"/v1/shoppers/{made['id']}"
    assert answer.headers["cache-control"] == "no-store"
    assert made["id"].startswith("shp_")
    assert len(made["shopper_token"]) > 40
    async with counter.service.database.unit_of_work() as session:
        row = (await session.scalars(select(ShopperRow))).one()
    assert row.id == made["id"]
    assert made["shopper_token"] not in str(vars(row))


async def test_events_are_stored_once_and_fail_alone(counter: Counter) -> None:
    me = await counter.newcomer()
    like = {"event_id": "a", "event": "like", "item_id": "dress-red"}
    results = await me.sent(
        [
            like,
            like,
            like | {"item_id": "dress-blue"},
            {"event_id": "b", "event": "adore", "item_id": "dress-red"},
            {"event_id": "c", "event": "view", "item_id": "no-such-thing"},
            {"event": "view", "item_id": "dress-red"},
            "nonsense",
            {"event_id": "d\u0000", "event": "view", "item_id": "dress-red"},
            {"event_id": "e", "event": "view", "item_id": "dress-red", "colour": "red"},
            {"event_id": "f", "event": "purchase", "item_id": "heels-black", "outfit_rank": 1},
        ]
    )
    assert codes(results) == [
        ("stored", None),
        ("duplicate", None),
        ("rejected", "event_id_reused"),
        ("rejected", "invalid_event"),
        ("rejected", "unknown_item"),
        ("rejected", "invalid_event"),
        ("rejected", "invalid_event"),
        ("rejected", "invalid_event"),
        ("rejected", "invalid_event"),
        ("stored", None),
    ]
    assert [r["event_id"] for r in results] == ["a", "a", "a", "b", "c", None, None, None, "e", "f"]
    assert "'view'" in results[3]["reason"]
    assert results[3]["reason"].startswith("event ")
    assert "colour" in results[8]["reason"]
    assert all(r["reason"] for r in results if r["outcome"] == "rejected")
    assert await counter.service.count(EventRow) == 2
    assert codes(await me.sent([like])) == [("duplicate", None)]
    other = await counter.newcomer()
    assert codes(await other.sent([like])) == [("stored", None)]  # ids belong to their shopper


async def test_times_are_told_or_taken_as_now(counter: Counter) -> None:
    me, moment = await counter.newcomer(), now()

    def at(when: dt.datetime | str) -> str:
        return when if isinstance(when, str) else when.isoformat()

    times: list[dt.datetime | str] = [
        moment + dt.timedelta(minutes=2),
        moment + dt.timedelta(hours=1),
        moment - dt.timedelta(days=3),
        moment - dt.timedelta(days=3000),
        "0001-01-01T00:00:00+14:00",
        "2026-01-01T00:00:00",
        "yesterday",
    ]
    events = [{"event_id": str(n), "event": "view", "item_id": "dress-red", "at": at(t)} for n, t in enumerate(times)]
    results = await me.sent(events)
    assert codes(results) == [
        ("stored", None),
        ("rejected", "in_future"),
        ("stored", None),
        ("rejected", "too_old"),
        *[("rejected", "invalid_event")] * 3,
    ]
    async with counter.service.database.unit_of_work() as session:
        kept = list(await session.scalars(select(EventRow.at).order_by(EventRow.at)))
    assert kept[0] == moment - dt.timedelta(days=3)
    assert kept[1] <= now()  # a clock that is ahead does not write into the future


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"events": []}, "events"),
        ({"events": [{"event_id": "a", "event": "view", "item_id": "dress-red"}] * 101}, "events"),
        ({"events": "view"}, "events"),
        ({}, "events"),
        ({"events": [{}], "shopper_id": "me"}, "shopper_id"),
    ],
)
async def test_bodies_that_are_none(shared: Counter, body: dict[str, Any], field: str) -> None:
    me = await shared.newcomer()
    headers = me.headers | {"Idempotency-Key": f"body-{field}"}
    for _ in range(2):  # refused the second time for the same reason: the first does not hold the key
        answer = await shared.service.client.post("/v1/events", json=body, headers=headers)
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert [e["field"] for e in answer.json()["errors"]] == [field]


async def test_a_retry_with_its_key_is_answered_as_the_first(counter: Counter) -> None:
    me = await counter.newcomer()
    events = [
        {"event_id": "a", "event": "like", "item_id": "dress-red"},
        {"event_id": "b", "event": "adore", "item_id": "dress-red"},
        {"event_id": "c", "event": "like", "item_id": "no-such-thing"},
    ]
    first = await me.sent(events, **{"Idempotency-Key": "k"})
    assert codes(first) == [("stored", None), ("rejected", "invalid_event"), ("rejected", "unknown_item")]
    assert await me.sent(events, **{"Idempotency-Key": "k"}) == first
    changed = await me.post(events[:1], **{"Idempotency-Key": "k"})
    assert changed.json()["type"].endswith("/idempotency-mismatch")
    other = await counter.newcomer()  # the key is the shop's, so another shopper's same body is another request
    assert (await other.post(events, **{"Idempotency-Key": "k"})).json()["type"].endswith("/idempotency-mismatch")


async def test_an_event_names_an_answer_of_its_shopper(counter: Counter) -> None:
    me, other, stranger = await counter.newcomer(), await counter.newcomer(), counter.stranger()
    answers = [await v.asked(description="dress") for v in (me, stranger, other)]
    named = [a["id"] for a in answers] + ["rec_nope"]
    results = [(await me.did("view", "dress-red", recommendation_id=id_))[0] for id_ in named]
    unlinked = ("stored", "unknown_recommendation")
    assert codes(results) == [("stored", None), ("stored", None), unlinked, unlinked]
    await counter.service.client.delete(f"/v1/recommendations/{named[0]}", headers=me.headers)
    async with counter.service.database.unit_of_work() as session:
        linked = select(EventRow.recommendation_id).order_by(EventRow.event_id)
        assert list(await session.scalars(linked)) == [None, named[1], None, None]


async def test_history_comes_newest_first_in_pages_and_stays_as_it_was(counter: Counter) -> None:
    me = await counter.newcomer()
    made = [await me.asked(description=wish) for wish in ("red dress", "black heels", "jeans", "bag", "watch")]
    await counter.stranger().asked(description="red dress")
    await (await counter.newcomer()).asked(description="blue jeans")
    pages: list[list[str]] = []
    cursor = None
    while not pages or cursor:
        body = (await me.history(limit="2", **({"cursor": cursor} if cursor else {}))).json()
        pages.append([a["id"] for a in body["items"]])
        cursor = body["next"]
    assert pages == [[a["id"] for a in page] for page in (made[:2:-1], made[2:0:-1], made[:1])]
    await counter.service.remove("dress-red")
    last = (await me.history()).json()["items"][-1]
    gone = [s["item"].pop("gone") for s in last["suggestions"]]
    before = [s["item"].pop("gone") for s in made[0]["suggestions"]]
    assert last == made[0]
    assert (sum(gone), sum(before)) == (1, 0)


@pytest.mark.parametrize("cursor", ["x", "WyJhIl0", "WyJhIiwiYiJd", "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgImEiXQ"])
async def test_foreign_cursors(shared: Counter, cursor: str) -> None:
    me = await shared.newcomer()
    answer = await me.history(cursor=cursor)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


async def test_erasure_takes_everything_and_leaves_the_others(counter: Counter) -> None:
    other = await counter.newcomer()
    await other.did("like", "dress-blue")
    await other.asked(description="dress", outfits="2")
    before = await counted(counter)
    me = await counter.newcomer()
    await me.did("like", "dress-red", "heels-black")
    answer = await me.asked(description="dress", outfits="2")
    assert (await me.erase()).status_code == 204
    assert await counted(counter) == before
    fetched = await counter.service.client.get(f"/v1/recommendations/{answer['id']}", headers=me.headers)
    assert fetched.status_code == 404
    for refused in (await me.erase(), await me.history(), await me.post([{}])):
        assert refused.status_code == 404
        assert refused.json()["type"].endswith("/shopper-not-found")


async def others_tries(thief: Visitor, victim: Visitor) -> list[tuple[int, dict[str, Any]]]:
    """Everything that somebody may try who knows or guesses an id; statuses and bodies but for the path."""
    client, key = thief.service.client, thief.key
    by_id = key | {"X-Shopper-Id": victim.id}
    answers = [
        await client.delete(f"/v1/shoppers/{victim.id}", headers=key),
        await client.delete(f"/v1/shoppers/{victim.id}", headers=thief.headers),
        await client.delete(f"/v1/shoppers/{victim.id}", headers=key | {"X-Shopper-Token": victim.id}),
        await client.delete(f"/v1/shoppers/{victim.id}", headers=by_id),
        await client.get("/v1/recommendations", headers=by_id),
        await client.get("/v1/recommendations", headers=key | {"X-Shopper-Token": victim.id}),
        await client.post("/v1/events", headers=by_id, json={"events": [{}]}),
        await thief.service.post(headers=key, description="dress", shopper_id=victim.id),
        await thief.service.post(headers=key, description="dress", shopper_token=victim.id),
    ]
    return [(a.status_code, {k: v for k, v in a.json().items() if k != "instance"}) for a in answers]


async def test_a_guessed_id_is_worth_nothing_in_a_browser(counter: Counter) -> None:
    victim, thief = await counter.newcomer(), await counter.newcomer()
    await victim.did("like", "dress-red")
    await victim.asked(description="dress")
    before = await counted(counter)
    tried = await others_tries(thief, victim)
    assert [status for status, _ in tried] == [404, 404, 404, 404, 403, 404, 403, 403, 404]
    assert await counted(counter) == before
    nobody = Visitor(counter.service, counter.key("shop"), {}, "shp_nobody")
    assert await others_tries(thief, nobody) == tried  # nothing tells whether there is such a shopper


async def test_the_shops_own_ids_are_the_servers(counter: Counter) -> None:
    mine = counter.own("customer-17")
    assert (await mine.history()).json() == {"items": [], "next": None}
    await mine.did("like", "dress-red")
    answer = await mine.asked(description="dress", shopper_id="customer-17")
    assert [a["id"] for a in (await mine.history()).json()["items"]] == [answer["id"]]
    assert (await mine.erase()).status_code == 204
    assert set((await counted(counter)).values()) == {0}
    assert (await mine.erase()).status_code == 404
    given = await counter.newcomer()  # a server may name those that a browser made, as long as they are there
    server = counter.own(given.id)
    assert codes(await server.did("like", "dress-red")) == [("stored", None)]
    assert (await server.erase()).status_code == 204
    assert (await server.post([{}])).status_code == 404


@pytest.mark.parametrize(
    ("scope", "headers", "form", "status", "field"),
    [
        ("server", {"X-Shopper-Id": "a b"}, {}, 422, "X-Shopper-Id"),
        ("server", {"X-Shopper-Id": "x" * 129}, {}, 422, "X-Shopper-Id"),
        ("server", {}, {"shopper_id": "a/b"}, 422, "shopper_id"),
        ("server", {}, {"shopper_id": "a", "shopper_token": "b"}, 422, "shopper_token"),
        ("server", {"X-Shopper-Id": "a"}, {"shopper_id": "b"}, 422, "shopper_token"),
        ("server", {"X-Shopper-Id": "shp_nobody"}, {}, 404, None),
        ("shop", {}, {"shopper_id": "a"}, 403, None),
    ],
)
async def test_names_that_name_nobody(
    shared: Counter, scope: str, headers: dict[str, str], form: dict[str, str], status: int, field: str | None
) -> None:
    answer = await shared.service.post((), shared.key(scope) | headers, description="dress", **form)
    assert answer.status_code == status, answer.text
    assert [e["field"] for e in answer.json().get("errors", [])] == ([field] if field else [])


async def test_nobody_named_is_said_so(shared: Counter) -> None:
    for answer in (await shared.stranger().history(), await shared.stranger().post([{}])):
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "X-Shopper-Token")


async def test_a_shopper_erased_while_their_answer_is_made(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    me = await counter.newcomer()
    encode = counter.service.engine.encode_query

    async def erased_meanwhile(*args: Any, **more: Any) -> Any:
        assert (await me.erase()).status_code == 204
        return await encode(*args, **more)

    monkeypatch.setattr(counter.service.engine, "encode_query", erased_meanwhile)
    answer = await counter.service.post(headers=me.headers, description="dress")
    assert answer.status_code == 404
    async with counter.service.database.unit_of_work() as session:
        assert await session.scalar(select(func.count()).select_from(RecommendationRow)) == 0
