"""Spans of requests, stages, statements and jobs; and nothing of a shopper in any of them."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx
import pytest
from asgi_lifespan import LifespanManager
from opentelemetry.trace import StatusCode
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.auth.settings import AuthSettings
from app.db.session import Database
from app.errors import ConfigurationFault
from app.main import create_app
from app.observability.settings import TraceSettings
from app.observability.tracing import Traces
from app.settings import Settings
from models.encoders.fake import FakeEncoder
from tests.app.conftest import _fill

sdk = pytest.importorskip("opentelemetry.sdk.trace", reason="OpenTelemetry's SDK is missing: pip install 'tryon[otel]'")
from opentelemetry.sdk.trace import ReadableSpan  # noqa: E402 - only where it is installed
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter  # noqa: E402

WISH = "a crimson gown of velveteen"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Shop:
    def __init__(
        self, client: httpx.AsyncClient, exporter: InMemorySpanExporter, traces: Traces, database: Database
    ) -> None:
        self.client = client
        self.exporter = exporter
        self.traces = traces
        self.database = database

    def spans(self) -> Sequence[ReadableSpan]:
        assert self.traces.provider is not None and self.traces.provider.force_flush()
        return self.exporter.get_finished_spans()

    def of(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.spans() if span.name == name]


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    exporter = InMemorySpanExporter()
    traces = Traces.through(exporter, TraceSettings(endpoint="http://collector.invalid/v1/traces"))
    settings = Settings(data_dir=tmp_path, auth=AuthSettings(anonymous_shop=True))
    app = create_app(settings, encoder=FakeEncoder(), traces=traces)
    async with LifespanManager(app, startup_timeout=60, shutdown_timeout=60):
        keys = await _fill(app.state.container)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {keys['admin']}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://shop", headers=headers) as client:
            shop = Shop(client, exporter, traces, app.state.container.database)
            shop.spans()  # of the filling
            exporter.clear()
            yield shop


async def test_a_recommendation_is_one_trace_of_stages_and_statements(shop: Shop) -> None:
    answer = await shop.client.post(
        "/v1/recommendations", files={"description": (None, WISH)}, headers={"traceparent": PARENT}
    )
    assert answer.status_code == 201
    (request,) = shop.of("POST /v1/recommendations")
    assert request.attributes is not None and request.attributes["http.route"] == "/v1/recommendations"
    assert request.attributes["http.response.status_code"] == 201
    assert request.parent is not None and f"{request.parent.span_id:016x}" == PARENT.split("-")[2]
    trace = {span.name for span in shop.spans() if span.context and span.context.trace_id == request.context.trace_id}
    assert {f"recommendation {stage}" for stage in ("decode", "encode", "search", "rank", "persist")} <= trace
    assert {"db SELECT", "db INSERT"} <= trace
    (persist, *_) = shop.of("recommendation persist")
    inserted = [span for span in shop.of("db INSERT") if "INTO recommendations" in str(span.attributes)]
    stored = {span.context.span_id for span in shop.of("recommendation persist") if span.context}
    assert inserted and all(
        span.parent and span.parent.span_id in stored | {request.context.span_id} for span in inserted
    )
    assert persist.end_time and persist.start_time and persist.end_time >= persist.start_time


async def test_nothing_of_a_shopper_is_in_a_span(shop: Shop) -> None:
    made = (await shop.client.post("/v1/shoppers")).json()
    token = {"X-Shopper-Token": made["shopper_token"]}
    asked = await shop.client.post("/v1/recommendations", files={"description": (None, WISH)}, headers=token)
    answer = asked.json()["id"]
    await shop.client.get(f"/v1/recommendations/{answer}")
    await shop.client.get("/v1/items", params={"cursor": "velveteen"})
    await shop.client.delete(f"/v1/shoppers/{made['id']}", headers=token)
    told = " ".join(
        f"{span.name} {dict(span.attributes or {})} {span.events} {span.status.description}" for span in shop.spans()
    )
    assert "GET /v1/recommendations/{recommendation_id}" in told
    for secret in ("crimson", "velveteen", answer, made["id"], made["shopper_token"]):
        assert secret not in told


async def test_a_statement_that_fails_is_marked_and_ends(shop: Shop) -> None:
    with pytest.raises(OperationalError):
        async with shop.database.unit_of_work() as session:
            await session.execute(text("SELECT velveteen FROM nowhere"))
    failed = [span for span in shop.of("db SELECT") if span.status.status_code is StatusCode.ERROR]
    assert [(span.attributes or {}).get("error.type") for span in failed] == ["OperationalError"]
    assert failed[0].status.description is None and not failed[0].events, "the words of an error may be a shopper's"


async def test_a_job_is_a_trace_of_its_own(shop: Shop) -> None:
    started = await shop.client.post("/v1/admin/reindex", json={})
    assert started.status_code == 202
    async with shop.client.stream("GET", f"/v1/admin/jobs/{started.json()['id']}/events") as events:
        async for line in events.aiter_lines():
            if '"succeeded"' in line:
                break
    (job,) = shop.of("job reindex")
    assert job.attributes is not None and job.attributes["tryon.job.kind"] == "reindex"


async def test_probes_and_scrapes_are_not_traced(shop: Shop) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert (await shop.client.get(path)).status_code == 200
    assert [span.name for span in shop.spans() if span.name.startswith("GET")] == []


def test_without_an_endpoint_there_are_none() -> None:
    traces = Traces.of(TraceSettings())
    assert traces.provider is None
    assert traces.telemetry() == {"tracing": False, "metrics": False, "logs": False}


def test_an_sdk_that_is_missing_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(ConfigurationFault, match=r"tryon\[otel\]"):
        Traces.of(TraceSettings(endpoint="http://collector:4318/v1/traces"))
