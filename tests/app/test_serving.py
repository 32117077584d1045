"""Engines that several hold at once: jobs, what serves, and what served a moment ago."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from app import serving
from app.catalog.live.catalog import LiveCatalog
from app.db.session import Database
from app.indexes.service import IndexService
from app.serving import Serving, ServingModel
from models.contracts import ModelUnavailable
from models.encoders.fake import FakeEncoder
from models.engine.engine import Engine
from models.engine.errors import EngineClosed
from models.fusion import fusions
from models.index import SnapshotStore
from models.preprocess.image import GarmentPreprocessor
from models.registry import ModelSpec

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ENCODERS = {name: FakeEncoder(dims, name) for name, dims in (("old", 16), ("new", 8))}


class Shop:
    """A folder of snapshots, and models that can be had by name."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.snapshots = SnapshotStore(folder)
        self.loaded: list[str] = []
        self.fault: Exception | None = None

    async def load(self, name: str) -> Engine:
        self.loaded.append(name)
        if self.fault is not None:
            raise self.fault
        return Engine(ENCODERS[name], GarmentPreprocessor(), fusions())

    def live(self, spec: ModelSpec) -> LiveCatalog:
        return LiveCatalog(self.database, self.snapshots, spec)

    def built(self, name: str) -> str:
        """A version of that model; which one is live stays."""
        spec = ENCODERS[name].spec
        rows = np.eye(2, spec.dims, dtype=np.float32)
        return self.snapshots.build(["a", "b"], rows, rows, spec).version

    async def models(self) -> ServingModel:
        engine = await self.load("old")
        return ServingModel(await Serving.around(engine, self.live(engine.spec)), self.snapshots, self.load, self.live)


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    return Shop(database, tmp_path / "indexes")


@pytest.fixture
async def models(shop: Shop) -> AsyncIterator[ServingModel]:
    """Serves "old"."""
    shop.snapshots.activate(shop.built("old"))
    made = await shop.models()
    yield made
    await made.close()


async def is_open(engine: Engine) -> bool:
    try:
        await engine.encode_texts(["a dress"])
    except EngineClosed:
        return False
    return True


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while True:
            if met():
                return
            await asyncio.sleep(0.01)


async def test_a_borrowed_engine_is_one_and_closed_by_the_last_who_holds_it(shop: Shop, models: ServingModel) -> None:
    async with models.borrowed("new") as engine:
        async with models.borrowed("new") as same:
            assert same is engine
        assert await is_open(engine), "the other one is at work with it"
    assert not await is_open(engine)
    assert shop.loaded == ["old", "new"]


async def test_a_job_goes_on_with_the_model_that_was_in_use(
    shop: Shop, models: ServingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "RETIRED_S", 0)
    async with models.borrowed(None) as before:
        shop.snapshots.activate(shop.built("new"))
        await models.refresh()
        assert models.spec.name == "new"
        await asyncio.gather(*models._retiring)
        assert await is_open(before), "a reindex may take hours"
    assert not await is_open(before)
    assert await is_open(models.now.engine)


async def test_going_over_to_a_version_loads_its_model_once(shop: Shop, models: ServingModel, tmp_path: Path) -> None:
    version = shop.built("new")
    assert (await IndexService(shop.snapshots, tmp_path / "indexes", models).activate(version)).live
    assert (models.spec.name, shop.loaded) == ("new", ["old", "new"])
    assert await is_open(models.now.engine)


async def test_a_version_of_a_model_that_serves_no_more_but_is_still_open_loads_nothing(
    shop: Shop, models: ServingModel
) -> None:
    old, new = shop.snapshots.current_version() or "", shop.built("new")
    for version in (new, old, new):
        shop.snapshots.activate(version)
        await models.refresh()
    assert (models.spec.name, shop.loaded) == ("new", ["old", "new"])


@pytest.mark.parametrize("fault", [ModelUnavailable("no such model"), RuntimeError("CUDA out of memory")])
async def test_a_model_that_cannot_be_loaded_now_is_gone_over_to_when_it_can(
    shop: Shop, models: ServingModel, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    monkeypatch.setattr(serving, "LOOK_S", 0.01)
    shop.fault = fault
    shop.snapshots.activate(shop.built("new"))
    await models.start()
    await until(lambda: len(shop.loaded) == 3)
    assert models.spec.name == "old" and await is_open(models.now.engine)
    shop.fault = None
    await until(lambda: models.spec.name == "new")
