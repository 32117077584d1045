"""Catalogue and admin routes over HTTP, with a real database, a real index and a stand-in model."""

import io
from collections.abc import AsyncIterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from PIL import Image

from app.admission.admission import Admission
from app.auth.keys import KeyRepository
from app.catalog.endpoints import router as catalog
from app.catalog.live.catalog import LiveCatalog
from app.catalog.records import ItemRecord, PictureRecord, VariantRecord
from app.catalog.reindexing.job import reindex_handler
from app.catalog.repository import ItemRepository
from app.db.session import Database
from app.indexes.endpoints import router as indexes
from app.jobs.endpoints import router as jobs
from app.jobs.runner import JobRunner
from app.jobs.settings import JobSettings
from app.jobs.states import JobState
from app.media.storage import LocalBlobs
from app.middleware import install_error_handlers
from app.settings import Settings
from models.encoders.fake import FakeEncoder
from models.engine.engine import Engine
from models.fusion import fusions
from models.index import SnapshotStore
from models.preprocess.image import GarmentPreprocessor
from tests.app.jobs.conftest import WaitFor
from tests.app.plain_pictures import plain

ODD_ID = "a/b c?é"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def fill(database: Database, blobs: LocalBlobs) -> dict[str, str]:
    """Two items and a key of each scope; returns the keys."""
    records = []
    for id_, colour in ((ODD_ID, "red"), ("2", "blue")):
        blobs.put(f"items/{colour}", plain(colour, (60, 80)))
        shown = (PictureRecord(f"items/{colour}", colour, 60, 80),)
        facts: dict[str, Any] = {"title": f"{colour} dress", "title_zh": "裙", "kind": "dress", "slot": "one_piece"}
        variants = (VariantRecord("M", 1),)
        records.append(ItemRecord(id=id_, content_hash="", colour=colour, pictures=shown, variants=variants, **facts))
    records.append(ItemRecord(id="3", content_hash="", title="blind"))
    async with database.unit_of_work() as session:
        await ItemRepository(session).upsert(records)
        return {scope: (await KeyRepository(session).create(scope))[1] for scope in ("shop", "admin")}


@pytest.fixture
async def client(database: Database, tmp_path: Path) -> AsyncIterator[AsyncClient]:
    """Speaks with an admin key."""
    settings, blobs = Settings(data_dir=tmp_path), LocalBlobs(tmp_path / "blobs")
    engine = Engine(FakeEncoder(), GarmentPreprocessor(), fusions())
    snapshots = SnapshotStore(settings.index_dir)
    live = LiveCatalog(database, snapshots, engine.spec)
    handler = reindex_handler(database, blobs, engine, snapshots, settings, live=live)
    runner = JobRunner(database, {"reindex": handler}, JobSettings(poll_s=60))
    app = FastAPI()
    install_error_handlers(app)
    app.include_router(catalog)
    app.include_router(jobs)
    app.include_router(indexes)
    admission = Admission.of(settings, database)
    now = SimpleNamespace(engine=engine, live=live)
    models = SimpleNamespace(now=now, spec=engine.spec, refresh=live.refresh, ready_for=lambda _: nullcontext(True))
    app.state.container = SimpleNamespace(
        models=models,
        **{"settings": settings, "admission": admission, "database": database, "blobs": blobs, "engine": engine},
        **{"snapshots": snapshots, "live": live, "jobs": runner},
    )
    keys = await fill(database, blobs)
    headers = {"Authorization": f"Bearer {keys['admin']}", "X-Shop-Key": keys["shop"]}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://shop", headers=headers) as http:
        await runner.start()
        yield http
        await runner.stop()
    await live.close()
    await engine.close()


async def test_items_are_listed_filtered_and_named_in_the_shoppers_language(client: AsyncClient) -> None:
    whole = (await client.get("/v1/items", params={"limit": 2})).json()
    assert (len(whole["items"]), whole["total"]) == (2, 3)
    rest = (await client.get("/v1/items", params={"limit": 2, "cursor": whole["next"]})).json()
    assert (len(rest["items"]), rest["next"]) == (1, None)
    red = await client.get("/v1/items", params={"filters": '{"colour": ["red"]}'}, headers={"Accept-Language": "zh-CN"})
    assert [(i["id"], i["title"]) for i in red.json()["items"]] == [(ODD_ID, "裙")]


@pytest.mark.parametrize(
    "params",
    [{"filters": "{"}, {"filters": '{"colr": []}'}, {"filters": '{"kind": ["drss"]}'}, {"filters": "[]"},
     {"limit": 0}, {"limit": 101}, {"cursor": "x"}, {"locale": "fr"}],
)  # fmt: skip
async def test_what_cannot_be_asked_is_a_problem(client: AsyncClient, params: dict[str, str]) -> None:
    answer = await client.get("/v1/items", params=params)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith("/invalid-request")
    assert next(iter(params)) in answer.text


async def test_an_items_picture_is_small_cacheable_and_named_by_its_content(client: AsyncClient) -> None:
    (item,) = (await client.get("/v1/items", params={"filters": '{"colour": ["red"]}'})).json()["items"]
    answer = await client.get(item["image_url"], params={"width": 30})
    assert answer.headers["content-type"] == "image/webp"
    assert Image.open(io.BytesIO(answer.content)).size == (30, 40)
    etag = answer.headers["etag"]
    again = await client.get(item["image_url"], params={"width": 30}, headers={"If-None-Match": f'"x", W/{etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    large = await client.get(item["image_url"], params={"width": 2048})
    assert Image.open(io.BytesIO(large.content)).size == (60, 80)
    assert large.headers["etag"] != etag
    for url, problem in (("/v1/items/3/image", "picture-not-found"), ("/v1/items/nope/image", "item-not-found")):
        missing = await client.get(url)
        assert (missing.status_code, missing.json()["type"].rpartition("/")[2]) == (404, problem)
    assert (await client.get(item["image_url"], params={"width": 15})).status_code == 422


async def test_reindex_over_http_then_roll_back(client: AsyncClient, wait_for: WaitFor) -> None:
    started = await client.post("/v1/admin/reindex")
    assert started.status_code == 202
    await wait_for(started.json()["id"], JobState.succeeded)
    job = (await client.get(started.headers["location"])).json()
    assert job["result"]["items"] == 2
    assert (job["stage"], job["done"], job["total"], job["errors"]) == ("switch", 2, 2, [])
    second = await client.post("/v1/admin/reindex", json={"force": True})
    await wait_for(second.json()["id"], JobState.succeeded)
    newest, oldest = (await client.get("/v1/admin/indexes")).json()["items"]
    assert (newest["live"], oldest["live"], newest["count"]) == (True, False, 2)
    assert (newest["previous"], oldest["previous"], newest["kind"]) == (False, True, "flat")
    assert newest["checks"]["canary:dress"] == 1
    assert newest["size_bytes"] > 0
    back = await client.post(f"/v1/admin/indexes/{oldest['version']}/activate")
    assert (back.status_code, back.json()["live"]) == (200, True)
    assert [i["live"] for i in (await client.get("/v1/admin/indexes")).json()["items"]] == [False, True]
    assert len((await client.get("/v1/admin/jobs")).json()["items"]) == 2


async def test_a_job_is_watched_listed_by_state_and_run_again(client: AsyncClient, wait_for: WaitFor) -> None:
    job_id = (await client.post("/v1/admin/reindex")).json()["id"]
    stream = await client.get(f"/v1/admin/jobs/{job_id}/events")
    assert stream.headers["content-type"].startswith("text/event-stream")
    events = [block for block in stream.text.replace("\r", "").split("\n\n") if "event:" in block]
    assert "event: finished" in events[-1]
    last_id = events[-1].partition("id: ")[2].splitlines()[0]
    again = await client.get(f"/v1/admin/jobs/{job_id}/events", headers={"Last-Event-ID": last_id})
    assert (again.status_code, again.text) == (204, "")
    bad = await client.get(f"/v1/admin/jobs/{job_id}/events", headers={"Last-Event-ID": "x"})
    assert (bad.status_code, "Last-Event-ID" in bad.text) == (422, True)
    for params, count in (({"state": "succeeded"}, 1), ({"state": "failed"}, 0), ({"kind": "import"}, 0)):
        assert len((await client.get("/v1/admin/jobs", params=params)).json()["items"]) == count
    assert (await client.get("/v1/admin/jobs", params={"state": "done"})).status_code == 422
    refused = await client.post(f"/v1/admin/jobs/{job_id}/retry")
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "job-not-retryable")
    assert (await client.get("/v1/admin/jobs/nope/events")).status_code == 404


async def test_a_retried_reindex_is_the_same_job(client: AsyncClient, wait_for: WaitFor) -> None:
    key = {"Idempotency-Key": "one"}
    first = await client.post("/v1/admin/reindex", headers=key)
    await wait_for(first.json()["id"], JobState.succeeded)
    again = await client.post("/v1/admin/reindex", headers=key)
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert again.headers["location"] == first.headers["location"]
    other = await client.post("/v1/admin/reindex", json={"force": True}, headers=key)
    assert (other.status_code, other.json()["type"].rpartition("/")[2]) == (422, "idempotency-mismatch")


async def test_admin_routes_say_what_is_wrong(client: AsyncClient) -> None:
    assert (await client.post("/v1/admin/reindex", json={"model": ""})).status_code == 422
    assert (await client.post("/v1/admin/reindex", json={"modle": "x"})).status_code == 422
    assert (await client.post("/v1/admin/reindex", json={"force": 1})).status_code == 422
    assert (await client.get("/v1/admin/jobs/nope")).json()["type"].endswith("/job-not-found")
    assert (await client.post("/v1/admin/jobs/nope/cancel")).status_code == 404
    missing = await client.post("/v1/admin/indexes/..%2f../activate")
    assert missing.status_code == 404
    unknown = await client.post("/v1/admin/indexes/20260101T000000Z-000000/activate")
    assert (unknown.status_code, unknown.json()["type"].rpartition("/")[2]) == (404, "index-version-not-found")
    shop_key = {"Authorization": f"Bearer {client.headers['X-Shop-Key']}"}
    assert (await client.get("/v1/admin/jobs", headers=shop_key)).status_code == 403
    assert (await client.get("/v1/items", headers=shop_key)).status_code == 200
    assert (await client.get("/v1/admin/jobs", headers={"Authorization": "Bearer nope"})).status_code == 401
