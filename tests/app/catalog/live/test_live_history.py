"""Any sequence of changes, imports, reindexes and rollbacks: a search finds what an exact one would."""

import asyncio
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.catalog.editing.operations import Operation
from app.catalog.embeddings import EmbeddingRepository
from app.catalog.facts import facts_of
from app.catalog.inference.repository import InferenceRepository
from app.catalog.live.catalog import LiveView
from app.catalog.records import EmbeddingKey
from app.catalog.repository import ItemRepository
from app.db.migrate import upgrade
from app.db.session import Database
from models.fusion.vectors import unit_rows
from models.index import ExactIndex
from tests.app.catalog.live.conftest import Shop, opened, query_of

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
