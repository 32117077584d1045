"""Canaries over a real database and a stand-in model: what they name must be found, or nothing moves."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from app.catalog.records import ItemRecord, PictureRecord
from app.catalog.reindexing.reindex import ReindexResult, reindex
from app.catalog.repository import ItemRepository
from app.db.session import Database
from app.indexes.canaries import read_wishes
from app.media.storage import LocalBlobs
from app.settings import IndexSettings, Settings
from models.contracts import IndexRefused
from models.encoders.fake import FakeEncoder
from models.engine.engine import Engine
from models.fusion import fusions
from models.index import SnapshotStore
from models.preprocess.image import GarmentPreprocessor
from tests.app.plain_pictures import plain

Rebuild = Callable[..., Awaitable[ReindexResult]]


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    made = Engine(FakeEncoder(), GarmentPreprocessor(), fusions())
    yield made
    await made.close()


@pytest.fixture
async def rebuild(database: Database, engine: Engine, tmp_path: Path) -> Rebuild:
    """Reindexes a red dress and blue boots, by force, with these canaries."""
    blobs = LocalBlobs(tmp_path / "blobs")
    records = []
    for id_, colour, kind, slot in (("d-1", "red", "dress", "one_piece"), ("b-1", "blue", "boots", "footwear")):
        blobs.put(f"items/{colour}", plain(colour))
        shown = (PictureRecord(f"items/{colour}", colour, 30, 40),)
        records.append(ItemRecord(id=id_, content_hash="0", title=id_, kind=kind, slot=slot, pictures=shown))
    async with database.unit_of_work() as session:
        await ItemRepository(session).upsert(records)

    async def silent(done: int, total: int) -> None:
        pass

    async def run(canaries: str | None = None) -> ReindexResult:
        path = tmp_path / "canaries.yaml"
        path.write_text(canaries or "[]", "utf-8")
        settings = Settings(data_dir=tmp_path, index=IndexSettings(canaries=path if canaries else None))
        snapshots = SnapshotStore(settings.index_dir)
        return await reindex(database, blobs, engine, snapshots, settings, progress=silent, force=True)

    return run


async def test_the_catalogues_own_kinds_are_asked_for_in_both_languages(rebuild: Rebuild, tmp_path: Path) -> None:
    result = await rebuild()
    checks = SnapshotStore(tmp_path / "indexes").open(result.version).manifest.checks
    assert {name: share for name, share in checks.items() if name.startswith("canary:")} == {
        "canary:dress": 1, "canary:boots": 1, "canary:连衣裙": 1, "canary:靴子": 1,
    }  # fmt: skip


async def test_what_the_operator_wants_found_is_found_or_the_live_index_stays(rebuild: Rebuild, tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path / "indexes")
    held = await rebuild("- {query: red dress, items: [d-1], kinds: [boots, dress]}")
    assert store.open(held.version).manifest.checks["own_canaries"] == 1
    for wrong, missed in (("items: [gone]", "gone"), ("kinds: [hat]", "hat"), ("kinds: [hat, dress], top: 1", "hat")):
        with pytest.raises(IndexRefused, match=f"'red dress' does not find {missed}"):
            await rebuild(f"- {{query: red dress, {wrong}}}")
        assert store.current_version() == held.version
    assert [manifest.version for manifest in store.manifests()] == [held.version]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.yaml", "query: red dress", "no list"),
        ("a.yaml", "- [", "cannot be read"),
        ("a.yaml", "- {query: red dress}", "Entry 1 .*neither items nor kinds"),
        ("a.yaml", "- {query: a, items: [b]}\n- {query: '', items: [b]}", "Entry 2 .*query"),
        ("a.yaml", "- {query: a, items: [b], tpo: 3}", "tpo"),
        ("a.yaml", "- {query: a, items: [b], top: 0}", "top"),
        ("a.jsonl", "{", "cannot be read"),
        ("a.jsonl", "[1]", "Entry 1"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(IndexRefused, match=f"(?s){told}"):
        read_wishes(tmp_path / name)
    with pytest.raises(IndexRefused, match="cannot be read"):
        read_wishes(tmp_path / "nowhere.yaml")


def test_json_lines_say_the_same_as_yaml(tmp_path: Path) -> None:
    wish = {"query": "红色连衣裙", "items": ["a"], "top": 3}
    (tmp_path / "a.jsonl").write_text(json.dumps(wish) + "\n\n", "utf-8")
    (tmp_path / "a.yaml").write_text("- query: 红色连衣裙\n  items: [a]\n  top: 3\n", "utf-8")
    assert read_wishes(tmp_path / "a.jsonl") == read_wishes(tmp_path / "a.yaml")
    assert read_wishes(None) == ()
