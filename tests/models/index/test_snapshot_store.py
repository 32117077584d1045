"""Snapshots: built beside, verified, switched at once, intact or refused."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.contracts import IndexCorrupt, IndexRefused, Matrix
from models.index import SnapshotStore
from models.index.faiss_index import FaissIndex
from models.index.kinds import IndexKind
from models.index.manifest import new_version
from models.registry import ModelSpec

UnitRows = Callable[..., Matrix]
ODD_IDS = ["plain", "../../etc/passwd", "a/b", "a\nb", "é", "裙子", "x" * 128, " ", "\u2028", "null", "1"]


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "indexes")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "indexes"


def ids_of(rows: Matrix) -> list[str]:
    return ODD_IDS + [f"item-{i}" for i in range(len(rows) - len(ODD_IDS))]


def build(store: SnapshotStore, rows: Matrix, kind: IndexKind = "flat") -> str:
    spec = ModelSpec(name="tiny", revision="r1", dims=rows.shape[1], preprocess_version="p1")
    return store.build(ids_of(rows), rows, rows[::-1].copy(), spec, kind=kind).version


@pytest.mark.parametrize("kind", ["flat", "hnsw"])
def test_what_was_built_is_what_is_opened(store: SnapshotStore, rows: Matrix, kind: IndexKind, spec: ModelSpec) -> None:
    manifest = store.build(ids_of(rows), rows, rows[::-1].copy(), spec, kind=kind)
    snapshot = store.open(manifest.version)
    assert snapshot.manifest == manifest
    assert (manifest.model, manifest.revision, manifest.preprocess_version) == ("tiny", "r1", "p1")
    assert (manifest.count, manifest.dims, manifest.kind) == (len(rows), 24, kind)
    assert manifest.checks["recall_at_10_image"] >= 0.98
    assert list(snapshot.ids) == ids_of(rows)
    assert all(snapshot.ids[row] == item for item, row in snapshot.row_of.items())
    np.testing.assert_array_equal(snapshot.image, rows)
    np.testing.assert_array_equal(snapshot.text, rows[::-1])
    assert isinstance(snapshot.image.stored, np.memmap)


def test_each_signal_is_searched_and_scored_by_itself(store: SnapshotStore, rows: Matrix) -> None:
    snapshot = store.open(build(store, rows))
    last = len(rows) - 1
    assert snapshot.search(rows[5], 1)[0].row == 5
    assert snapshot.search(rows[5], 1, signal="text")[0].row == last - 5
    allowed = np.arange(len(rows)) > 100
    assert all(h.row > 100 for h in snapshot.search(rows[5], 10, allowed))
    picked = [3, 5, 3]
    np.testing.assert_allclose(snapshot.scores(rows[5], picked, "image"), rows[picked] @ rows[5], atol=1e-6)
    np.testing.assert_allclose(snapshot.scores(rows[5], [last - 5], "text"), [1], atol=1e-6)
    assert snapshot.scores(rows[5], [], "image").shape == (0,)


def test_nothing_in_a_snapshot_can_be_changed(store: SnapshotStore, rows: Matrix) -> None:
    snapshot = store.open(build(store, rows))
    with pytest.raises(TypeError):
        snapshot.image[0] = 0  # type: ignore[index] # that it cannot be assigned is the point
    with pytest.raises(ValueError, match="read-only"):
        snapshot.image[0][:] = 0
    with pytest.raises(ValueError, match="read-only"):
        snapshot.image.stored[0] = 0
    with pytest.raises(TypeError):
        snapshot.row_of["new"] = 1  # type: ignore[index] # that it cannot be assigned is the point


def test_an_empty_catalogue_is_a_snapshot_too(store: SnapshotStore, unit_rows: UnitRows, spec: ModelSpec) -> None:
    manifest = store.build([], unit_rows(0), unit_rows(0), spec)
    store.activate(manifest.version)
    opened = store.open_current()
    assert opened is not None
    assert opened.search(unit_rows(1)[0], 5) == []


def test_a_build_is_not_live_until_it_is_activated(store: SnapshotStore, rows: Matrix) -> None:
    assert store.current_version() is None
    assert store.open_current() is None
    first = build(store, rows)
    assert store.current_version() is None
    store.activate(first)
    second = build(store, rows)
    assert store.current_version() == first
    store.activate(second)
    assert store.current_version() == second
    store.activate(first)
    opened = store.open_current()
    assert opened is not None
    assert opened.version == first
    assert [m.version for m in store.manifests()] == sorted([first, second])


def test_a_snapshot_in_use_outlives_its_files(store: SnapshotStore, rows: Matrix) -> None:
    old = build(store, rows)
    snapshot = store.open(old)
    store.activate(build(store, rows))
    assert store.prune(1) == [old]
    assert snapshot.search(rows[9], 1)[0].row == 9
    np.testing.assert_allclose(snapshot.scores(rows[9], [9], "image"), [1], atol=1e-6)


@pytest.mark.parametrize(
    ("ids", "shapes"),
    [
        (["a", "a"], ((2, 24), (2, 24))),
        (["a"], ((2, 24), (2, 24))),
        (["a", "b"], ((2, 24), (1, 24))),
        (["a", "b"], ((2, 8), (2, 8))),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(
    store: SnapshotStore, root: Path, spec: ModelSpec, ids: list[str], shapes: tuple[tuple[int, int], ...]
) -> None:
    image, text = (np.ones(shape, dtype=np.float32) for shape in shapes)
    with pytest.raises(ValueError, match=r"ids|vectors"):
        store.build(ids, image, text, spec)
    assert list(root.iterdir()) == []


def test_vectors_that_are_no_numbers_are_refused(
    store: SnapshotStore, root: Path, unit_rows: UnitRows, spec: ModelSpec
) -> None:
    broken = unit_rows(3)
    broken[1, 0] = np.nan
    with pytest.raises(IndexRefused, match="not numbers"):
        store.build(["a", "b", "c"], broken, unit_rows(3), spec)
    assert list(root.iterdir()) == []


def test_an_index_that_misses_what_exact_search_finds_is_refused(
    store: SnapshotStore, root: Path, rows: Matrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = FaissIndex.search
    monkeypatch.setattr(FaissIndex, "search", lambda self, query, k, allowed=None: honest(self, -query, k, allowed))
    with pytest.raises(IndexRefused, match="finds only"):
        build(store, rows)
    assert list(root.iterdir()) == []


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def remove(path: Path) -> None:
    path.unlink()


DAMAGES = [
    (damage, name)
    for damage in (truncate, flip, remove)
    for name in ("ids.jsonl", "image.npy", "text.npy", "image.faiss", "manifest.json")
    if (damage, name) != (flip, "manifest.json")  # its last byte is a line feed
]


@pytest.mark.parametrize(("damage", "name"), DAMAGES)
def test_damage_is_found_and_the_newest_intact_version_serves(
    store: SnapshotStore,
    root: Path,
    unit_rows: UnitRows,
    damage: Callable[[Path], None],
    name: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    rows = unit_rows(40)
    versions = [build(store, rows, kind="hnsw") for _ in range(3)]
    store.activate(versions[1])
    damage(root / versions[1] / name)
    with pytest.raises(IndexCorrupt):
        store.open(versions[1])
    opened = store.open_current()
    assert opened is not None
    assert opened.version == versions[2]
    assert [record.getMessage().split(" passed over")[0] for record in caplog.records] == [f"snapshot {versions[1]}"]


def test_a_damaged_version_cannot_go_live(store: SnapshotStore, root: Path, rows: Matrix) -> None:
    good, bad = build(store, rows), build(store, rows)
    store.activate(good)
    flip(root / bad / "image.npy")
    with pytest.raises(IndexCorrupt):
        store.activate(bad)
    assert store.current_version() == good


@pytest.mark.parametrize("pointer", ["", "../somewhere", "\x00", "20990101T000000Z-000000"])
def test_a_pointer_to_nowhere_falls_back(store: SnapshotStore, root: Path, rows: Matrix, pointer: str) -> None:
    version = build(store, rows)
    store.activate(version)
    (root / "current").write_text(pointer)
    opened = store.open_current()
    assert opened is not None if pointer else opened is None
    with pytest.raises(IndexCorrupt):
        store.open(pointer)


def test_when_nothing_is_intact_it_says_so(store: SnapshotStore, root: Path, rows: Matrix) -> None:
    version = build(store, rows)
    store.activate(version)
    remove(root / version / "image.npy")
    with pytest.raises(IndexCorrupt, match="reindex"):
        store.open_current()


def test_a_manifest_that_lies_about_the_shape_is_found(store: SnapshotStore, root: Path, rows: Matrix) -> None:
    version = build(store, rows)
    path = root / version / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["count"] += 1
    path.write_text(json.dumps(manifest))
    with pytest.raises(IndexCorrupt):
        store.open(version)


def test_pruning_keeps_the_newest_and_the_live_one(store: SnapshotStore, unit_rows: UnitRows) -> None:
    rows = unit_rows(20)
    versions = [build(store, rows) for _ in range(5)]
    store.activate(versions[0])
    assert store.prune(2) == versions[1:3]
    assert [m.version for m in store.manifests()] == [versions[0], *versions[3:]]
    assert store.prune(0) == versions[3:]
    assert store.current_version() == versions[0]


def test_pruning_sweeps_up_after_a_killed_build_but_leaves_a_running_one(store: SnapshotStore, root: Path) -> None:
    killed, running = root / ".building-killed", root / ".building-running"
    killed.mkdir()
    running.mkdir()
    os.utime(killed, (0, 0))
    assert store.prune(3) == []
    assert not killed.exists()
    assert running.exists()
    assert store.manifests() == []


def test_another_model_is_another_manifest(store: SnapshotStore, rows: Matrix, spec: ModelSpec) -> None:
    one = store.build(ids_of(rows), rows, rows, spec)
    two = store.build(ids_of(rows), rows, rows, replace(spec, revision="r2"))
    assert (one.revision, two.revision) == ("r1", "r2")
    assert one.version < two.version


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.timedeltas(timedelta(microseconds=1), timedelta(days=400)),
)
def test_versions_sort_by_time(moment: datetime, later: timedelta) -> None:
    assert new_version(moment) < new_version(moment + later)
