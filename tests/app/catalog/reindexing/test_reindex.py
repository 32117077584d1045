"""Reindex and the live catalogue over a real database, real snapshots and a stand-in model."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from app.catalog.live.catalog import LiveCatalog
from app.catalog.reindexing.reindex import ReindexResult, reindex
from app.catalog.repository import ItemRepository
from app.catalog.schemas import Filters
from app.db.session import Database
from app.errors import NotReady
from app.media.storage import LocalBlobs
from app.settings import IndexSettings, InferenceSettings, Settings
from models.encoders.fake import FakeEncoder
from models.engine.engine import Engine
from models.fusion import fusions
from models.index import SnapshotStore
from models.preprocess.image import GarmentPreprocessor
from tests.app.catalog.conftest import Put


@dataclasses.dataclass(frozen=True)
class Shop:
    """Everything a reindex needs, and short ways to change the catalogue."""

    database: Database
    blobs: LocalBlobs
    engine: Engine
    snapshots: SnapshotStore
    settings: Settings
    put: Put

    async def reindex(self, **options: bool) -> ReindexResult:
        async def progress(done: int, total: int) -> None:
            assert 0 <= done <= total

        return await reindex(
            self.database, self.blobs, self.engine, self.snapshots, self.settings, progress=progress, **options
        )

    def live(self) -> LiveCatalog:
        return LiveCatalog(self.database, self.snapshots, self.engine.spec)


@pytest.fixture
async def shop(database: Database, blobs: LocalBlobs, tmp_path: Path, put: Put) -> AsyncIterator[Shop]:
    engine = Engine(FakeEncoder(), GarmentPreprocessor(), fusions())
    settings = Settings(data_dir=tmp_path, index=IndexSettings(keep=2))
    yield Shop(database, blobs, engine, SnapshotStore(tmp_path / "indexes"), settings, put)
    await engine.close()


sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_only_what_is_worn_and_pictured_is_indexed_and_only_news_is_encoded(shop: Shop) -> None:
    await shop.put("a", "red")
    await shop.put("b", "blue", "green")
    await shop.put("perfume", "white", kind="perfume", slot="none")
    await shop.put("blind")
    first = await shop.reindex()
    assert (first.items, first.encoded_images, first.encoded_texts, first.unchanged) == (2, 2, 2, False)

    snapshot = shop.snapshots.open(first.version)
    views = FakeEncoder().encode_images([])
    assert snapshot.ids == ("a", "b")
    assert views.shape[1] == snapshot.image.shape[1]
    assert np.allclose(np.linalg.norm(snapshot.image, axis=1), 1, atol=1e-6)

    again = await shop.reindex()
    assert (again.version, again.unchanged, again.encoded_images) == (first.version, True, 0)
    await shop.put("a", "black")
    changed = await shop.reindex()
    assert (changed.encoded_images, changed.encoded_texts, changed.unchanged) == (1, 0, False)
    forced = await shop.reindex(force=True)
    assert (forced.encoded_images, forced.unchanged, forced.pruned) == (0, False, (first.version,))
    encoded_again = await shop.reindex(reencode=True)
    assert (encoded_again.encoded_images, encoded_again.unchanged) == (2, True)


@sqlite_only
async def test_an_items_vector_is_the_mean_of_its_pictures(shop: Shop) -> None:
    await shop.put("a", "red")
    await shop.put("b", "blue")
    await shop.put("both", "red", "blue")
    snapshot = shop.snapshots.open((await shop.reindex()).version)
    mean = snapshot.image[0] + snapshot.image[1]
    assert float(mean / np.linalg.norm(mean) @ snapshot.image[2]) == pytest.approx(1, abs=1e-3)


@sqlite_only
async def test_an_unreadable_picture_costs_its_item_alone(shop: Shop) -> None:
    await shop.put("a", "red")
    await shop.put("b", "blue")
    await shop.put("c", "green")
    shop.blobs.put("items/blue", b"no picture")
    shop.blobs.delete("items/green")
    result = await shop.reindex()
    assert (result.items, [item for item, _ in result.failed]) == (1, ["b", "c"])


class Watched(LocalBlobs):
    """Tells which pictures were read."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.read: list[str] = []

    def get(self, key: str) -> bytes:
        self.read.append(key)
        return super().get(key)


@pytest.mark.parametrize(("most", "looks"), [(2_000, 1), (1, 2)])
async def test_what_changes_meanwhile_is_looked_at_again_alone_unless_it_is_much(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, looks: int
) -> None:
    monkeypatch.setattr("app.catalog.reindexing.reindex.MOST_CHANGED", most)
    for id_, colour in (("a", "red"), ("broken", "blue"), ("gone", "green"), ("mended", "white")):
        await shop.put(id_, colour)
    shop.blobs.put("items/blue", b"no picture")
    shop.blobs.put("items/white", b"no picture")
    blobs, told = Watched(tmp_path / "blobs"), list[int]()

    async def progress(done: int, _total: int) -> None:
        told.append(done)
        if done == 8 and told.count(8) == 1:  # four texts and four items' pictures
            await shop.put("late", "black")
            await shop.put("mended", "lime")
            async with shop.database.unit_of_work() as session:
                await ItemRepository(session).delete(["gone"])

    quiet = Settings(data_dir=tmp_path, inference=InferenceSettings(enabled=False))  # what is inferred is a change too
    result = await reindex(shop.database, blobs, shop.engine, shop.snapshots, quiet, progress=progress)
    assert shop.snapshots.open(result.version).ids == ("a", "late", "mended")
    assert [item for item, _ in result.failed] == ["broken"]
    assert (result.encoded_images, result.encoded_texts) == (4, 5)
    assert (blobs.read.count("items/blue"), blobs.read.count("items/black")) == (looks, 1)


@sqlite_only
async def test_a_killed_run_goes_on_where_it_stopped(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.catalog.reindexing.encoding.IMAGE_CHUNK", 1)
    for id_, colour in (("a", "red"), ("b", "blue"), ("c", "green")):
        await shop.put(id_, colour)

    async def stop(done: int, total: int) -> None:
        if done == 4:  # three texts and one picture
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await reindex(shop.database, shop.blobs, shop.engine, shop.snapshots, shop.settings, progress=stop)
    assert shop.snapshots.current_version() is None
    rest = await shop.reindex()
    assert (rest.encoded_images, rest.encoded_texts, rest.items) == (2, 0, 3)


@sqlite_only
async def test_nothing_to_index_says_what_to_do(shop: Shop) -> None:
    with pytest.raises(NotReady, match="tryon import"):
        await shop.reindex()
    with pytest.raises(NotReady, match="tryon reindex"):
        await shop.live().view()


async def test_the_live_view_follows_the_pointer_and_the_catalogue(shop: Shop) -> None:
    live = shop.live()
    await shop.put("a", "red", colour="red")
    await shop.reindex()
    first = await live.view()
    assert first is await live.view()
    assert first.columns.mask(Filters(colour=["red"])).tolist() == [True]

    await shop.put("a", "red", colour="blue")
    second = await live.view()
    assert second.snapshot is first.snapshot
    assert second.columns.mask(Filters(colour=["red"])).tolist() == [False]
    assert first.columns.mask(Filters(colour=["red"])).tolist() == [True]

    await shop.put("b", "blue")
    built = await shop.reindex()
    views = {view.version for view in await asyncio.gather(*(live.refresh() for _ in range(5)))}
    assert views == {built.version}
    async with shop.database.unit_of_work() as session:
        await ItemRepository(session).delete(["b"])
    gone = await live.view()
    assert gone.snapshot.ids == ("a", "b")
    assert gone.columns.mask(Filters()).tolist() == [True, False]
    await live.close()


@sqlite_only
async def test_a_snapshot_of_another_model_is_never_searched(shop: Shop) -> None:
    await shop.put("a", "red")
    own = await shop.reindex()
    live = shop.live()
    view = await live.view()
    other = Engine(FakeEncoder(dims=8), GarmentPreprocessor(), fusions())
    await dataclasses.replace(shop, engine=other).reindex()
    assert (await live.view()).snapshot is view.snapshot
    with pytest.raises(NotReady, match="was built by model"):
        await live.refresh()
    assert (await live.view()).version == own.version
    with pytest.raises(NotReady, match="was built by model"):
        await shop.live().view()
    await live.close()
    await other.close()


@sqlite_only
async def test_a_damaged_live_index_gives_way_to_the_newest_intact_one(shop: Shop, tmp_path: Path) -> None:
    await shop.put("a", "red")
    good = await shop.reindex()
    bad = await shop.reindex(force=True)
    (tmp_path / "indexes" / bad.version / "image.npy").write_bytes(b"damaged")
    live = shop.live()
    assert (await live.view()).version == good.version
    repaired = await shop.reindex()
    assert not repaired.unchanged
    assert (await live.refresh()).version == repaired.version
    await live.close()
