"""Going over to another model: all is embedded beside the one in use, then both switch together, and stay switched."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import select

from app.catalog.repository import ItemRepository
from app.catalog.tables import EmbeddingRow
from app.container import Container
from app.db.migrate import upgrade
from app.indexes.service import IndexService
from app.jobs.repository import JobRepository
from app.jobs.settings import JobSettings
from app.jobs.states import JobState
from app.jobs.tables import JobRow
from app.settings import DatabaseSettings, Settings
from models.encoders.fake import FakeEncoder
from tests.app.conftest import GARMENTS, _record

OLD, NEW = FakeEncoder(16, "old"), FakeEncoder(8, "new")


@asynccontextmanager
async def service(folder: Path, url: str) -> AsyncIterator[Container]:
    settings = Settings(data_dir=folder, database=DatabaseSettings(url=url), jobs=JobSettings(poll_s=0.05))
    settings = settings.model_copy(update={"model": settings.model.model_copy(update={"name": "old"})})
    container = await Container.build(settings, OLD, others=[NEW])
    await upgrade(container.database)
    await container.start()
    try:
        yield container
    finally:
        await container.close()


async def ended(container: Container, job: JobRow) -> JobRow:
    async with asyncio.timeout(30):
        while True:
            async with container.database.unit_of_work() as session:
                row = await JobRepository(session).get(job.id)
            assert row is not None
            if JobState(row.state).final:
                return row
            await asyncio.sleep(0.01)


async def test_model_and_index_switch_together_in_every_process_and_survive_a_restart(
    tmp_path: Path, database_url: str
) -> None:
    async with service(tmp_path, database_url) as first, service(tmp_path, database_url) as second:
        async with first.database.unit_of_work() as session:
            await ItemRepository(session).upsert([_record(first, kind, colour) for kind, colour in GARMENTS])
        assert (await ended(first, await first.jobs.submit("reindex", {}, exclusive=True))).state == "succeeded"
        before = first.models.now
        view = await before.live.view()
        await second.live.refresh()
        job = await ended(first, await first.jobs.submit("reindex", {"model": "new"}, exclusive=True))
        assert job.state == "succeeded", job.errors
        assert "new" in (first.engine.spec.name, second.engine.spec.name), "whoever took the job serves what it made"
        for one in (first, second):
            await one.models.refresh()  # or by itself, within a second or two
            now = await one.live.view()
            assert now.snapshot.base.manifest.model == one.engine.spec.name == "new"
            assert len(now.snapshot.ids) == len(GARMENTS)
        # A request that began with the old pair ends with it.
        assert (await before.live.view()).version == view.version
        await before.engine.encode_query([], "a red dress")
        versions = IndexService(first.snapshots, first.settings.index_dir, first.models)
        assert (await versions.activate(view.version)).live, "the way back goes to the model of that index too"
        assert first.engine.spec.name == "old"
        await versions.activate(job.result["version"] if job.result else "")
        assert first.engine.spec.name == "new"
    async with service(tmp_path, database_url) as again:  # TRYON_MODEL__NAME still says "old"
        assert again.engine.spec.name == "new"
        job = await ended(again, await again.jobs.submit("reindex", {"force": True}, exclusive=True))
        assert job.state == "succeeded", job.errors
        assert again.engine.spec.name == "new"
        for _ in range(again.settings.index.keep):
            await ended(again, await again.jobs.submit("reindex", {"force": True}, exclusive=True))
        async with again.database.unit_of_work() as session:
            kept = set(await session.scalars(select(EmbeddingRow.model_revision)))
        assert kept == {NEW.spec.revision}, "nobody needs the old model's vectors any more"


async def test_a_model_that_cannot_be_had_changes_nothing(tmp_path: Path, database_url: str) -> None:
    async with service(tmp_path, database_url) as only:
        async with only.database.unit_of_work() as session:
            await ItemRepository(session).upsert([_record(only, kind, colour) for kind, colour in GARMENTS])
        await ended(only, await only.jobs.submit("reindex", {}, exclusive=True))
        job = await ended(only, await only.jobs.submit("reindex", {"model": "./no/such/folder"}, exclusive=True))
        assert job.state == "failed"
        assert "no/such/folder" in job.errors[-1]["reason"]
        assert only.engine.spec.name == "old"
        assert (await only.live.view()).snapshot.base.manifest.model == "old"
