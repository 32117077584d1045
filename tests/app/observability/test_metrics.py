"""What /metrics says after things happened: by route template, bounded, for one application alone."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.catalog.repository import ItemRepository
from app.db.session import Database
from app.jobs.context import JobContext
from app.jobs.repository import JobRepository
from app.jobs.runner import JobRunner
from app.jobs.settings import JobSettings
from app.jobs.states import JobState
from app.observability import monitor as monitoring
from app.observability.repository import KindOfJob, MonitoringRepository
from app.observability.settings import MetricsSettings
from tests.app.catalog.editing.test_edit_items import data_url
from tests.app.conftest import Whole, serving


@pytest.fixture(scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    async with serving(tmp_path_factory.mktemp("counted")) as running:
        yield running


async def value(shop: Whole, name: str, **labels: str) -> float | None:
    """Of one sample, after a look."""
    await shop.app.state.monitor.look()
    return shop.container.instruments.registry.get_sample_value(name, labels)


async def test_requests_are_counted_by_template_and_never_by_path(shop: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        await shop.client.get(f"/v1/recommendations/rec_{number}", headers=shop.key("shop"))
        await shop.client.get(f"/no/such/place/{number}")
    route = "/v1/recommendations/{recommendation_id}"
    assert await value(shop, "http_requests_total", method="GET", route=route, status="404") == 5
    assert await value(shop, "http_request_duration_seconds_count", method="GET", route=route, status="404") == 5
    assert await value(shop, "http_requests_total", method="GET", route="unmatched", status="404") == 5
    await shop.client.request("BREW", "/v1/items")
    monkeypatch.setattr(monitoring, "REUSE_S", 0.0)
    text = (await shop.client.get("/metrics")).text
    assert "BREW" not in text and "rec_1" not in text and "such/place" not in text
    assert 'method="other"' in text


@pytest.mark.parametrize(
    ("method", "path", "route", "status"),
    [
        ("POST", "/v1/recommendations", "/v1/recommendations", 401),
        ("GET", "/v1/items/dress%2Fred/similar", "/v1/items/{item_id:path}/similar", 401),
        ("PATCH", "/v1/admin/items/dress%2Fred", "/v1/admin/items/{item_id:path}", 401),
        ("GET", "/v1/items?cursor=%00", "/v1/items", 422),
        ("PUT", "/v1/tags", "/v1/tags", 401),
        ("GET", "/v1/nowhere", "unmatched", 401),
    ],
)
async def test_what_is_refused_before_its_route_counts_as_that_routes(
    shop: Whole, method: str, path: str, route: str, status: int
) -> None:
    labels = {"method": method, "route": route, "status": str(status)}
    before = await value(shop, "http_requests_total", **labels) or 0
    assert (await shop.client.request(method, path)).status_code == status
    assert await value(shop, "http_requests_total", **labels) == before + 1


async def test_stages_batches_and_cache_are_counted(shop: Whole) -> None:
    before = {name: await value(shop, name) or 0 for name in ("tryon_cache_hits_total", "tryon_cache_misses_total")}
    for _ in range(2):
        assert (await shop.post(description="a green dress for spring")).status_code == 201
    assert await value(shop, "tryon_cache_misses_total") == before["tryon_cache_misses_total"] + 1
    assert await value(shop, "tryon_cache_hits_total") == before["tryon_cache_hits_total"] + 1
    for stage in ("decode", "preprocess", "encode", "search", "rank", "persist"):
        assert (await value(shop, "tryon_recommendation_stage_seconds_count", stage=stage) or 0) >= 2
    assert (await value(shop, "tryon_engine_batch_size_count", priority="shopper") or 0) >= 1
    assert (await value(shop, "tryon_engine_batch_size_sum", priority="bulk") or 0) >= 10
    assert await value(shop, "tryon_engine_queue_depth", priority="shopper") == 0
    assert (await value(shop, "tryon_cache_bytes") or 0) > 0


async def test_requests_in_flight_are_those_that_are_not_answered(shop: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await value(shop, "http_requests_in_flight") == 0
    entered, go = asyncio.Event(), asyncio.Event()

    async def slow(self: ItemRepository, item_id: str) -> None:
        entered.set()
        await go.wait()

    monkeypatch.setattr(ItemRepository, "get", slow)
    asked = asyncio.create_task(shop.client.get("/v1/items/nothing", headers=shop.key("shop")))
    await entered.wait()
    assert await value(shop, "http_requests_in_flight") == 1
    go.set()
    await asked
    assert await value(shop, "http_requests_in_flight") == 0


async def test_a_live_change_is_a_row_behind_the_index_and_no_lag(shop: Whole) -> None:
    rows, late = await value(shop, "tryon_index_rows"), await value(shop, "tryon_index_delta_rows")
    revision = await value(shop, "tryon_catalogue_revision")
    assert (rows, late) == (5, 0)
    item = {"title": "new dress", "kind": "dress", "pictures": [data_url("red")]}
    made = await shop.client.put("/v1/admin/items/new", json=item, headers=shop.key("admin"))
    assert made.status_code == 201, made.text
    look = await shop.app.state.monitor.look()
    assert look.lag == 0
    assert await value(shop, "tryon_catalogue_revision") == (revision or 0) + 1
    assert await value(shop, "tryon_index_lag_revisions") == 0
    assert (await value(shop, "tryon_index_rows"), await value(shop, "tryon_index_delta_rows")) == (5, 1)


async def test_two_applications_in_one_process_count_apart(shop: Whole, tmp_path: Path) -> None:
    labels = {"method": "GET", "route": "/healthz", "status": "200"}
    before = await value(shop, "http_requests_total", **labels) or 0
    async with serving(tmp_path) as other:
        await other.client.get("/healthz")
        assert await value(other, "http_requests_total", **labels) == 1
    assert (await value(shop, "http_requests_total", **labels) or 0) == before


async def test_scrapes_ask_the_database_once_in_a_while(shop: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    for often in ("KEEP_S", "REUSE_S"):
        monkeypatch.setattr(monitoring, often, 60.0)
    monitor = shop.app.state.monitor
    await monitor.look()
    first = monitor.last
    texts = {(await shop.client.get("/metrics")).content for _ in range(3)}
    assert len(texts) == 1
    assert monitor.last is first
    assert await monitor.look() is not first


async def test_a_token_guards_them_where_one_is_set(tmp_path: Path) -> None:
    token = "scrape-0123456789abcdef"
    async with serving(tmp_path, metrics=MetricsSettings.model_validate({"token": token})) as shop:
        refused = await shop.client.get("/metrics")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert (await shop.client.get("/metrics", headers=shop.key("admin"))).status_code == 401
        given = await shop.client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
        assert given.status_code == 200


@pytest.mark.parametrize("token", ["short", "has a space in it, see", "ключключключключключ"])
def test_a_token_that_is_none_is_refused(token: str) -> None:
    with pytest.raises(ValidationError, match="at least 16"):
        MetricsSettings.model_validate({"token": token})


async def test_jobs_are_told_by_kind_and_state(database: Database) -> None:
    async def works(context: JobContext, params: object) -> dict[str, object]:
        return {}

    async def fails(context: JobContext, params: object) -> dict[str, object]:
        raise ValueError("broken")

    runner = JobRunner(database, {"good": works, "bad": fails}, settings=JobSettings(poll_s=0.05))
    submitted = [await runner.submit(kind, {}) for kind in ("good", "bad", "good")]

    async def jobs() -> dict[str, KindOfJob]:
        async with database.unit_of_work() as session:
            return await MonitoringRepository(session).jobs(("good", "never"))

    before = await jobs()
    assert before["good"].count[JobState.queued] == 2 and before["good"].oldest_queued is not None
    assert before["never"].count[JobState.queued] == 0 and before["never"].succeeded is None
    await runner.start()
    async with asyncio.timeout(60):
        for job in submitted:
            with runner.watchers.watch(job.id) as told:
                while not await _ended(database, job.id):
                    await told.wait()
                    told.clear()
    await runner.stop()
    after = await jobs()
    good, bad = after["good"], after["bad"]
    assert good.succeeded is not None and good.failed is None and good.oldest_queued is None
    assert bad.failed is not None and bad.succeeded is None and bad.count[JobState.failed] == 1


async def _ended(database: Database, job_id: str) -> bool:
    async with database.unit_of_work() as session:
        job = await JobRepository(session).get(job_id)
    return job is not None and JobState(job.state).final
