"""Live changes over a real database, real snapshots and a stand-in model: seen by every process, lost by none."""

import asyncio
import dataclasses
import io
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.catalog.changelog import ChangeLog
from app.catalog.editing.editor import Editor
from app.catalog.editing.embedding import Embedder
from app.catalog.editing.operations import Operation, Result
from app.catalog.editing.pictures import Fetcher, PictureDesk
from app.catalog.embeddings import EmbeddingRepository
from app.catalog.facts import facts_of
from app.catalog.inference.repository import InferenceRepository
from app.catalog.live.catalog import LiveCatalog, LiveView
from app.catalog.records import EmbeddingKey, ItemRecord, PictureRecord
from app.catalog.reindexing.reindex import reindex
from app.catalog.repository import ItemRepository
from app.db.migrate import upgrade
from app.db.session import Database
from app.media.fetching.results import Fetched, FetchFailed
from app.media.storage import LocalBlobs
from app.settings import IndexSettings, Settings
from models.contracts import RGB
from models.encoders.fake import FakeEncoder
from models.engine.engine import Engine
from models.fusion import fusions
from models.fusion.vectors import unit_rows
from models.index import ExactIndex, SnapshotStore
from models.index.manifest import Manifest
from models.preprocess.image import GarmentPreprocessor
from models.taxonomy import taxonomy


def drawn(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (24, 32), colour).save(out, "PNG")
    return out.getvalue()


class NoWeb:
    async def fetch_many(self, urls: Any) -> dict[str, Fetched | FetchFailed]:
        raise AssertionError("nothing is fetched here")


class HeldStore(SnapshotStore):
    """Builds as it does, and then waits until it is let go."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.built, self.go_on = threading.Event(), threading.Event()

    def build(self, *args: Any, **kwargs: Any) -> Manifest:
        manifest = super().build(*args, **kwargs)
        self.built.set()
        assert self.go_on.wait(60)
        return manifest


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
        result = (await self.apply(Operation("upsert", id_, given, (drawn(colour),))))[0]
        assert result.error is None, result.error
        return result

    async def delete(self, id_: str) -> Result:
        return (await self.apply(Operation("delete", id_)))[0]

    async def import_(self, id_: str, colour: str) -> None:
        """As a feed's row comes in: nothing is embedded."""
        key = f"items/{colour}"
        self.blobs.put(key, drawn(colour))
        record = ItemRecord(id_, "0", id_, kind="dress", slot=taxonomy().slot_of("dress"), colour=colour,
                            pictures=(PictureRecord(key, colour, 24, 32),))  # fmt: skip
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


async def test_two_processes_see_every_change_on_their_next_search(shop: Shop) -> None:
    one, other = shop.live(), shop.live()
    for live in (one, other):
        assert await shop.found(live) == {"a": 0, "b": 0}
    await shop.put("c", "green", price="7")
    for live in (one, other):
        assert await shop.found(live) == {"a": 0, "b": 0, "c": 7}
    await shop.delete("a")
    await shop.put("c", "black", price="8")
    await shop.import_("new", "white")  # nobody has looked at its picture yet
    for live in (other, one, shop.live()):
        assert await shop.found(live) == {"b": 0, "c": 8}
    await shop.put("a", "red", price="1")
    for live in (one, other, shop.live()):
        assert await shop.found(live) == {"a": 1, "b": 0, "c": 8}
        await live.close()


async def test_many_requests_at_once_wait_for_one_catching_up(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    live = shop.live()
    await live.view()
    calls = []
    catch_up = live._loader.catch_up

    async def counted(*args: Any) -> LiveView:
        calls.append(args)
        return await catch_up(*args)

    monkeypatch.setattr(type(live._loader), "catch_up", lambda _, *args: counted(*args))
    await shop.delete("b")
    assert [list(found) for found in await asyncio.gather(*(shop.found(live) for _ in range(20)))] == [["a"]] * 20
    assert len(calls) == 1


@pytest.mark.parametrize("held_at", ["encoding", "built"])
async def test_changes_during_a_reindex_are_there_after_its_switch(shop: Shop, held_at: str, tmp_path: Path) -> None:
    live, store = shop.live(), HeldStore(tmp_path / "indexes")
    await live.view()
    await shop.import_("b", "navy")  # something to encode
    await shop.import_("n", "lime")
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def progress(done: int, total: int) -> None:
        if held_at == "encoding" and done:
            reached.set()
            await go_on.wait()

    if held_at == "encoding":
        store.go_on.set()
    running = asyncio.create_task(shop.reindex(store, progress))
    await (reached.wait() if held_at == "encoding" else asyncio.to_thread(store.built.wait, 60))
    await shop.put("c", "green", price="3")
    await shop.put("n", "pink", price="4")
    await shop.delete("a")
    await shop.apply(Operation("patch", "b", {"price": "5"}))
    assert await shop.found(live) == {"b": 5, "c": 3, "n": 4}
    go_on.set()
    store.go_on.set()
    version = await running
    assert (await live.refresh()).version == version
    for one in (live, shop.live()):
        assert await shop.found(one) == {"b": 5, "c": 3, "n": 4}
        view = await one.view()
        pink = FakeEncoder().encode_images([Image.open(io.BytesIO(drawn("pink")))])[0]
        assert float(view.snapshot.image[view.snapshot.row_of["n"]] @ pink) == pytest.approx(1, abs=1e-3)
        await one.close()


async def test_behind_a_long_backlog_nothing_that_is_gone_is_found(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    live = shop.live()
    await live.view()
    monkeypatch.setattr("app.catalog.live.catalog.MOST_AT_ONCE", 2)
    await shop.delete("a")
    for number in range(4):
        await shop.put(f"n{number}", "green", price="2")
    view = await live.view()
    assert view.behind and await shop.found(live) == {"b": 0}
    await shop.delete("b")
    assert "b" not in await shop.found(live)
    await live.refresh()
    assert await shop.found(live) == {f"n{number}": 2 for number in range(4)}
    assert not (await live.view()).behind


@sqlite_only
async def test_a_view_older_than_the_log_is_read_again(shop: Shop) -> None:
    live = shop.live()
    await live.view()
    await shop.delete("a")
    await shop.put("c", "green", price="3")
    async with shop.database.unit_of_work() as session:
        changes = ChangeLog(session)
        await changes.forget((await changes.state()).revision)
    assert "a" not in await shop.found(live)
    await shop.reindex()
    await live.refresh()
    assert await shop.found(live) == {"b": 0, "c": 3}
    await live.close()


@sqlite_only
async def test_a_reindex_forgets_what_every_kept_snapshot_holds(shop: Shop) -> None:
    for number in range(4):
        await shop.put(f"n{number}", "green")
        await shop.reindex()
    kept = [manifest.catalog_revision for manifest in shop.snapshots.manifests()]
    async with shop.database.unit_of_work() as session:
        state = await ChangeLog(session).state()
        assert state.floor == min(revision for revision in kept if revision is not None) > 0
        assert set(await ChangeLog(session).since(state.floor)) <= {"n2", "n3"}


@sqlite_only
async def test_rolled_back_to_an_older_index_the_catalogue_is_as_new_as_before(shop: Shop) -> None:
    live, first = shop.live(), shop.snapshots.current_version()
    assert first is not None
    await shop.put("c", "green", price="3")
    await shop.delete("a")
    await shop.reindex()
    shop.snapshots.activate(first)
    view = await live.refresh()
    assert view.version == first
    assert await shop.found(live) == {"b": 0, "c": 3}
    await live.close()


@sqlite_only
async def test_rows_that_are_dead_are_swept_out(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.catalog.live.loading.CHUNK", 1)
    live = shop.live()
    for colour in ("green", "black", "white", "navy", "pink"):
        await shop.put("a", colour)
        await live.view()
    await live.view()  # starts the sweep, which runs beside
    await live.refresh()
    assert len((await live.view()).snapshot.late_ids) <= 2
    assert await shop.found(live) == {"a": 0, "b": 0}
    await live.close()


@sqlite_only
async def test_of_a_large_batch_few_pictures_are_in_memory_at_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.media.portions.AT_ONCE", 2)
    encode, seen, fetched = shop.engine.encode_pictures, list[int](), list[int]()

    async def encoded(pictures: Sequence[RGB]) -> Any:
        seen.append(len(pictures))
        return await encode(pictures)

    class Web:
        async def fetch_many(self, urls: Sequence[str]) -> dict[str, Fetched | FetchFailed]:
            fetched.append(len(urls))
            return {url: Fetched(url, drawn(url.rpartition("/")[2]), url) for url in urls}

    monkeypatch.setattr(shop.engine, "encode_pictures", encoded)
    colours = ("green", "black", "white", "navy", "pink")
    asked = [Operation("upsert", one, {"kind": "dress"}, (f"https://shop.example/{one}",)) for one in colours]
    results = await shop.editor(Web()).apply(asked)
    assert [result.searchable for result in results] == [True] * 5
    assert (sum(seen), max(seen), sum(fetched), max(fetched)) == (5, 2, 5, 2)


IDS, COLOURS = ("a", "b", "c", "d", "e/f"), ("red", "blue", "green", "black", "white")
steps = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(IDS), st.sampled_from(COLOURS)),
    st.tuples(st.just("price"), st.sampled_from(IDS), st.integers(1, 99).map(str)),
    st.tuples(st.just("kind"), st.sampled_from(IDS), st.sampled_from(["dress", "jeans", "perfume"])),
    st.tuples(st.just("bare"), st.sampled_from(IDS), st.just("")),
    st.tuples(st.just("delete"), st.sampled_from(IDS), st.just("")),
    st.tuples(st.just("import"), st.sampled_from(IDS), st.sampled_from(COLOURS)),
    st.tuples(st.just("reindex"), st.just(""), st.just("")),
    st.tuples(st.just("rollback"), st.just(""), st.sampled_from(["0", "1", "2"])),
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file to start from."""
    path = tmp_path_factory.mktemp("empty") / "tryon.db"

    async def make() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await upgrade(database)
        await database.close()

    asyncio.run(make())
    return path


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=st.lists(steps, min_size=3, max_size=10))
def test_whatever_happens_a_search_finds_what_an_exact_one_over_the_catalogue_does(
    taken: list[tuple[str, str, str]], empty: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    asyncio.run(_history(taken, empty, tmp_path_factory.mktemp("history")))


async def _history(taken: list[tuple[str, str, str]], empty: Path, folder: Path) -> None:
    shutil.copy(empty, folder / "tryon.db")
    database = Database(f"sqlite+aiosqlite:///{folder / 'tryon.db'}")
    async with opened(database, folder) as shop:
        await shop.put("start", "lime")
        await shop.reindex()
        live = shop.live()
        for name, id_, value in taken:
            await _step(shop, name, id_, value)
            await _agrees(shop, await live.view())
        await live.refresh()
        for one in (live, shop.live()):
            await _agrees(shop, await one.view())
            await one.close()
    await database.close()
    shutil.rmtree(folder)


async def _step(shop: Shop, name: str, id_: str, value: str) -> None:
    match name:
        case "put":
            await shop.put(id_, value)
        case "price" | "kind":
            await shop.apply(Operation("patch", id_, {name: value}))
        case "bare":
            await shop.apply(Operation("patch", id_, {}, ()))
        case "delete":
            await shop.delete(id_)
        case "import":
            await shop.import_(id_, value)
        case "reindex":
            await shop.reindex()
        case "rollback":
            versions = [manifest.version for manifest in shop.snapshots.manifests()]
            shop.snapshots.activate(versions[int(value) % len(versions)])


async def _agrees(shop: Shop, view: LiveView) -> None:
    """Compares a view with everything that the database holds, one by one."""
    spec = shop.engine.spec
    async with shop.database.unit_of_work() as session:
        embeddings = EmbeddingRepository(session)
        ids = [source.item_id for source in await embeddings.sources()]
        images = await embeddings.stored(EmbeddingKey.of("image", spec), ids)
        texts = await embeddings.stored(EmbeddingKey.of("text", spec), ids)
        inferred = await InferenceRepository(session).used()
        raw = await ItemRepository(session).facts_about(list(images))
    facts = {one[0]: facts_of(one, inferred.get(one[0])) for one in raw}
    there = [id_ for id_ in images if facts[id_].slot not in ("", "none")]
    rows = np.flatnonzero(view.columns.suggestable)
    assert {view.columns.facts(int(row)).id: view.columns.facts(int(row)) for row in rows} == {
        id_: facts[id_] for id_ in there
    }
    query = query_of(view)
    for signal, stored in (("image", images), ("text", texts)):
        matrix = unit_rows(np.stack([stored[id_].vector for id_ in there]).astype(np.float32)) if there else None
        wanted = ExactIndex(matrix).search(query, 10) if matrix is not None else []
        found = view.snapshot.search(query, 10, view.columns.suggestable, signal)  # type: ignore[arg-type]  # a literal
        assert np.allclose([hit.score for hit in found], [hit.score for hit in wanted], atol=1e-5)
        assert {view.columns.facts(hit.row).id for hit in found} == {there[hit.row] for hit in wanted}
