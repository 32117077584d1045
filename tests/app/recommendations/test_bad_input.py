"""Every bad input: a problem that names the field and says what to do, and nothing stored."""

import struct
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest

from app.recommendations.tables import IdempotencyKeyRow, RecommendationRow
from tests.app.recommendations.conftest import Service
from tests.app.recommendations.toys import photo

BAD_FIELDS = [
    ({"description": ""}, "description"),
    ({"description": "   "}, "description"),
    ({"description": "?!"}, "description"),
    ({"description": "x" * 2001}, "description"),
    ({"description": "a" * 100_000}, "description"),
    ({"description": "red\x00dress"}, "description"),
    ({"description": "red\x1bdress"}, "description"),
    ({"avoid": "black"}, "description"),
    ({"description": "dress", "avoid": "x" * 2001}, "avoid"),
    ({"description": "dress", "limit": "0"}, "limit"),
    ({"description": "dress", "limit": "10000"}, "limit"),
    ({"description": "dress", "limit": "many"}, "limit"),
    ({"description": "dress", "outfits": "7"}, "outfits"),
    ({"description": "dress", "outfits": "-1"}, "outfits"),
    ({"description": "dress", "min_score": "1.5"}, "min_score"),
    ({"description": "dress", "min_score": "nan"}, "min_score"),
    ({"description": "dress", "image_weight": "-0.1"}, "image_weight"),
    ({"description": "dress", "text_weight": "inf"}, "text_weight"),
    ({"description": "dress", "image_weight": "0", "text_weight": "0"}, "image_weight"),
    ({"description": "dress", "mode": "magic"}, "mode"),
    ({"description": "dress", "photo_kind": "cat"}, "photo_kind"),
    ({"description": "dress", "locale": "fr"}, "locale"),
    ({"description": "dress", "fusion": "nonsense"}, "fusion"),
    ({"description": "dress", "budget": "150"}, "budget"),
    ({"description": "dress", "budget": "lots EUR"}, "budget"),
    ({"description": "dress", "budget": "-5 EUR"}, "budget"),
    ({"description": "dress", "budget": "NaN EUR"}, "budget"),
    ({"description": "dress", "budget": "1e999 EUR"}, "budget"),
    ({"description": "dress", "budget": "100 USD"}, "budget"),
    ({"description": "dress", "budget": '{"amount": [], "currency": "EUR"}'}, "budget"),
    ({"description": "dress", "budget": '{"amount": "5"'}, "budget"),
    ({"description": "dress", "filters": "kind=dress"}, "filters"),
    ({"description": "dress", "filters": "[]"}, "filters"),
    ({"description": "dress", "filters": "[" * 100_000}, "filters"),
    ({"description": "dress", "filters": '{"knd": ["dress"]}'}, "filters.knd"),
    ({"description": "dress", "filters": '{"kind": "dress"}'}, "filters.kind"),
    ({"description": "dress", "filters": '{"kind": ["spacesuit"]}'}, "filters"),
    ({"description": "dress", "filters": '{"in_stock": "yes"}'}, "filters.in_stock"),
    ({"description": "dress", "filters": '{"price": {"min": "9", "max": "1"}}'}, "filters"),
    ({"description": "dress", "filters": '{"price": {"max": "NaN"}}'}, "filters.price.max"),
    ({"description": "dress", "filters": '{"brand": ["a\\u0000b"]}'}, "filters"),
    ({"description": "dress", "filters": '{"brand": ["\\ud800"]}'}, "filters"),
    ({"description": "dress", "desciption": "typo"}, "desciption"),
    ({"description": "dress", "shopper_token": "later"}, "shopper_token"),
]


@pytest.fixture(autouse=True)
async def nothing_is_stored(service: Service) -> AsyncIterator[None]:
    before = [await service.count(t) for t in (RecommendationRow, IdempotencyKeyRow)]
    yield
    assert [await service.count(t) for t in (RecommendationRow, IdempotencyKeyRow)] == before


def refused(answered: httpx.Response, status: int = 422) -> dict[str, str]:
    """The first error of a proper problem."""
    body = answered.json()
    assert answered.status_code == status, body
    assert answered.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance"} <= set(body)
    first: dict[str, str] = body["errors"][0]
    assert len(first["reason"]) > 10
    return first


@pytest.mark.parametrize(("fields", "field"), BAD_FIELDS, ids=lambda v: str(v)[:60])
async def test_bad_fields(service: Service, fields: dict[str, str], field: str) -> None:
    answered = await service.post(headers={"Idempotency-Key": "bad"}, **fields)
    assert refused(answered)["field"] == field


async def test_all_that_is_wrong_is_named_at_once(service: Service) -> None:
    answered = await service.post(description="dress", limit="0", mode="magic", typo="x")
    refused(answered)
    assert {e["field"] for e in answered.json()["errors"]} == {"limit", "mode", "typo"}


async def test_five_photos(service: Service) -> None:
    assert refused(await service.post([photo()] * 5))["field"] == "photo"


def huge_png() -> bytes:
    """A PNG that claims 60,000 x 60,000 pixels and holds none."""
    chunks = [b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0), b"IDAT" + zlib.compress(b""), b"IEND"]
    packed = [struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 422),
        (b"this is no photo, whatever its name says", 415),
        (photo()[:200], 422),
        (huge_png(), 413),
        (b"\x00" * 16_000_000, 413),
    ],
    ids=["empty", "text", "truncated", "60,000 x 60,000", "16 MB"],
)
async def test_bad_photos_are_named_by_number(service: Service, data: bytes, status: int) -> None:
    answered = await service.post([photo(), data], headers={"Idempotency-Key": "bad photo"})
    first = refused(answered, status)
    assert first["field"] == "photo"
    assert "2" in first["reason"] or "empty" in first["reason"]


async def test_a_photo_sent_as_text(service: Service) -> None:
    answered = await service.client.post("/v1/recommendations", data={"photo": "photo.jpg"})
    assert refused(answered)["field"] == "photo"


async def test_a_description_sent_as_a_file(service: Service) -> None:
    answered = await service.client.post("/v1/recommendations", files={"description": ("d.txt", b"dress")})
    assert refused(answered)["field"] == "description"


async def test_a_field_sent_twice(service: Service) -> None:
    answered = await service.client.post("/v1/recommendations", data={"description": "dress", "limit": ["1", "2"]})
    assert refused(answered)["field"] == "limit"


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b'{"description": "dress"}', "application/json"), (b"", ""), (b"broken", "multipart/form-data; boundary=x"),
     (b"broken", "multipart/form-data")],
)  # fmt: skip
async def test_a_body_that_is_no_form(service: Service, content: bytes, kind: str) -> None:
    answered = await service.client.post("/v1/recommendations", content=content, headers={"Content-Type": kind})
    assert refused(answered)["field"] in ("body", "description")


async def test_an_empty_file_input_is_no_photo(service: Service) -> None:
    """What a browser sends for a file input nobody used."""
    answered = await service.client.post("/v1/recommendations", files={"photo": ("", b"")})
    assert refused(answered)["field"] == "description"
