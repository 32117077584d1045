"""Heat maps and shares through the routes, on every database."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.auth.settings import AuthSettings
from app.recommendations.tables import RecommendationRow
from tests.app.recommendations.conftest import Service, Shop
from tests.app.recommendations.toys import ToyTokenEncoder, photo

ROUTE = "/v1/recommendations"


@pytest.fixture(scope="module")
async def seeing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """A filled shop whose model says what is where."""
    async with Shop(tmp_path_factory.mktemp("seeing"), encoder=ToyTokenEncoder).serve() as running:
        await running.fill()
        yield running


def garment_on_the_left() -> bytes:
    """A red garment on the left of a wide white photo whose right side is just as busy, in blue."""
    picture = Image.new("RGB", (400, 300), "white")
    picture.paste((200, 30, 43), (0, 0, 200, 300))
    picture.paste((30, 60, 200), (200, 0, 400, 300))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


async def problem(service: Service, recommendation_id: str, item_id: str, **query: Any) -> tuple[int, str]:
    answered = await service.client.get(f"{ROUTE}/{recommendation_id}/heatmap", params={"item_id": item_id, **query})
    assert answered.headers["content-type"] == "application/problem+json"
    body = answered.json()
    assert body["detail"]
    return answered.status_code, body["type"].rpartition("/")[2]


async def test_a_heat_map_is_drawn_from_the_stored_answer(database_url: str, tmp_path: Path) -> None:
    shop = Shop(tmp_path, database_url, encoder=ToyTokenEncoder)
    async with shop.serve() as service:
        await service.fill()
        body = (await service.post([garment_on_the_left()], description="dress")).json()
        urls = {s["item"]["id"]: s["heatmap_url"] for s in body["suggestions"]}
    async with shop.serve() as again:  # nothing of the photo is in memory any more
        red = await again.client.get(urls["dress-red"])
        assert (red.status_code, red.headers["content-type"]) == (200, "image/png")
        assert red.headers["cache-control"] == "private, max-age=3600"
        opacity = np.asarray(Image.open(io.BytesIO(red.content)).convert("RGBA"))[..., 3]
        assert opacity.shape == (360, 480)
        assert opacity[:, :180].mean() > 100 > opacity[:, 300:].mean()
        blue = await again.client.get(urls["dress-blue"])
        turned = np.asarray(Image.open(io.BytesIO(blue.content)).convert("RGBA"))[..., 3]
        assert turned[:, 300:].mean() > 100 > turned[:, :180].mean()
        assert (await again.client.get(f"{ROUTE}/{body['id']}")).json()["suggestions"] == body["suggestions"]
        assert (await again.client.delete(f"{ROUTE}/{body['id']}")).status_code == 204
        assert await problem(again, body["id"], "dress-red") == (404, "recommendation-not-found")


async def test_a_browser_that_has_it_is_told_so(seeing: Service) -> None:
    body = (await seeing.post([photo()])).json()
    url = body["suggestions"][0]["heatmap_url"]
    first = await seeing.client.get(url)
    known = {"If-None-Match": first.headers["etag"]}
    again = await seeing.client.get(url, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    wider = await seeing.client.get(url, params={"item_id": body["suggestions"][0]["item"]["id"], "width": 1024})
    assert wider.headers["etag"] != first.headers["etag"]
    assert Image.open(io.BytesIO(wider.content)).width == 1024


@pytest.mark.parametrize("width", ["15", "1025", "wide"])
async def test_no_picture_of_that_width(seeing: Service, width: str) -> None:
    body = (await seeing.post([photo()])).json()
    status, code = await problem(seeing, body["id"], body["suggestions"][0]["item"]["id"], width=width)
    assert (status, code) == (422, "invalid-request")


async def test_what_has_no_heat_map_says_why(seeing: Service, service: Service) -> None:
    with_photo = (await seeing.post([photo()], limit="2")).json()
    words = (await seeing.post(description="red dress", limit="2")).json()
    blind = (await service.post([photo()], limit="2")).json()
    first = with_photo["suggestions"][0]["item"]["id"]
    assert await problem(seeing, "rec_never", first) == (404, "recommendation-not-found")
    assert await problem(seeing, with_photo["id"], "watch-green") == (404, "suggestion-not-found")
    assert await problem(seeing, words["id"], words["suggestions"][0]["item"]["id"]) == (404, "heatmap-without-photo")
    assert await problem(service, blind["id"], blind["suggestions"][0]["item"]["id"]) == (404, "heatmap-unavailable")
    assert all("heatmap_url" not in s for body in (words, blind) for s in body["suggestions"])


async def test_an_answer_older_than_heat_maps_is_still_an_answer(seeing: Service) -> None:
    body = (await seeing.post([photo()], limit="1")).json()
    async with seeing.database.unit_of_work() as session:
        row = await session.get_one(RecommendationRow, body["id"])
        row.suggestions[0].shares = row.suggestions[0].relevance = None
    fetched = (await seeing.client.get(f"{ROUTE}/{body['id']}")).json()["suggestions"][0]
    assert {"shares", "heatmap_url"}.isdisjoint(fetched)
    assert await problem(seeing, body["id"], fetched["item"]["id"]) == (404, "heatmap-unavailable")


async def test_a_heat_map_is_not_for_everybody(tmp_path: Path) -> None:
    shop = Shop(tmp_path, encoder=ToyTokenEncoder)
    shop.settings = shop.settings.model_copy(update={"auth": AuthSettings()})
    async with shop.serve() as service:
        await service.fill()
        for query in ({}, {"item_id": "dress-red"}):
            assert (await service.client.get(f"{ROUTE}/rec_any/heatmap", params=query)).status_code == 401


async def test_a_persons_garments_each_have_their_own_place(seeing: Service) -> None:
    body = (await seeing.post([photo(size=(150, 600))], photo_kind="person", limit="6")).json()
    assert all("heatmap_url" in s for s in body["suggestions"])


async def test_shares_name_what_the_score_came_from(seeing: Service) -> None:
    body = (await seeing.post([photo()], description="in blue, for summer")).json()
    for suggestion in body["suggestions"]:
        assert sum(suggestion["shares"].values()) == pytest.approx(1.0, abs=1e-6)
        assert min(suggestion["shares"].values()) > 0
    blue = next(s for s in body["suggestions"] if s["item"]["id"] == "dress-blue")
    red = next(s for s in body["suggestions"] if s["item"]["id"] == "dress-red")
    assert set(blue["shares"]) == {"photo", "words", "kind", "colour", "season"}
    assert blue["shares"]["colour"] > red["shares"].get("colour", 0.0)
    assert set((await seeing.post([photo()])).json()["suggestions"][0]["shares"]) == {"photo", "kind", "colour"}


async def test_semantic_mode_weighs_photo_against_words(seeing: Service) -> None:
    body = (await seeing.post([photo()], description="blue", mode="semantic", image_weight="0.5")).json()
    by_item = {s["item"]["id"]: s["shares"] for s in body["suggestions"]}
    assert all(set(found) <= {"photo", "words"} for found in by_item.values())
    assert by_item["dress-red"].get("words", 0.0) < by_item["dress-blue"]["words"]


async def test_what_is_kept_of_a_photo_is_a_few_hundred_bytes(seeing: Service) -> None:
    body = (await seeing.post([photo()], limit="12")).json()
    async with seeing.database.unit_of_work() as session:
        row = await session.get_one(RecommendationRow, body["id"])
        for suggestion in row.suggestions:
            assert suggestion.relevance is not None
            assert set(suggestion.relevance) == {"aspect", "box", "cells"}
            assert len(str(suggestion.relevance)) < 400
