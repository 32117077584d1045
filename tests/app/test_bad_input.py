"""Every bad input: a problem that names the field and says what to do, and nothing stored."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.db.migrate import upgrade
from app.db.session import Database
from tests.app.conftest import ORIGIN, Whole, serving
from tests.app.media.png_bombs import png_claims_four_gigapixels
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
    ({"description": "dress", "filters": '{"brand": ["a\\u0000b"]}'}, "filters.brand.0"),
    ({"description": "dress", "filters": '{"brand": ["\\ud800"]}'}, "filters"),
    ({"description": "dress", "desciption": "typo"}, "desciption"),
]


@pytest.fixture(autouse=True)
async def nothing_is_stored(whole: Whole) -> AsyncIterator[None]:
    before = await whole.stored()
    yield
    assert await whole.stored() == before


def refused(answered: httpx.Response, status: int = 422) -> dict[str, str]:
    """The first error of a proper problem."""
    body = answered.json()
    assert answered.status_code == status, body
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.headers["x-request-id"]
    assert {"type", "title", "status", "detail", "instance"} <= set(body)
    assert body["status"] == status
    assert len(body["detail"]) > 10
    first: dict[str, str] = body["errors"][0]
    assert len(first["reason"]) > 10
    return first


@pytest.mark.parametrize(("fields", "field"), BAD_FIELDS, ids=lambda v: str(v)[:60])
async def test_bad_fields(whole: Whole, fields: dict[str, str], field: str) -> None:
    answered = await whole.post(headers={"Idempotency-Key": "bad"}, **fields)
    assert refused(answered)["field"] == field


async def test_all_that_is_wrong_is_named_at_once(whole: Whole) -> None:
    answered = await whole.post(description="dress", limit="0", mode="magic", typo="x")
    refused(answered)
    assert {e["field"] for e in answered.json()["errors"]} == {"limit", "mode", "typo"}


async def test_five_photos(whole: Whole) -> None:
    assert refused(await whole.post([photo()] * 5))["field"] == "photo"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 422),
        (b"this is no photo, whatever its name says", 415),
        (photo()[:200], 422),
        (png_claims_four_gigapixels(), 413),
        (b"\x00" * 16_000_000, 413),
    ],
    ids=["empty", "text", "truncated", "60,000 x 60,000", "16 MB"],
)
async def test_bad_photos_are_named_by_number(whole: Whole, data: bytes, status: int) -> None:
    answered = await whole.post([photo(), data], headers={"Idempotency-Key": "bad photo"})
    first = refused(answered, status)
    assert first["field"] == "photo"
    assert "2" in first["reason"] or "empty" in first["reason"]


async def test_a_photo_sent_as_text(whole: Whole) -> None:
    answered = await whole.client.post("/v1/recommendations", data={"photo": "photo.jpg"}, headers=whole.key("shop"))
    assert refused(answered)["field"] == "photo"


async def test_a_description_sent_as_a_file(whole: Whole) -> None:
    answered = await whole.client.post(
        "/v1/recommendations", files={"description": ("d.txt", b"dress")}, headers=whole.key("shop")
    )
    assert refused(answered)["field"] == "description"


async def test_a_field_sent_twice(whole: Whole) -> None:
    data = {"description": "dress", "limit": ["1", "2"]}
    answered = await whole.client.post("/v1/recommendations", data=data, headers=whole.key("shop"))
    assert refused(answered)["field"] == "limit"


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b'{"description": "dress"}', "application/json"), (b"", ""), (b"broken", "multipart/form-data; boundary=x"),
     (b"broken", "multipart/form-data")],
)  # fmt: skip
async def test_a_body_that_is_no_form(whole: Whole, content: bytes, kind: str) -> None:
    answered = await whole.client.post(
        "/v1/recommendations", content=content, headers=whole.key("shop") | {"Content-Type": kind}
    )
    assert refused(answered)["field"] in ("body", "description")


async def test_an_empty_file_input_is_no_photo(whole: Whole) -> None:
    """What a browser sends for a file input nobody used."""
    answered = await whole.client.post("/v1/recommendations", files={"photo": ("", b"")}, headers=whole.key("shop"))
    assert refused(answered)["field"] == "description"


async def test_words_that_are_no_text(whole: Whole) -> None:
    """Control characters and bytes that are not UTF-8."""
    body = b'--b\r\nContent-Disposition: form-data; name="description"\r\n\r\n\x00\xff\xfe\r\n--b--\r\n'
    headers = whole.key("shop") | {"Content-Type": "multipart/form-data; boundary=b"}
    answered = await whole.client.post("/v1/recommendations", content=body, headers=headers)
    assert refused(answered)["field"] == "description"


async def test_a_field_whose_name_is_no_name(whole: Whole) -> None:
    first = refused(await whole.post(description="dress", **{"na\x00me": "x"}))
    assert first["reason"].startswith("is unknown")


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "streamed"])
async def test_a_body_over_the_limit(whole: Whole, declared: bool) -> None:
    size = whole.container.settings.limits.request_bytes + 1
    head = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'

    async def stream() -> AsyncIterator[bytes]:
        yield head
        for _ in range(size // 1_000_000 + 1):
            yield b"x" * 1_000_000

    headers = whole.key("shop") | {"Content-Type": "multipart/form-data; boundary=b", "Origin": ORIGIN}
    content = head + b"x" * size if declared else stream()
    answered = await whole.client.post("/v1/recommendations", content=content, headers=headers)
    body = answered.json()
    assert (answered.status_code, body["type"].rpartition("/")[2]) == (413, "request-too-large")
    assert "smaller" in body["detail"]
    assert answered.headers["access-control-allow-origin"] == ORIGIN
    assert set(answered.headers["access-control-expose-headers"].split(", ")) == {
        "Location", "Retry-After", "X-Request-ID",
    }  # fmt: skip


UNKNOWN = [
    ("GET", "/v1/recommendations/nope", "recommendation-not-found"),
    ("DELETE", "/v1/recommendations/nope", "recommendation-not-found"),
    ("GET", "/v1/recommendations/" + "x" * 5000, "recommendation-not-found"),
    ("GET", "/v1/items/nope", "item-not-found"),
    ("GET", "/v1/items/" + "x" * 5000, "item-not-found"),
    ("GET", "/v1/items/dress%2Fmauve/image", "item-not-found"),
    ("GET", "/v1/items/%E8%A3%99%2F%F0%9F%91%97", "item-not-found"),
    ("GET", "/v1/items/%ff%fe", "item-not-found"),
    ("GET", "/v1/admin/jobs/nope", "job-not-found"),
    ("POST", "/v1/admin/jobs/nope/cancel", "job-not-found"),
    ("POST", "/v1/admin/indexes/nope/activate", "index-version-not-found"),
    ("POST", "/v1/admin/indexes/..%2F..%2Fetc/activate", "about:blank"),
    ("GET", "/v1/nothing", "about:blank"),
]


@pytest.mark.parametrize(("method", "path", "problem"), UNKNOWN, ids=lambda v: v[:50])
async def test_unknown_ids(whole: Whole, method: str, path: str, problem: str) -> None:
    answered = await whole.client.request(method, path, headers=whole.key("admin"))
    body = answered.json()
    assert (answered.status_code, body["type"].rpartition("/")[2]) == (404, problem)
    assert answered.headers["content-type"] == "application/problem+json"
    assert 5 < len(body["detail"]) < 300


async def test_a_wrong_method_names_the_right_ones(whole: Whole) -> None:
    """All of them, though each stands in a route of its own."""
    for path, methods in (("/v1/recommendations", "GET, POST"), ("/v1/recommendations/x", "DELETE, GET")):
        answered = await whole.client.put(path, headers=whole.key("shop"))
        assert (answered.status_code, answered.headers["content-type"]) == (405, "application/problem+json")
        assert answered.headers["allow"] == methods


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe{", b"\x1f\x02"])
async def test_json_that_is_none_is_named_whatever_it_is_instead(whole: Whole, body: bytes) -> None:
    headers = {"Content-Type": "application/json", **whole.key("shop")}
    answered = await whole.client.post("/v1/shoppers", content=body, headers=headers)
    assert answered.status_code == 422
    assert answered.json()["errors"] == [{"field": "body", "reason": "is not valid JSON"}]


async def test_a_reason_has_no_name_of_an_exception_before_it(whole: Whole) -> None:
    answered = await whole.client.post("/v1/shoppers", json={"sizes": {"hat": ["M"]}}, headers=whole.key("shop"))
    assert answered.json()["errors"][0]["reason"].startswith("name what is no slot: hat")


ADDRESSES = [
    "/v1/recommendations/%00",
    "/v1/recommendations/a%1Bb",
    "/v1/items/a%00b",
    "/v1/items/a%00b/image",
    "/v1/admin/jobs/%00",
    "/v1/items?cursor=%00",
    "/v1/items?filters=%7B%22brand%22:[%22a%00b%22]%7D",
    "/v1/items?filters=%7B%22brand%22:[%22a%5Cu0000b%22]%7D",
    "/v1/items?filters=%7B%22size%22:[%22a%5Cu0000b%22]%7D",
    "/v1/items?filters=%7B%22size%22:[%22%5Cud800%22]%7D",
    "/v1/items?filters=%7B%22in_stock%22:%22yes%22%7D",
    "/v1/items?cursor=WyJcdWQ4MDAiXQ",  # ["\ud800"]
    "/v1/items?cursor=WyJcdTAwMDAiXQ",  # ["\u0000"]
    "/v1/items?cursor=%E8%A3%99",
    "/v1/items?%00=x",
    "/v1/items?locale=%00",
    "/v1/items?filters=" + "[" * 10_000,
    "/v1/admin/jobs?cursor=WyJub3ciLCJ4Il0",  # ["now","x"]
    "/v1/admin/jobs?cursor=WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgIngiXQ",  # ["0001-01-01T00:00:00+14:00", "x"]
    "/v1/admin/audit?since=0001-01-01T00:00:00%2B14:00",  # none in UTC
    "/v1/admin/audit?cursor=WyIyMTQ3NDgzNjQ4Il0",  # ["2147483648"]
]


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda v: v[:70])
async def test_bad_addresses(whole: Whole, address: str) -> None:
    refused(await whole.client.get(address, headers=whole.key("admin")))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_postgresql_refuses_the_same(tmp_path: Path, database_url: str) -> None:
    """PostgreSQL takes neither NUL nor halves of characters, so what slipped through would be our fault."""
    await _migrated(database_url)
    async with serving(tmp_path, database_url) as whole:
        before = await whole.stored()
        for address in ADDRESSES:
            refused(await whole.client.get(address, headers=whole.key("admin")))
        for method, path, _ in UNKNOWN:
            assert (await whole.client.request(method, path, headers=whole.key("admin"))).status_code == 404
        for fields, _ in BAD_FIELDS:
            refused(await whole.post(headers={"Idempotency-Key": "bad"}, **fields))
        assert await whole.stored() == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", "body"),
        (b"[]", "body"),
        (b'"x"', "body"),
        (b'{"force": "maybe"}', "force"),
        (b'{"frce": true}', "frce"),
        (b'{"model": "a\x00"}', "body"),
    ],
)
async def test_bad_json(whole: Whole, body: bytes, field: str) -> None:
    headers = whole.key("admin") | {"Content-Type": "application/json"}
    answered = await whole.client.post("/v1/admin/reindex", content=body, headers=headers)
    assert refused(answered)["field"] == field


HEADERS = [
    ({"Idempotency-Key": "x" * 256}, 422),
    ({"Idempotency-Key": ""}, 422),
    ({"Idempotency-Key": "a\tb"}, 422),
    ({"Idempotency-Key": "schl\u00fcssel"}, 422),
    ({"Authorization": "Bearer"}, 401),
    ({"Authorization": "Bearer \u00fc"}, 401),
    ({"Authorization": ""}, 401),
]


@pytest.mark.parametrize(("headers", "status"), HEADERS)
async def test_bad_headers(whole: Whole, headers: dict[str, str], status: int) -> None:
    sent = {name: value.encode("latin-1") for name, value in (whole.key("shop") | headers).items()}
    answered = await whole.client.post("/v1/recommendations", files={"description": (None, "dress")}, headers=sent)
    assert (answered.status_code, answered.headers["content-type"]) == (status, "application/problem+json")
    assert len(answered.json()["detail"]) > 10


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Request-ID": "a\tb"},
        {"X-Request-ID": "\u00fc"},
        {"Accept-Language": ";;q=,,=;q=nan,zh;q=inf"},
        {"If-None-Match": ',,W/"'},
        {"Content-Length": "\u00b2"},
        {"Origin": "null"},
    ],
)
async def test_odd_headers_are_passed_over(whole: Whole, headers: dict[str, str]) -> None:
    sent = {name: value.encode("latin-1") for name, value in (whole.key("shop") | headers).items()}
    answered = await whole.client.get("/v1/items/dress%2Fred", headers=sent)
    assert (answered.status_code, answered.json()["id"]) == (200, "dress/red")
    assert answered.headers["x-request-id"].isprintable()


async def _migrated(database_url: str) -> None:
    database = Database(database_url)
    await upgrade(database)
    await database.close()
