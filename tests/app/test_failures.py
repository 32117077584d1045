"""What shoppers hear when parts fail, stall or are replaced under load; and that nothing half-done stays behind."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import text

from app.db import session as db_session
from app.db.session import Database
from app.errors import DatabaseUnreachable
from models.contracts import RGB, Matrix
from models.encoders.fake import FakeEncoder
from tests.app.conftest import Whole, serving
from tests.app.recommendations.toys import photo

ROUTE = "/v1/recommendations"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Whole]:
    """A service of this test's own, to be broken."""
    async with serving(tmp_path) as running:
        yield running


def instead(shop: Whole, monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Do `act` on the model's thread before each batch of texts."""
    plain = FakeEncoder.encode_texts

    def encode(self: FakeEncoder, texts: Sequence[str]) -> Matrix:
        act()
        return plain(self, texts)

    monkeypatch.setattr(FakeEncoder, "encode_texts", encode)


async def test_a_model_that_fails_fails_its_requests_alone(shop: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    before = await shop.stored()
    plain = FakeEncoder.encode_images
    broken = True

    def encode(self: FakeEncoder, pictures: Sequence[RGB]) -> Matrix:
        if broken:
            raise RuntimeError("CUDA out of memory")
        return plain(self, pictures)

    monkeypatch.setattr(FakeEncoder, "encode_images", encode)
    counts = shop.container.instruments.registry
    labels = {"method": "POST", "route": ROUTE, "status": "500"}
    counted = counts.get_sample_value("http_requests_total", labels) or 0
    pictures = [photo((40 * n, 9, 9)) for n in range(4)]
    answers = await asyncio.gather(
        *(shop.post([p], headers={"Idempotency-Key": f"k{n}"}) for n, p in enumerate(pictures))
    )
    assert {a.status_code for a in answers} == {500}
    assert {a.headers["content-type"] for a in answers} == {"application/problem+json"}
    assert "CUDA" not in answers[0].text
    assert await shop.stored() == before
    assert counts.get_sample_value("http_requests_total", labels) == counted + 4
    broken = False
    assert (await shop.post([pictures[0]], headers={"Idempotency-Key": "k0"})).status_code == 201


async def test_a_locked_database_is_waited_for(shop: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_waits = asyncio.Event()
    loop = asyncio.get_running_loop()
    instead(shop, monkeypatch, lambda: loop.call_soon_threadsafe(answer_waits.set))
    with closing(sqlite3.connect(shop.container.settings.data_dir / "tryon.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        asked = asyncio.create_task(shop.post(description="dress"))
        await answer_waits.wait()
        assert (await shop.client.get("/v1/items", headers=shop.key("shop"))).status_code == 200
        assert not asked.done()
        other.execute("ROLLBACK")
        assert (await asked).status_code == 201


async def test_a_database_locked_for_good_is_a_503(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db_session, "BUSY_MS", 20)
    async with serving(tmp_path) as shop:
        before = await shop.stored()
        with closing(sqlite3.connect(tmp_path / "tryon.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            answer = await shop.post(description="dress", headers={"Idempotency-Key": "k"})
            other.execute("ROLLBACK")
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (503, "not-ready")
        assert answer.headers["retry-after"]
        assert await shop.stored() == before
        assert (await shop.post(description="dress", headers={"Idempotency-Key": "k"})).status_code == 201


async def test_a_database_that_is_away_is_named_at_the_seam() -> None:
    database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(DatabaseUnreachable):
        async with database.unit_of_work() as session:
            await session.execute(text("SELECT 1"))
    await database.close()


async def test_a_database_that_goes_away_is_a_503(shop: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    away = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    monkeypatch.setattr(shop.container.database, "_sessions", away._sessions)
    answer = await shop.post(description="dress")
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (503, "not-ready")
    ready = await shop.client.get("/readyz")
    assert (ready.status_code, ready.json()["database"]) == (503, "unreachable")
    monkeypatch.undo()
    assert (await shop.client.get("/readyz")).status_code == 200


async def test_what_shoppers_asked_for_is_not_in_an_error(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(Exception, match="no such table") as raised:
        async with database.unit_of_work() as session:
            await session.execute(text("INSERT INTO nowhere VALUES (:wish)"), {"wish": "a secret wish"})
    assert "secret" not in str(raised.value)
    await database.close()


async def test_a_cancelled_request_leaves_nothing(shop: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    before, encoding, go_on = await shop.stored(), asyncio.Event(), Event()
    loop = asyncio.get_running_loop()

    def stall() -> None:
        loop.call_soon_threadsafe(encoding.set)
        go_on.wait(10)

    instead(shop, monkeypatch, stall)
    asked = asyncio.create_task(shop.post(description="dress", headers={"Idempotency-Key": "k"}))
    await encoding.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    go_on.set()
    assert await shop.stored() == before
    assert (await shop.post(description="dress", headers={"Idempotency-Key": "k"})).status_code == 201


async def test_a_closing_engine_says_try_again(shop: Whole) -> None:
    await shop.container.engine.close()
    answer = await shop.post(description="dress")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


async def test_reindexing_and_rolling_back_under_load(tmp_path: Path, database: Database) -> None:
    async with serving(tmp_path, database.url.render_as_string(hide_password=False)) as shop:
        admin = shop.key("admin")
        done = False

        async def shopper(number: int) -> int:
            asked = 0
            while not done:
                answer = await shop.post(
                    description=f"wish {number} {asked}", headers={"Idempotency-Key": f"{number}-{asked}"}
                )
                assert answer.status_code == 201, answer.text
                assert len(answer.json()["suggestions"]) == 5
                asked += 1
            return asked

        shoppers = [asyncio.create_task(shopper(n)) for n in range(2)]
        first = (await shop.client.get("/readyz")).json()["index_version"]
        for _ in range(2):
            started = await shop.client.post("/v1/admin/reindex", json={"force": True, "reencode": True}, headers=admin)
            assert started.status_code == 202
            await finished(shop, started.headers["location"])
        assert (await shop.client.get("/readyz")).json()["index_version"] != first
        back = await shop.client.post(f"/v1/admin/indexes/{first}/activate", headers=admin)
        assert back.json()["live"] is True
        assert (await shop.client.get("/readyz")).json()["index_version"] == first
        done = True
        assert all(count > 0 for count in await asyncio.gather(*shoppers))


async def finished(shop: Whole, job: str) -> None:
    async with asyncio.timeout(20):
        while (state := (await shop.client.get(job, headers=shop.key("admin"))).json()["state"]) != "succeeded":
            assert state in ("queued", "running")
            await asyncio.sleep(0.01)
