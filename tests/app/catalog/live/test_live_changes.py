"""Live changes over a real database, real snapshots and a stand-in model: seen by every process, lost by none."""

import asyncio
import io
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.catalog.changelog import ChangeLog
from app.catalog.editing.operations import Operation
from app.catalog.live.catalog import LiveView
from app.media.fetching.results import Fetched, FetchFailed
from models.contracts import RGB
from models.encoders.fake import FakeEncoder
from models.index import SnapshotStore
from models.index.manifest import Manifest
from tests.app.catalog.live.conftest import Shop, sqlite_only
from tests.app.plain_pictures import plain


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


async def test_a_feed_changes_an_item_that_no_index_holds_yet_and_every_process_finds_it(shop: Shop) -> None:
    running = shop.live()
    await shop.put("c", "green", price="7")
    assert set(await shop.found(running)) == {"a", "b", "c"}
    await shop.import_("c", "white")  # its picture is another one, and nobody has looked at that
    for live in (running, shop.live()):
        assert set(await shop.found(live)) == {"a", "b", "c"}
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
        pink = FakeEncoder().encode_images([Image.open(io.BytesIO(plain("pink")))])[0]
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
            return {url: Fetched(url, plain(url.rpartition("/")[2]), url) for url in urls}

    monkeypatch.setattr(shop.engine, "encode_pictures", encoded)
    colours = ("green", "black", "white", "navy", "pink")
    asked = [Operation("upsert", one, {"kind": "dress"}, (f"https://shop.example/{one}",)) for one in colours]
    results = await shop.editor(Web()).apply(asked)
    assert [result.searchable for result in results] == [True] * 5
    assert (sum(seen), max(seen), sum(fetched), max(fetched)) == (5, 2, 5, 2)
