"""The routes, over a real database and index."""

import asyncio
import json
from pathlib import Path

import pytest

from app.idempotency.tables import IdempotencyKeyRow
from app.recommendations.tables import OutfitRow, RecommendationRow, SuggestionRow
from tests.app.recommendations.conftest import Service, Shop
from tests.app.recommendations.toys import photo

ROUTE = "/v1/recommendations"


async def test_words_alone(service: Service) -> None:
    answered = await service.post(description="a red dress for summer")
    body = answered.json()
    assert answered.status_code == 201, body
    assert answered.headers["location"] == f"{ROUTE}/{body['id']}"
    first = body["suggestions"][0]
    assert (first["item"]["id"], first["rank"]) == ("dress-red", 1)
    assert set(first["parts"]) == {"image", "text", "lexical", "kind", "colour", "attributes", "boost_in_stock"}
    assert [r["code"] for r in first["reasons"]][:2] == ["same_kind", "same_colour"]
    assert [s["rank"] for s in body["suggestions"]] == list(range(1, 13))
    assert "perfume-none" not in {s["item"]["id"] for s in body["suggestions"]}
    assert body["query"]["photo_kind"] == "none"
    assert body["query"]["fusion"] == {"kind": "weighted", "image": 0.0, "text": 1.0}
    assert body["model"] == {"name": "toy", "revision": "toy-1", "device": "cpu"}
    assert set(body["timings_ms"]) == {"decode", "preprocess", "encode", "search", "rank", "persist", "total"}


async def test_looks_around_the_best_suggestion(service: Service) -> None:
    body = (await service.post(description="red dress")).json()
    assert len(body["outfits"]) == 3
    for look in body["outfits"]:
        assert look["items"][0]["item"]["id"] == "dress-red"
        assert "footwear" in {piece["slot"] for piece in look["items"]}
        assert not any(piece["given"] for piece in look["items"])
        total = sum(float((p["item"]["sale_price"] or p["item"]["price"])["amount"]) for p in look["items"])
        assert float(look["total_price"]["amount"]) == total
        assert "red dress" in look["advice"]


async def test_a_photo_alone_anchors_the_looks(service: Service) -> None:
    body = (await service.post([photo()])).json()
    assert body["suggestions"][0]["item"]["id"] == "dress-red"
    assert {(a["name"], a["value"]) for a in body["query"]["attributes"]} >= {("kind", "dress"), ("colour", "red")}
    given = body["outfits"][0]["items"][0]
    assert (given["given"], given["photo_index"], given["item"], given["slot"]) == (True, 0, None, "one_piece")
    assert {a["name"] for a in given["attributes"]} == {"kind", "colour", "gender"}
    assert "text" not in body["suggestions"][0]["parts"]


async def test_same_style_but_blue(service: Service) -> None:
    body = (await service.post([photo()], description="same style but blue")).json()
    assert body["suggestions"][0]["item"]["id"] == "dress-blue"
    sources = {r["code"]: r["params"].get("source") for r in body["suggestions"][0]["reasons"]}
    assert (sources["same_kind"], sources["same_colour"]) == ("photo", "words")
    assert body["query"]["fusion"]["image"] == 0.5


async def test_weights_override_the_fusion(service: Service) -> None:
    body = (await service.post([photo()], description="blue", image_weight="0.25", text_weight="0.75")).json()
    assert (body["query"]["fusion"]["image"], body["query"]["fusion"]["text"]) == (0.25, 0.75)


async def test_a_fusion_without_weights_for_this_model_says_that_the_plain_one_was_used(service: Service) -> None:
    body = (await service.post([photo()], description="blue", fusion="attention")).json()
    assert body["query"]["fusion"] == {"kind": "weighted", "image": 0.5, "text": 0.5, "fallback": True}
    fetched = (await service.client.get(f"{ROUTE}/{body['id']}")).json()
    assert fetched["query"] == body["query"]
    nothing_to_fuse = (await service.post([photo()], fusion="attention")).json()
    assert "fallback" not in nothing_to_fuse["query"]["fusion"]
    asked_for = (await service.post([photo()], description="blue", fusion="weighted")).json()
    assert "fallback" not in asked_for["query"]["fusion"]


async def test_chinese_words_get_chinese_answers(service: Service) -> None:
    body = (await service.post(description="红色连衣裙，不要黑色", locale="zh")).json()
    assert (body["locale"], body["query"]["language"]) == ("zh", "zh")
    first = body["suggestions"][0]
    assert first["item"]["id"] == "dress-red"
    assert first["item"]["title"] == "红色连衣裙"
    assert first["reasons"][0]["text"] == "正是您要的连衣裙"
    assert "红色连衣裙" in body["outfits"][0]["advice"]
    assert body["query"]["negations"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("fr, en;q=0.3, zh;q=0.5", "zh"), ("de", "en"), ("zh;q=x, en", "en")],
)
async def test_the_language_falls_back_to_the_browsers(service: Service, header: str, expected: str) -> None:
    answered = await service.post(description="dress", headers={"Accept-Language": header})
    assert answered.json()["locale"] == expected


@pytest.mark.parametrize("fields", [{"description": "dress, not black"}, {"description": "dress", "avoid": "black"}])
async def test_what_is_not_wanted_stays_out(service: Service, fields: dict[str, str]) -> None:
    body = (await service.post(**fields)).json()
    shown = [s["item"] for s in body["suggestions"]]
    shown += [piece["item"] for look in body["outfits"] for piece in look["items"]]
    assert shown
    assert "black" not in {item["colour"] for item in shown}


async def test_nothing_but_a_refusal_is_answered_too(service: Service) -> None:
    body = (await service.post(description="not black")).json()
    assert len(body["suggestions"]) == 12
    assert "black" not in {s["item"]["colour"] for s in body["suggestions"]}


async def test_childrens_things_only_when_asked_for(service: Service) -> None:
    adult = (await service.post(description="red dress")).json()
    kids = (await service.post(description="red dress for kids")).json()
    assert "dress-red-kids" not in {s["item"]["id"] for s in adult["suggestions"]}
    assert kids["suggestions"][0]["item"]["id"] == "dress-red-kids"


async def test_filters_hold_and_are_told(service: Service) -> None:
    filters = {"kind": ["jeans"], "colour": ["blue", "black"], "price": {"max": "50"}}
    body = (await service.post(description="red dress", filters=json.dumps(filters))).json()
    assert {s["item"]["id"] for s in body["suggestions"]} == {"jeans-blue", "jeans-black"}
    assert body["query"]["filters"] == {"kind": ["jeans"], "colour": ["blue", "black"], "price": {"max": "50"}}
    assert body["note"]["code"] == "filters"
    assert body["note"]["relax"][0] in ("kind", "colour")
    assert "within_budget" in {r["code"] for s in body["suggestions"] for r in s["reasons"]}


async def test_filters_that_leave_nothing_say_so(service: Service) -> None:
    body = (await service.post(description="dress", filters='{"price": {"max": "1"}}')).json()
    assert body["suggestions"] == body["outfits"] == []
    assert body["note"] == {"code": "filters", "text": "No item passes your filters.", "relax": ["price"]}


async def test_whom_it_is_for_is_lifted_from_the_words_but_never_empties_the_answer(service: Service) -> None:
    few = (await service.post(description="black t-shirt for men", limit="1")).json()
    assert few["query"]["filters"] == {"gender": "men"}
    assert few["suggestions"][0]["item"]["gender"] == "men"
    many = (await service.post(description="black t-shirt for men", limit="12")).json()
    assert many["query"]["filters"] == {}
    assert many["suggestions"][0]["item"]["gender"] == "men"
    assert len(many["suggestions"]) == 12


async def test_a_score_to_reach(service: Service) -> None:
    some = (await service.post(description="red dress", min_score="0.7")).json()
    assert 0 < len(some["suggestions"]) < 12
    assert all(s["score"] >= 0.7 for s in some["suggestions"])
    assert (some["note"]["code"], some["note"]["relax"]) == ("min_score", ["min_score"])
    none = (await service.post(description="red dress", min_score="1")).json()
    assert none["note"]["code"] == "nothing_reaches"
    assert len(none["suggestions"]) == 3


async def test_semantic_mode_is_one_search(service: Service) -> None:
    body = (await service.post(description="red dress, not red", mode="semantic", limit="5")).json()
    assert all(set(s["parts"]) == {"image"} for s in body["suggestions"])
    assert [s["score"] for s in body["suggestions"]] == sorted((s["score"] for s in body["suggestions"]), reverse=True)
    assert body["outfits"] == []


async def test_a_budget_is_kept_by_every_look(service: Service) -> None:
    for budget in ("100 EUR", '{"amount": "100.00", "currency": "EUR"}'):
        body = (await service.post([photo()], budget=budget)).json()
        assert body["outfits"]
        assert all(float(look["total_price"]["amount"]) <= 100 for look in body["outfits"])


async def test_no_looks_when_none_are_wanted_or_none_make_sense(service: Service) -> None:
    assert (await service.post(description="dress", outfits="0")).json()["outfits"] == []
    underwear = (await service.post(description="red bra", limit="1")).json()
    assert underwear["suggestions"][0]["item"]["kind"] == "bra"
    assert underwear["outfits"] == []


async def test_a_person_gets_something_for_each_garment(service: Service) -> None:
    body = (await service.post([photo(size=(150, 600))], photo_kind="person", limit="6")).json()
    assert body["query"]["photo_kind"] == "person"
    assert len({s["item"]["id"] for s in body["suggestions"]}) == 6


async def test_many_at_once_all_get_their_own_answer(service: Service) -> None:
    answers = await asyncio.gather(*(service.post(description=f"{c} dress", limit="1") for c in ("red", "blue") * 8))
    assert [a.json()["suggestions"][0]["item"]["colour"] for a in answers] == ["red", "blue"] * 8
    assert len({a.json()["id"] for a in answers}) == 16


async def test_the_longest_text_is_still_answered_soon(service: Service) -> None:
    for text in ("very nice red linen dress " * 80, "红色亚麻连衣裙，" * 250):
        body = (await service.post(description=text[:2000])).json()
        assert body["suggestions"][0]["item"]["id"] == "dress-red"
        assert body["timings_ms"]["total"] < 5000


async def test_prices_in_the_words_are_not_passed_over_in_silence(service: Service) -> None:
    body = (await service.post(description="红色连衣裙 300元")).json()
    assert body["query"]["ignored"] == ["300元"]


async def test_the_answer_survives_a_restart_and_only_gone_changes(tmp_path: Path, database_url: str) -> None:
    shop = Shop(tmp_path, database_url)
    async with shop.serve() as first:
        await first.fill()
        made = (await first.post([photo()], description="for a party", limit="5")).json()
    async with shop.serve() as second:
        assert (await second.client.get(f"{ROUTE}/{made['id']}")).json() == made
        shown = made["suggestions"][0]["item"]["id"]
        await second.remove(shown)
        again = (await second.client.get(f"{ROUTE}/{made['id']}")).json()
        assert again["suggestions"][0]["item"].pop("gone") is True
        assert made["suggestions"][0]["item"].pop("gone") is False
        assert again == made


async def test_erasing_leaves_nothing(tmp_path: Path, database_url: str) -> None:
    async with Shop(tmp_path, database_url).serve() as service:
        await service.fill()
        made = (await service.post(description="red dress", headers={"Idempotency-Key": "k"})).json()
        erased = await service.client.delete(f"{ROUTE}/{made['id']}")
        assert (erased.status_code, erased.content) == (204, b"")
        assert [await service.count(t) for t in (RecommendationRow, SuggestionRow, OutfitRow)] == [0, 0, 0]
        for method in ("GET", "DELETE"):
            gone = await service.client.request(method, f"{ROUTE}/{made['id']}")
            assert gone.status_code == 404
            assert gone.json()["type"].endswith("/recommendation-not-found")
        retried = await service.post(description="red dress", headers={"Idempotency-Key": "k"})
        assert retried.status_code == 404


async def test_a_retry_is_answered_as_before_and_done_once(service: Service) -> None:
    key = {"Idempotency-Key": "one"}
    before = await service.count(RecommendationRow)
    first = await service.post([photo()], headers=key, description="red")
    second = await service.post([photo()], headers=key, description="red")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first.headers["location"] == second.headers["location"]
    assert await service.count(RecommendationRow) == before + 1


async def test_a_key_is_for_one_body(service: Service) -> None:
    key = {"Idempotency-Key": "two"}
    await service.post(headers=key, description="red dress")
    other = await service.post(headers=key, description="blue dress")
    assert (other.status_code, other.json()["type"].rsplit("/")[-1]) == (422, "idempotency-mismatch")


async def test_a_failed_request_frees_its_key(service: Service) -> None:
    key = {"Idempotency-Key": "three"}
    keys = await service.count(IdempotencyKeyRow)
    assert (await service.post(headers=key, description="red dress", fusion="nonsense")).status_code == 422
    assert await service.count(IdempotencyKeyRow) == keys
    assert (await service.post(headers=key, description="red dress")).status_code == 201


async def test_two_at_once_with_one_key_make_one_answer(service: Service) -> None:
    key = {"Idempotency-Key": "four"}
    before = await service.count(RecommendationRow)
    both = await asyncio.gather(*(service.post([photo()], headers=key) for _ in range(2)))
    assert sorted(r.status_code for r in both) in ([201, 409], [201, 201])
    assert await service.count(RecommendationRow) == before + 1
