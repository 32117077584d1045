"""A catalogue over a real database, real snapshots and a stand-in model, changed as the service changes it."""

import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.catalog.editing.editor import Editor
from app.catalog.editing.embedding import Embedder
from app.catalog.editing.operations import Operation, Result
from app.catalog.editing.pictures import Fetcher, PictureDesk
from app.catalog.live.catalog import LiveCatalog, LiveView
from app.catalog.records import ItemRecord, PictureRecord
from app.catalog.reindexing.reindex import reindex
from app.catalog.repository import ItemRepository
from app.db.session import Database
from app.media.fetching.results import Fetched, FetchFailed
from app.media.storage import LocalBlobs
from app.settings import IndexSettings, Settings
from models.encoders.fake import FakeEncoder
from models.engine.engine import Engine
from models.fusion import fusions
from models.index import SnapshotStore
from models.preprocess.image import GarmentPreprocessor
from models.taxonomy import taxonomy
from tests.app.plain_pictures import plain


class NoWeb:
    async def fetch_many(self, urls: Any) -> dict[str, Fetched | FetchFailed]:
        raise AssertionError("nothing is fetched here")


@dataclasses.dataclass(frozen=True)
class Shop:
    """A catalogue, and short ways to change it as the API, an import and a reindex do."""

    database: Database
    folder: Path
    engine: Engine
    settings: Settings

    @property
    def blobs(self) -> LocalBlobs:
        return LocalBlobs(self.folder / "blobs")

    @property
    def snapshots(self) -> SnapshotStore:
        return SnapshotStore(self.folder / "indexes")

    def live(self) -> LiveCatalog:
        return LiveCatalog(self.database, self.snapshots, self.engine.spec)

    def editor(self, web: Fetcher) -> Editor:
        desk = PictureDesk(self.blobs, self.settings.limits, web)
        return Editor(self.database, desk, Embedder(self.engine, self.settings), "EUR")

    async def apply(self, *operations: Operation) -> list[Result]:
        return await self.editor(NoWeb()).apply(operations)

    async def put(self, id_: str, colour: str, **fields: Any) -> Result:
        given = {"title": id_, "kind": "dress", "colour": colour} | fields
        result = (await self.apply(Operation("upsert", id_, given, (plain(colour),))))[0]
        assert result.error is None, result.error
        return result

    async def delete(self, id_: str) -> Result:
        return (await self.apply(Operation("delete", id_)))[0]

    async def import_(self, id_: str, colour: str) -> None:
        """As a feed's row comes in: nothing is embedded."""
        key = f"items/{colour}"
        self.blobs.put(key, plain(colour))
        record = ItemRecord(id_, "0", id_, kind="dress", slot=taxonomy().slot_of("dress"), colour=colour,
                            pictures=(PictureRecord(key, colour, 30, 40),))  # fmt: skip
        async with self.database.unit_of_work() as session:
            await ItemRepository(session).upsert([record])

    async def reindex(
        self, store: SnapshotStore | None = None, progress: Callable[[int, int], Any] | None = None
    ) -> str:
        async def silent(done: int, total: int) -> None: ...

        parts = (self.database, self.blobs, self.engine, store or self.snapshots, self.settings)
        return (await reindex(*parts, progress=progress or silent, force=True)).version

    async def found(self, live: LiveCatalog) -> dict[str, float]:
        """Everything that a search finds, with its price."""
        view = await live.view()
        hits = view.snapshot.search(query_of(view), 100, view.columns.suggestable)
        return {view.columns.facts(hit.row).id: float(view.columns.facts(hit.row).price or 0) for hit in hits}


def query_of(view: LiveView) -> Any:
    vector = np.random.default_rng(5).normal(size=view.snapshot.manifest.dims).astype(np.float32)
    return vector / np.linalg.norm(vector)


@asynccontextmanager
async def opened(database: Database, folder: Path) -> AsyncIterator[Shop]:
    engine = Engine(FakeEncoder(), GarmentPreprocessor(), fusions())
    try:
        yield Shop(database, folder, engine, Settings(data_dir=folder, index=IndexSettings(keep=3)))
    finally:
        await engine.close()


@pytest.fixture
async def shop(database: Database, tmp_path: Path) -> AsyncIterator[Shop]:
    async with opened(database, tmp_path) as one:
        await one.put("a", "red")
        await one.put("b", "blue")
        await one.reindex()
        yield one


sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
