"""A feed by its address, as a job fetches it."""

from pathlib import Path

import pytest

from app.db.session import Database
from app.imports.files import FEED, ImportFiles
from app.imports.job import IMPORT
from app.jobs.repository import JobRepository
from app.media.fetching.settings import FetchSettings
from app.media.storage import LocalBlobs
from app.settings import Settings
from models.durable import PART
from tests.app.imports.test_imports_resume import attempt
from tests.app.media.fetching.misbehaving import answers, misbehaving

ROW = b'{"id": "%d", "title": "a"}\n'


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_a_killed_download_left_is_no_feed(database: Database, blobs: LocalBlobs, tmp_path: Path) -> None:
    async with misbehaving() as server:
        shop = Settings(data_dir=tmp_path, fetch=FetchSettings(allow_private=[server.place]))
        url = server.on("/feed.jsonl", answers(200, ROW % 1 + ROW % 2))
        async with database.unit_of_work() as session:
            job = await JobRepository(session).add(IMPORT, {"url": url}, lane=IMPORT)
        left = ImportFiles(shop.imports_dir).folder(job.id) / FEED / f"{PART}1"
        left.parent.mkdir(parents=True)
        left.write_bytes(ROW % 1)
        assert (await attempt(database, shop, blobs, job.id))["created"] == 2
