"""Imports over HTTP, as a merchandiser sends them, against the whole service on a real database."""

import asyncio
import gzip
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.catalog.repository import ItemRepository
from app.settings import ImportSettings, LimitSettings
from tests.app.conftest import Whole, serving
from tests.app.plain_pictures import plain

FEED = """id,title,article_type,base_colour,price
1,Red dress,Dresses,Red,10
2,Bad,Tops,Red,cheap
3,Blue jeans,Jeans,Blue,9
"""


@pytest.fixture
async def shop(tmp_path: Path, database_url: str) -> AsyncIterator[Whole]:
    settings = {"imports": ImportSettings(feed_bytes=50_000), "limits": LimitSettings(request_bytes=10_000)}
    if not database_url.startswith("sqlite"):
        from app.db.migrate import upgrade
        from app.db.session import Database

        database = Database(database_url)
        await upgrade(database)
        await database.close()
    async with serving(tmp_path, database_url, **settings) as running:
        yield running


async def send(
    shop: Whole, feed: bytes | str, *, name: str = "feed.csv", key: str = "", **fields: str
) -> httpx.Response:
    data = feed.encode() if isinstance(feed, str) else feed
    headers = shop.key("admin") | ({"Idempotency-Key": key} if key else {})
    files: dict[str, Any] = {field: (None, value) for field, value in fields.items()}
    return await shop.client.post("/v1/admin/imports", files={"feed": (name, data), **files}, headers=headers)


async def ended(shop: Whole, answer: httpx.Response) -> dict[str, Any]:
    """The job once it has ended."""
    assert answer.status_code == 202, answer.text
    async with asyncio.timeout(20):
        while True:
            got = await shop.client.get(answer.headers["location"], headers=shop.key("admin"))
            job: dict[str, Any] = got.json()
            if job["finished_at"] is not None:
                return job
            await asyncio.sleep(0.01)


async def rows(shop: Whole, job: dict[str, Any], **query: Any) -> dict[str, Any]:
    got = await shop.client.get(f"/v1/admin/jobs/{job['id']}/rows", params=query, headers=shop.key("admin"))
    body: dict[str, Any] = got.json()
    return body


def outcomes(page: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(row["line"], row["item_id"], row["outcome"]) for row in page["items"]]


async def test_a_feed_becomes_items_and_every_row_is_told_of(shop: Whole) -> None:
    job = await ended(shop, await send(shop, gzip.compress(FEED.encode())))
    assert (job["state"], job["kind"], job["done"], job["total"]) == ("succeeded", "import", 3, 3)
    assert {n: job["result"][n] for n in ("format", "created", "failed", "retired")} == {
        "format": "csv", "created": 2, "failed": 1, "retired": 0,
    }  # fmt: skip
    page = await rows(shop, job, limit=2)
    assert outcomes(page) == [(2, "1", "created"), (3, "2", "failed")]
    assert page["items"][1]["issues"] == [{"field": "price", "reason": "'cheap' is no price", "level": "error"}]
    assert outcomes(await rows(shop, job, limit=2, cursor=page["next"])) == [(4, "3", "created")]
    assert outcomes(await rows(shop, job, outcome="failed")) == [(3, "2", "failed")]
    async with shop.container.database.unit_of_work() as session:
        assert (await ItemRepository(session).existing(["1", "2", "3"])) == {"1", "3"}
    assert not list((shop.container.settings.imports_dir).glob("*"))

    again = await ended(shop, await send(shop, FEED, name="spring 2.csv", format="csv"))
    assert (again["result"]["unchanged"], again["result"]["created"]) == (2, 0)
    assert (again["params"]["feed"], again["params"]["format"]) == ("spring_2.csv", "csv")


async def test_pictures_come_along_and_a_folder_of_them_is_a_feed(shop: Whole) -> None:
    archive, picture = io.BytesIO(), plain("red")
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("dresses/a1.png", picture)
        packed.writestr("dresses/a1.json", json.dumps({"title": "Gown", "colour": "red"}))
        packed.writestr("dresses/a2.png", picture[:30])
    job = await ended(shop, await send(shop, archive.getvalue(), name="pictures.zip"))
    assert outcomes(await rows(shop, job)) == [(1, "a1", "created"), (2, "a2", "failed")]
    async with shop.container.database.unit_of_work() as session:
        item = await ItemRepository(session).get("a1")
    assert item is not None
    assert (item.title, item.kind, item.colour, len(item.pictures)) == ("Gown", "dress", "red", 1)


async def test_a_full_feed_retires_what_it_leaves_out_but_never_most_of_a_shop(shop: Whole) -> None:
    refused = await ended(shop, await send(shop, FEED, full="true"))
    assert refused["state"] == "failed"
    assert "leaves out 5 of 5 items" in refused["errors"][-1]["reason"]
    assert await rows(shop, refused) == {"items": [], "next": None}
    job = await ended(shop, await send(shop, FEED, full="true", retire_up_to="1"))
    assert job["result"]["retired"] == 5
    assert len((await rows(shop, job, outcome="retired"))["items"]) == 5
    async with shop.container.database.unit_of_work() as session:
        assert await ItemRepository(session).ids(None, 10) == ["1", "3"]
    kept = await ended(shop, await send(shop, FEED.replace("3,", "4,"), full="true", retire_up_to="0.9"))
    assert outcomes(await rows(shop, kept, outcome="retired")) == [(0, "3", "retired")]


async def test_a_dry_run_tells_all_and_writes_nothing(shop: Whole) -> None:
    before = await shop.stored()
    job = await ended(shop, await send(shop, FEED, dry_run="true", full="true", retire_up_to="1"))
    assert [job["result"][n] for n in ("created", "failed", "retired")] == [2, 1, 5]
    after = await shop.stored()
    assert {n for n in after if after[n] != before[n]} == {"jobs", "job_rows"}


async def test_a_retried_request_is_one_import(shop: Whole) -> None:
    first, second = await send(shop, FEED, key="k1"), await send(shop, FEED, key="k1")
    assert first.json()["id"] == second.json()["id"]
    assert (await send(shop, FEED + "9,x,,,\n", key="k1")).status_code == 422
    await ended(shop, first)
    assert not list((shop.container.settings.imports_dir).glob("*"))


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"format": "xlsx"}, "format"), ({"mapping": "{colr: x}"}, "mapping"), ({"mapping": "{a: ["}, "mapping"),
     ({"retire_up_to": "2"}, "retire_up_to"), ({"colour": "red"}, "colour"), ({"dry_run": "maybe"}, "dry_run")],
)  # fmt: skip
async def test_bad_options_are_named_and_leave_nothing(whole: Whole, fields: dict[str, str], field: str) -> None:
    answer = await send(whole, FEED, **fields)
    assert answer.status_code == 422
    assert [error["field"].split(".")[0] for error in answer.json()["errors"]] == [field]
    assert not list((whole.container.settings.imports_dir).glob("*"))


async def test_bodies_that_are_no_import(shop: Whole) -> None:
    async def refused(**request: Any) -> tuple[int, list[str]]:
        answer = await shop.client.post("/v1/admin/imports", **request)
        return answer.status_code, [error["field"] for error in answer.json().get("errors", [])]

    admin = shop.key("admin")
    assert await refused(files={"feed": ("f", b"x")}) == (401, [])
    assert await refused(files={"feed": ("f", b"x")}, headers=shop.key("shop")) == (403, [])
    assert await refused(headers=admin) == (422, ["body"])
    assert await refused(files={"feed": ("f", b"")}, headers=admin) == (422, ["feed"])
    assert await refused(files={"pictures": ("f", b"x")}, headers=admin) == (422, ["feed"])
    assert await refused(files={"feed": (None, "text")}, headers=admin) == (422, ["feed"])
    assert await refused(json={"url": "ftp://x/y"}, headers=admin) == (422, ["url"])
    assert await refused(json={"url": "http://x/y", "ful": True}, headers=admin) == (422, ["ful"])
    for share in (True, "0.5"):
        sent = {"url": "http://x/y", "retire_up_to": share}
        assert await refused(json=sent, headers=admin) == (422, ["retire_up_to"])
    cut = {"content": b'--b\r\nContent-Disposition: form-data; name="feed"; filename="f"\r\n\r\nabc'}
    assert await refused(**cut, headers=admin | {"content-type": "multipart/form-data; boundary=b"}) == (422, ["body"])
    assert await refused(files={"feed": ("f", b"x" * 60_000)}, headers=admin) == (413, [])
    assert await refused(files={"feed": ("f", b"x" * 20_000), "format": (None, "no")}, headers=admin) == (
        422,
        ["format"],
    )
    assert not list((shop.container.settings.imports_dir).glob("*"))


async def test_a_feed_that_cannot_be_had_or_read_fails_its_job_with_the_reason(shop: Whole) -> None:
    answer = await shop.client.post(
        "/v1/admin/imports", json={"url": "http://127.0.0.1:9/feed.xml"}, headers=shop.key("admin")
    )
    assert answer.json()["params"]["url"] == "http://127.0.0.1:9/feed.xml"
    for sent, reason in (
        (answer, "127.0.0.1:9/feed.xml"),
        (await send(shop, "<rss><channel>", name="f.xml"), "f.xml is not well-formed XML"),
        (await send(shop, FEED, mapping='{"title": "no such column"}'), "no such column"),
        (await send(shop, gzip.compress(FEED.encode() * 9)[:-9]), "cut short"),
    ):
        job = await ended(shop, sent)
        assert job["state"] == "failed"
        assert reason in job["errors"][-1]["reason"]
    assert not list((shop.container.settings.imports_dir).glob("*/*"))
    assert (await shop.client.get("/v1/admin/jobs/nope/rows", headers=shop.key("admin"))).status_code == 404
