"""A misbehaving server, and fetchers that may reach exactly it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from app.db.migrate import upgrade
from app.db.session import Database
from app.media.fetching.fetcher import PictureFetcher
from app.media.fetching.settings import FetchSettings
from app.media.storage import LocalBlobs
from app.settings import LimitSettings, Settings
from tests.app.media.fetching.misbehaving import Misbehaving, misbehaving

MakeFetcher = Callable[..., PictureFetcher]


@pytest.fixture
async def server() -> AsyncIterator[Misbehaving]:
    async with misbehaving() as here:
        yield here


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "blobs")


@pytest.fixture(scope="module")
async def lite(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """SQLite for what is not about SQL."""
    opened = Database(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('lite') / 'test.db'}")
    await upgrade(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def fetching(
    server: Misbehaving, lite: Database, blobs: LocalBlobs, tmp_path: Path
) -> AsyncIterator[MakeFetcher]:
    """Makes fetchers with short times, allowed to reach the server; closes them all."""
    made: list[PictureFetcher] = []

    def make(
        database: Database | None = None, limits: LimitSettings | None = None, resolve: Any = None, **fetch: Any
    ) -> PictureFetcher:
        given = {"allow_private": [server.place], "backoff_s": 0.001, "connect_s": 2, "read_s": 2, "total_s": 5} | fetch
        settings = Settings(data_dir=tmp_path, fetch=FetchSettings(**given), limits=limits or LimitSettings())
        options = {} if resolve is None else {"resolve": resolve}
        made.append(PictureFetcher(settings, database or lite, blobs, **options))
        return made[-1]

    yield make
    for fetcher in made:
        await fetcher.close()
