"""/readyz tells the truth: which part is not ready, and what needs attention though shoppers are answered."""

import dataclasses
import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from asgi_lifespan import LifespanManager
from httpx import ASGITransport, AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.reindexing.reindex import reindex
from app.db.session import Database
from app.jobs.states import JobState
from app.main import create_app
from app.observability import monitor as monitoring
from app.observability.readiness import PARTS, ROOM_BYTES, WEAKNESSES, Look, weaknesses
from app.observability.repository import KindOfJob
from app.settings import Settings
from models.contracts import Matrix
from models.encoders.fake import FakeEncoder
from tests.app.conftest import Whole, serving

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Whole]:
    """A service of this test's own, to be broken."""
    async with serving(tmp_path) as running:
        yield running


async def test_all_is_well(shop: Whole) -> None:
    answer = await shop.client.get("/readyz")
    told = answer.json()
    assert (answer.status_code, told["ready"], told["not_ready"], told["degraded"]) == (200, True, [], [])
    assert (told["model"], told["device"], told["items"], told["database"]) == ("fake", "cpu", 5, "ok")
    assert (told["problems"], told["warnings"], told["skipped"]) == ([], [], [])
    assert answer.headers["cache-control"] == "no-store"


async def test_a_model_that_fails_is_named(shop: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: FakeEncoder, texts: Sequence[str]) -> Matrix:
        raise RuntimeError("CUDA error: device-side assert with a secret in it")

    monkeypatch.setattr(FakeEncoder, "encode_texts", broken)
    monkeypatch.setattr(monitoring, "FRESH_S", 0.0)
    answer = await shop.client.get("/readyz")
    assert (answer.status_code, answer.json()["not_ready"]) == (503, ["model"])
    assert "RuntimeError" in answer.json()["problems"][0] and "secret" not in answer.text
    registry = shop.container.instruments.registry
    assert registry.get_sample_value("tryon_ready") == 0
    assert registry.get_sample_value("tryon_part_ready", {"part": "model"}) == 0
    assert (registry.get_sample_value("tryon_engine_failures_total") or 0) >= 1
    monkeypatch.undo()
    assert (await shop.client.get("/readyz")).status_code == 200


async def test_a_model_that_has_just_worked_is_not_asked_again(shop: Whole) -> None:
    await shop.post(description="dress")
    at = shop.container.instruments.worked_at
    await shop.client.get("/readyz")
    assert shop.container.instruments.worked_at == at


async def test_an_engine_that_is_shut_down_is_not_ready(shop: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitoring, "FRESH_S", 0.0)
    await shop.container.engine.close()
    answer = await shop.client.get("/readyz")
    assert (answer.status_code, answer.json()["not_ready"]) == (503, ["model"])
    assert (await shop.client.get("/healthz")).json() == {"status": "ok"}


async def test_a_database_that_is_away_is_named_and_the_index_still_shown(
    shop: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    monkeypatch.setattr(shop.container.database, "_sessions", away._sessions)
    answer = await shop.client.get("/readyz")
    told = answer.json()
    assert (answer.status_code, told["not_ready"], told["database"], told["items"]) == (
        503,
        ["database"],
        "unreachable",
        5,
    )
    assert (await shop.client.get("/metrics")).status_code == 200
    assert shop.container.instruments.registry.get_sample_value("tryon_part_ready", {"part": "database"}) == 0
    await away.close()


@asynccontextmanager
async def started(folder: Path) -> AsyncIterator[AsyncClient]:
    """A process over `folder` as it lies there, nothing imported or indexed for it."""
    app = create_app(Settings(data_dir=folder), encoder=FakeEncoder())
    async with (
        LifespanManager(app, startup_timeout=60, shutdown_timeout=60),
        AsyncClient(transport=ASGITransport(app), base_url="http://shop") as client,
    ):
        yield client


async def test_a_shop_without_an_index_says_what_to_do(tmp_path: Path) -> None:
    async with started(tmp_path) as client:
        answer = await client.get("/readyz")
    told = answer.json()
    assert (answer.status_code, told["not_ready"], told["degraded"]) == (503, ["index"], [])
    assert "tryon reindex" in told["problems"][0]
    assert (told["index_version"], told["items"]) == (None, 0)


async def again(shop: Whole) -> str:
    """Another version, made live; returns its name."""
    container = shop.container

    async def silent(done: int, total: int) -> None: ...

    parts = (container.database, container.blobs, container.engine, container.snapshots, container.settings)
    await reindex(*parts, progress=silent, force=True)
    return (await container.live.refresh()).version


async def test_a_live_version_that_is_damaged_is_stood_in_for_and_said(tmp_path: Path) -> None:
    async with serving(tmp_path) as shop:
        first = (await shop.client.get("/readyz")).json()["index_version"]
        live, index_dir = await again(shop), shop.container.settings.index_dir
    rows = index_dir / live / "image.npy"
    rows.write_bytes(rows.read_bytes()[:-1] + b"!")
    async with started(tmp_path) as client:
        answer = await client.get("/readyz")
    told = answer.json()
    assert (answer.status_code, told["index_version"], told["degraded"]) == (200, first, ["index_stands_in"])
    assert [skipped["version"] for skipped in told["skipped"]] == [live]
    assert "tryon reindex --force" in told["warnings"][0]


async def test_a_damaged_version_is_skipped_and_said(shop: Whole) -> None:
    first = (await shop.client.get("/readyz")).json()["index_version"]
    await again(shop)
    (shop.container.settings.index_dir / first / "manifest.json").write_text("{", "utf-8")
    told = (await shop.client.get("/readyz")).json()
    assert (told["ready"], told["degraded"]) == (True, ["index_damaged"])
    assert [skipped["version"] for skipped in told["skipped"]] == [first]
    assert first in told["warnings"][0]


def seen(**parts: object) -> Look:
    spec = FakeEncoder().spec
    look = Look(
        at=NOW,
        faults={},
        spec=spec,
        device="cpu",
        view=None,
        revision=1,
        pointer=None,
        damaged={},
        disk_free=10**12,
        disk_bytes=2 * 10**12,
    )
    return dataclasses.replace(look, **parts)  # type: ignore[arg-type]  # each test names what it changes


def test_a_disk_without_room_is_told_with_what_is_needed() -> None:
    assert "disk" not in weaknesses(seen(disk_free=ROOM_BYTES))
    assert "1,000 MB" in weaknesses(seen(disk_free=ROOM_BYTES - 1))["disk"]


@pytest.mark.parametrize(
    ("waited_min", "running", "told"), [(5, 0, False), (11, 0, True), (11, 1, False)], ids=["soon", "nobody", "in turn"]
)
def test_jobs_that_nobody_takes_are_told(waited_min: int, running: int, told: bool) -> None:
    since = NOW - dt.timedelta(minutes=waited_min)
    jobs = KindOfJob(count={JobState.queued: 1, JobState.running: running}, oldest_queued=since)
    assert ("jobs" in weaknesses(seen(jobs={"import": jobs}))) is told


@given(st.sets(st.sampled_from(PARTS)))
def test_ready_is_the_absence_of_faults(parts: set[str]) -> None:
    look = seen(faults=dict.fromkeys(parts, "broken"))
    assert look.ready is not bool(parts)
    assert set(look.not_ready) == parts
    assert set(weaknesses(look)) <= set(WEAKNESSES)
