"""Words through the whole service: lifted filters, slips, and what is turned down, over real SQLite."""

from typing import Any

import pytest

from tests.app.recommendations.conftest import Service


async def asked(service: Service, **fields: str) -> dict[str, Any]:
    answer = await service.post(**{"outfits": "0", "limit": "10", **fields})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def items(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [s["item"] for s in body["suggestions"]]


@pytest.mark.parametrize("text", ["dress under 20 euros", "连衣裙，不超过二十欧", "a dress for less than twenty €"])
async def test_a_price_in_the_words_filters(service: Service, text: str) -> None:
    body = await asked(service, description=text)
    assert body["query"]["filters"]["price"] == {"max": "20"}
    assert {i["price"]["amount"] for i in items(body)} == {"15.00"}
    assert body["query"]["ignored"] == []
    assert not {"20", "euros", "under"} & set(body["query"]["terms"])


async def test_another_currency_is_named_as_ignored(service: Service) -> None:
    body = await asked(service, description="红色连衣裙 300元以内")
    assert body["query"]["ignored"] == ["300元以内"]
    assert "price" not in body["query"]["filters"]
    assert items(body)[0]["id"].startswith("dress-red")


async def test_a_given_filter_wins_over_the_words(service: Service) -> None:
    body = await asked(service, description="dress under 20 euros", filters='{"price": {"min": "35"}}')
    assert body["query"]["filters"]["price"] == {"min": "35"}
    assert {i["price"]["amount"] for i in items(body)} == {"40.00"}


async def test_a_size_in_the_words_filters_by_what_is_in_stock(service: Service) -> None:
    assert (await asked(service, description="red dress size M"))["query"]["filters"]["size"] == ["M"]
    sold_out = await asked(service, description="red dress size L")
    assert "size" not in sold_out["query"]["filters"]
    assert sold_out["query"]["ignored"] == ["size L"]


async def test_a_slip_is_mended_and_said(service: Service) -> None:
    body = await asked(service, description="blak dres")
    assert body["query"]["corrections"] == [{"from": "blak", "to": "black"}, {"from": "dres", "to": "dress"}]
    assert items(body)[0]["id"] == "dress-black"
    assert (await service.client.get(f"/v1/recommendations/{body['id']}")).json() == body


@pytest.mark.parametrize(
    ("text", "unwanted"),
    [
        ("dress, not black", "black"),
        ("红色除外的连衣裙", "red"),
        ("dress, blue? no", "blue"),
        ("连衣裙，绿色不行", "green"),
    ],
)
async def test_a_colour_turned_down_does_not_come_up(service: Service, text: str, unwanted: str) -> None:
    body = await asked(service, description=text)
    assert len(items(body)) == 10
    assert unwanted not in {i["colour"] for i in items(body)}


@pytest.mark.parametrize(
    "fields",
    [
        {"description": "heels, no black heels"},
        {"description": "高跟鞋，不要黑色的高跟鞋"},
        {"description": "heels", "avoid": "black heels"},
    ],
)
async def test_two_things_turned_down_together(service: Service, fields: dict[str, str]) -> None:
    found = [i["id"] for i in items(await asked(service, **fields))]
    assert "heels-black" not in found
    assert {"heels-red", "heels-blue", "heels-white", "heels-green"} <= set(found)


async def test_when_nothing_else_is_left_the_unwanted_come_last(service: Service) -> None:
    few = '{"kind": ["heels"]}'
    found = [i["id"] for i in items(await asked(service, description="heels, not black", filters=few))]
    assert len(found) == 5
    assert found[-1] == "heels-black"


async def test_semantic_mode_ignores_what_the_words_would_filter(service: Service) -> None:
    body = await asked(service, description="dress under 20 euros", mode="semantic")
    assert body["query"]["ignored"] == ["under 20 euros"]
    assert body["query"]["filters"] == {}
