"""Imports that are killed, stopped or met by live changes: nothing lost, nothing told twice, what is newer stays."""

import asyncio
import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.importing import writing
from app.catalog.importing.outcomes import RowReport
from app.catalog.inference.repository import InferenceRepository
from app.catalog.records import ItemRecord
from app.catalog.repository import ItemRepository
from app.catalog.tables import ItemRow
from app.db.base import now
from app.db.session import Database
from app.imports.files import FEED, ImportFiles, remove_ended
from app.imports.job import IMPORT, JobJournal, import_handler
from app.imports.repository import OutcomeRepository
from app.jobs.context import JobContext
from app.jobs.repository import JobRepository
from app.jobs.states import Claim, JobState, Worker
from app.media.storage import LocalBlobs
from app.settings import Settings

ROWS = 40
WORKER = Worker.this()


class Killed(BaseException):
    """What a killed process does: nothing more."""


@pytest.fixture
def shop(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


@pytest.fixture(autouse=True)
def few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "BATCH", 3)


def feed(count: int = ROWS) -> str:
    """Every fifth row folds into the one before it, every seventh is wrong."""
    lines = []
    for n in range(1, count + 1):
        item = {"id": str(n), "title": f"Item {n}", "price": "free" if n % 7 == 0 else n}
        group = {"group_id": f"g{n - n % 5}", "colour": "red", "size": str(n)} if n % 5 < 2 else {}
        lines.append(json.dumps(item | group))
    return "\n".join(lines)


async def queued(database: Database, shop: Settings, text: str, **params: Any) -> str:
    async with database.unit_of_work() as session:
        job = await JobRepository(session).add(IMPORT, params, lane=IMPORT)
    to = ImportFiles(shop.imports_dir).folder(job.id) / FEED / "feed.jsonl"
    to.parent.mkdir(parents=True)
    to.write_text(text)
    return job.id


async def attempt(database: Database, shop: Settings, blobs: LocalBlobs, job_id: str) -> dict[str, Any]:
    """One attempt at the job, as a worker makes it; a killed one leaves the job as it was."""
    async with database.unit_of_work() as session:
        job = await JobRepository(session).claim([IMPORT], WORKER)
    assert job is not None and job.id == job_id
    context = JobContext(Claim(job.id, job.worker, job.attempts), database, restored=job.checkpoint or {})
    try:
        result = await import_handler(database, blobs, shop)(context, job.params)
    except BaseException:
        async with database.unit_of_work() as session:
            await JobRepository(session).give_back(context.claim)
        raise
    async with database.unit_of_work() as session:
        await JobRepository(session).finish(context.claim, JobState.succeeded)
    return result


async def told(database: Database, job_id: str) -> list[tuple[int, int, str, str]]:
    async with database.unit_of_work() as session:
        rows = await OutcomeRepository(session).page(job_id, None, 0, 1_000)
    return [(row.position, row.line, row.item_id, row.outcome) for row in rows]


async def catalogue(database: Database) -> dict[str, str]:
    async with database.unit_of_work() as session:
        items = ItemRepository(session)
        return {id_: known.content_hash for id_, known in (await items.known(await items.ids(None, 1_000))).items()}


def kill_after(monkeypatch: pytest.MonkeyPatch, writes: int, *, committed: bool) -> None:
    """The process dies at its n-th batch, after or in the middle of the commit."""
    write, left = JobJournal.write, [writes]

    async def dying(
        self: JobJournal, session: AsyncSession, rows: Sequence[RowReport], checkpoint: Mapping[str, Any]
    ) -> None:
        await write(self, session, rows, checkpoint)
        left[0] -= 1
        if left[0] == 0:
            if committed:
                await session.commit()
            raise Killed

    monkeypatch.setattr(JobJournal, "write", dying)


@pytest.mark.parametrize("committed", [True, False])
async def test_killed_anywhere_it_goes_on_and_every_row_is_told_of_once(
    database: Database, blobs: LocalBlobs, shop: Settings, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    job_id = await queued(database, shop, feed())
    for writes in (1, 3, 2, 4):
        with monkeypatch.context() as patched, pytest.raises(Killed):
            kill_after(patched, writes, committed=committed)
            await attempt(database, shop, blobs, job_id)
    result = await attempt(database, shop, blobs, job_id)
    rows = await told(database, job_id)
    assert [row[0] for row in rows] == list(range(1, ROWS + 1))
    counted = Counter(outcome for *_, outcome in rows)
    assert {name: result[name] for name in counted} == counted
    assert (result["rows"], counted["failed"], counted["created"] + counted["folded"]) == (ROWS, 5, ROWS - 5)
    assert len(await catalogue(database)) == counted["created"]
    assert not ImportFiles(shop.imports_dir).folder(job_id).exists()

    again = await queued(database, shop, feed())
    assert (await attempt(database, shop, blobs, again))["unchanged"] == counted["created"]


async def test_a_killed_full_import_retires_the_rest_once(
    database: Database, blobs: LocalBlobs, shop: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.unit_of_work() as session:
        await ItemRepository(session).upsert([ItemRecord(id=f"old{n:02}", content_hash="") for n in range(15)])
    monkeypatch.setattr("app.catalog.importing.retiring.BATCH", 4)
    job_id = await queued(database, shop, feed(4), full=True, retire_up_to=1)
    for writes in (4, 2):
        with monkeypatch.context() as patched, pytest.raises(Killed):
            kill_after(patched, writes, committed=True)
            await attempt(database, shop, blobs, job_id)
    result = await attempt(database, shop, blobs, job_id)
    rows = await told(database, job_id)
    assert (result["created"], result["retired"]) == (4, 15)
    assert [(line, item) for _, line, item, outcome in rows if outcome == "retired"] == [
        (0, f"old{n:02}") for n in range(15)
    ]
    assert len({position for position, *_ in rows}) == len(rows) == 19
    assert set(await catalogue(database)) == {"1", "2", "3", "4"}


async def test_what_changes_live_meanwhile_stays(
    database: Database, blobs: LocalBlobs, shop: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.unit_of_work() as session:
        await ItemRepository(session).upsert([ItemRecord(id=id_, content_hash="") for id_ in ("4", "12", "new", "old")])
    job_id = await queued(database, shop, feed(13), full=True, retire_up_to=1)
    with monkeypatch.context() as patched, pytest.raises(Killed):
        kill_after(patched, 2, committed=True)
        await attempt(database, shop, blobs, job_id)
    async with database.unit_of_work() as session:
        await ItemRepository(session).upsert([ItemRecord(id=id_, content_hash="live") for id_ in ("13", "new")])
        await ItemRepository(session).delete(["12"])
    result = await attempt(database, shop, blobs, job_id)
    after = await catalogue(database)
    assert after["13"] == after["new"] == "live"
    assert "12" not in after and "old" not in after
    assert (result["skipped"], result["retired"]) == (2, 1)
    skipped = [(line, item) for _, line, item, outcome in await told(database, job_id) if outcome == "skipped"]
    assert skipped == [(12, "12"), (13, "13")]


async def test_what_was_only_looked_at_anew_is_not_newer_than_the_feed(
    database: Database, blobs: LocalBlobs, shop: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.unit_of_work() as session:
        await ItemRepository(session).upsert([ItemRecord(id=id_, content_hash="") for id_ in ("13", "old")])
        await session.execute(update(ItemRow).values(updated_at=now() - dt.timedelta(hours=1)))
    job_id = await queued(database, shop, feed(13), full=True, retire_up_to=1)
    with monkeypatch.context() as patched, pytest.raises(Killed):
        kill_after(patched, 2, committed=True)
        await attempt(database, shop, blobs, job_id)
    async with database.unit_of_work() as session:  # as a reindex that runs at the same time does
        await InferenceRepository(session).put({"13": "stamp", "old": "stamp"}, {}, 0.5)
    result = await attempt(database, shop, blobs, job_id)
    after = await catalogue(database)
    assert after["13"] and "old" not in after
    assert (result["skipped"], result["changed"], result["retired"]) == (0, 1, 1)


async def test_a_resumed_retirement_is_never_further_than_its_end(
    database: Database, blobs: LocalBlobs, shop: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.unit_of_work() as session:
        await ItemRepository(session).upsert([ItemRecord(id=f"old{n:02}", content_hash="") for n in range(15)])
    monkeypatch.setattr("app.catalog.importing.retiring.BATCH", 4)
    job_id = await queued(database, shop, feed(4), full=True, retire_up_to=1)
    with monkeypatch.context() as patched, pytest.raises(Killed):
        kill_after(patched, 5, committed=True)
        await attempt(database, shop, blobs, job_id)
    seen: list[tuple[int, int]] = []

    async def progress(_self: JobJournal, done: int, total: int) -> None:
        seen.append((done, total))

    monkeypatch.setattr(JobJournal, "progress", progress)
    assert (await attempt(database, shop, blobs, job_id))["retired"] == 15
    assert seen[-1] == (15, 15)
    assert all(done <= total for done, total in seen)


async def test_rows_that_cannot_be_read_keep_a_full_feed_from_retiring(
    database: Database, blobs: LocalBlobs, shop: Settings
) -> None:
    async with database.unit_of_work() as session:
        await ItemRepository(session).upsert(
            [ItemRecord(id="old", content_hash=""), ItemRecord(id="7", content_hash="")]
        )
    unreadable = await queued(database, shop, feed(8) + "\n{not json", full=True, retire_up_to=1)
    assert (await attempt(database, shop, blobs, unreadable))["retired"] == 0
    readable = await queued(database, shop, feed(8), full=True)
    assert (await attempt(database, shop, blobs, readable))["retired"] == 1
    assert {"7", "1"} <= set(await catalogue(database))  # 7 is named, though its row is wrong


async def test_uploads_of_ended_imports_are_removed(database: Database, blobs: LocalBlobs, shop: Settings) -> None:
    files = ImportFiles(shop.imports_dir)
    waiting, failed, old = [await queued(database, shop, feed(2)) for _ in range(3)]
    uploading = files.folder("0" * 32)
    uploading.mkdir()
    async with database.unit_of_work() as session:
        for job_id, age in ((failed, 1), (old, 48)):
            row = await JobRepository(session).get(job_id)
            assert row is not None
            row.state, row.finished_at = JobState.failed, now() - dt.timedelta(hours=age)
    await remove_ended(database, files, keep_failed_h=24)
    assert {path.name for path in shop.imports_dir.iterdir()} == {waiting, failed, uploading.name}


async def test_stopping_while_a_feed_is_read_leaves_nothing_half_done(
    database: Database, blobs: LocalBlobs, shop: Settings
) -> None:
    job_id = await queued(database, shop, feed(20_000))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("app.catalog.importing.importer.TOLD_EVERY_S", 0.01)
        running = asyncio.create_task(attempt(database, shop, blobs, job_id))
        async with asyncio.timeout(10):
            while True:
                if list(shop.imports_dir.rglob("rows.db.part")):
                    break
                await asyncio.sleep(0.001)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert [path.name for path in shop.imports_dir.rglob("*") if path.is_file()] == ["feed.jsonl"]
    assert await told(database, job_id) == []
