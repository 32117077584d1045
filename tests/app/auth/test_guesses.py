"""What strangers with a browser's key may try: ids of others, tokens of others, ids in a row. None of it tells."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from tests.app.conftest import Whole, serving


@dataclass(frozen=True)
class Victim:
    """A shopper with a history: what they know of themselves."""

    id: str
    token: str
    answer: str
    item: str


@pytest.fixture(scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Whole, Victim, Victim]]:
    async with serving(tmp_path_factory.mktemp("guesses")) as whole:
        yield whole, await _somebody(whole), await _somebody(whole)


async def _somebody(whole: Whole) -> Victim:
    made = (await whole.client.post("/v1/shoppers", headers=whole.key("shop"))).json()
    answer = (await whole.post(description="red dress", shopper_token=made["shopper_token"])).json()
    return Victim(made["id"], made["shopper_token"], answer["id"], answer["suggestions"][0]["item"]["id"])


def _as(whole: Whole, scope: str, **headers: str) -> dict[str, str]:
    return whole.key(scope) | {name.replace("_", "-"): value for name, value in headers.items()}


async def test_an_answer_needs_its_id_and_a_key(shop: tuple[Whole, Victim, Victim]) -> None:
    whole, one, _ = shop
    path = f"/v1/recommendations/{one.answer}"
    for method, where in (("GET", path), ("DELETE", path), ("GET", f"{path}/heatmap?item_id={one.item}")):
        assert (await whole.client.request(method, where)).status_code == 401
    told = await whole.client.get(path, headers=whole.key("shop"))
    assert told.status_code == 200 and told.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("change", ["last", "first", "longer", "shorter", "other", "case", "blank", "wildcard", "sql"])
async def test_ids_near_an_answer_are_nobodys(shop: tuple[Whole, Victim, Victim], change: str) -> None:
    whole, one, _ = shop
    kind, _, body = one.answer.partition("_")
    guess = {
        "last": f"{kind}_{body[:-1]}{'A' if body[-1] != 'A' else 'B'}",
        "first": f"{kind}_{'A' if body[0] != 'A' else 'B'}{body[1:]}",
        "longer": f"{one.answer}A",
        "shorter": one.answer[:-1],
        "other": f"{kind}_{secrets.token_urlsafe(18)}",
        "case": f"{kind}_{body.swapcase()}",
        "blank": f"{one.answer}%20",
        "wildcard": f"{kind}_%25",
        "sql": f"{kind}_' OR '1'='1",
    }[change]
    for scope in ("shop", "server", "admin"):
        answer = await whole.client.get(f"/v1/recommendations/{guess}", headers=whole.key(scope))
        assert answer.status_code == 404, answer.text
        assert (await whole.client.delete(f"/v1/recommendations/{guess}", headers=whole.key(scope))).status_code == 404
    assert (await whole.client.get(f"/v1/recommendations/{one.answer}", headers=whole.key("shop"))).status_code == 200


async def test_ids_do_not_follow_one_another(shop: tuple[Whole, Victim, Victim]) -> None:
    whole, _, _ = shop
    bodies = [(await whole.post(description="red dress", outfits="0")).json()["id"] for _ in range(8)]
    assert len({body[:8] for body in bodies}) == len(bodies) and all(len(body) >= 28 for body in bodies)


async def test_a_history_is_its_shoppers_alone(shop: tuple[Whole, Victim, Victim]) -> None:
    whole, one, other = shop

    async def history(headers: dict[str, str]) -> httpx.Response:
        return await whole.client.get("/v1/recommendations", headers=headers)

    mine = await history(_as(whole, "shop", X_Shopper_Token=one.token))
    assert [answer["id"] for answer in mine.json()["items"]] == [one.answer]
    assert other.answer not in mine.text and mine.headers["cache-control"] == "no-store"
    assert (await history(whole.key("shop"))).status_code == 422
    assert (await history({"X-Shopper-Token": one.token})).status_code == 401
    assert (await history(_as(whole, "shop", X_Shopper_Id=one.id))).status_code == 403
    for guess in (one.id, one.token[:-1], one.token + "A", one.token.swapcase(), secrets.token_urlsafe(32), "st_%"):
        assert (await history(_as(whole, "shop", X_Shopper_Token=guess))).status_code == 404
    by_server = await history(_as(whole, "server", X_Shopper_Id=one.id))
    assert [answer["id"] for answer in by_server.json()["items"]] == [one.answer]


async def test_a_cursor_of_one_history_opens_no_other(shop: tuple[Whole, Victim, Victim]) -> None:
    whole, one, other = shop
    await whole.post(description="blue jeans", shopper_token=one.token)
    page = await whole.client.get("/v1/recommendations?limit=1", headers=_as(whole, "shop", X_Shopper_Token=one.token))
    cursor = page.json()["next"]
    assert cursor
    headers = _as(whole, "shop", X_Shopper_Token=other.token)
    told = await whole.client.get("/v1/recommendations", params={"cursor": cursor}, headers=headers)
    assert all(answer["id"] == other.answer for answer in told.json()["items"])


async def test_nobody_speaks_for_another(shop: tuple[Whole, Victim, Victim]) -> None:
    """Sizes, events, erasure: the path names one shopper, the token another."""
    whole, one, other = shop
    theirs = _as(whole, "shop", X_Shopper_Token=other.token)
    for method, path in (
        ("GET", f"/v1/shoppers/{one.id}/sizes"),
        ("PUT", f"/v1/shoppers/{one.id}/sizes"),
        ("DELETE", f"/v1/shoppers/{one.id}"),
    ):
        for headers, status in ((theirs, 404), ({}, 401)):
            answer = await whole.client.request(method, path, headers=headers, json={"sizes": {}})
            assert answer.status_code == status, f"{method} {path}: {answer.text}"
        answer = await whole.client.request(method, path, headers=whole.key("shop"), json={"sizes": {}})
        assert answer.status_code in (404, 422), "a key alone names nobody"
    kept = await whole.client.get(f"/v1/shoppers/{one.id}/sizes", headers=_as(whole, "shop", X_Shopper_Token=one.token))
    assert kept.status_code == 200


async def test_what_is_unknown_and_what_is_anothers_are_told_apart_by_nothing(
    shop: tuple[Whole, Victim, Victim],
) -> None:
    whole, one, other = shop
    headers = _as(whole, "shop", X_Shopper_Token=other.token)
    answers = [
        (await whole.client.delete(f"/v1/shoppers/{whose}", headers=headers)).json() for whose in (one.id, "shp_nobody")
    ]
    for answer in answers:
        answer.pop("instance")
    assert answers[0] == answers[1]


async def test_a_token_erases_its_shopper_and_then_opens_nothing(shop: tuple[Whole, Victim, Victim]) -> None:
    whole, _, _ = shop
    gone = await _somebody(whole)
    headers = _as(whole, "shop", X_Shopper_Token=gone.token)
    assert (await whole.client.delete(f"/v1/shoppers/{gone.id}", headers=headers)).status_code == 204
    assert (await whole.client.get("/v1/recommendations", headers=headers)).status_code == 404
    assert (await whole.client.get(f"/v1/recommendations/{gone.answer}", headers=whole.key("shop"))).status_code == 404


async def test_keys_in_an_address_are_not_read(shop: tuple[Whole, Victim, Victim]) -> None:
    whole, one, _ = shop
    for name in ("key", "api_key", "access_token", "authorization", "token"):
        answer = await whole.client.get(f"/v1/recommendations/{one.answer}", params={name: whole.keys["admin"]})
        assert answer.status_code == 401
