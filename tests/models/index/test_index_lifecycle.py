"""What happens to snapshots when disks fill, processes are killed between two steps, and canaries die."""

import errno
import fcntl
import json
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest

from models.contracts import IndexCorrupt, IndexNotWritten, IndexOvertaken, IndexRefused, Matrix
from models.index import Manifest, Snapshot, SnapshotStore
from models.index.kinds import IndexKind
from models.index.pointer import Pointer
from models.index.vectors import Precision
from models.index.verification import Canary
from models.index.workplace import quietly, workplace
from models.priority import NICENESS
from models.registry import ModelSpec

UnitRows = Callable[..., Matrix]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "indexes"


@pytest.fixture
def store(root: Path) -> SnapshotStore:
    return SnapshotStore(root)


@pytest.fixture
def build(store: SnapshotStore, rows: Matrix, spec: ModelSpec) -> Callable[..., Manifest]:
    def run(kind: IndexKind = "flat", precision: Precision = "float32", **options: object) -> Manifest:
        ids = [f"item-{n}" for n in range(len(rows))]
        return store.build(ids, rows, rows, spec, kind, precision=precision, **options)  # type: ignore[arg-type] # as given

    return run


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """Every write beyond fails with EFBIG, as a quota's does with EDQUOT."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(("kind", "size"), [("flat", 100), ("flat", 30_000), ("hnsw", 100_000)])
def test_a_file_that_cannot_be_written_ends_the_build_and_leaves_the_live_index(
    store: SnapshotStore, root: Path, rows: Matrix, build: Callable[..., Manifest], kind: IndexKind, size: int
) -> None:
    live = build().version
    store.activate(live)
    with files_no_longer_than(size), pytest.raises(IndexNotWritten, match="The live index serves on") as refused:
        build(kind)
    assert refused.value.errno == errno.EFBIG
    assert sorted(path.name for path in root.iterdir()) == [live, "current"]
    opened = store.open_current()
    assert opened is not None
    assert opened.search(rows[5], 1)[0].row == 5


def test_a_full_disk_ends_the_build_and_leaves_the_live_index(
    small_disk: Callable[[str], Path], rows: Matrix, spec: ModelSpec
) -> None:
    disk = small_disk("400k")
    store, ids = SnapshotStore(disk), [f"item-{n}" for n in range(len(rows))]
    live = store.build(ids, rows, rows, spec).version
    store.activate(live)
    with pytest.raises(IndexNotWritten, match="No space left") as refused:
        store.build(ids, rows, rows, spec, "hnsw")
    assert refused.value.errno == errno.ENOSPC
    assert sorted(path.name for path in disk.iterdir()) == [live, "current"]
    opened = store.open_current()
    assert opened is not None
    assert opened.search(rows[5], 1)[0].row == 5
    (disk / "filler").write_bytes(b"x" * (os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize))
    with pytest.raises(IndexNotWritten):
        store.build(ids, rows, rows, spec)
    assert store.current_version() == live


def build_until_killed(root: Path, told: Connection) -> None:
    with workplace(root) as folder:
        (folder / "image.npy").write_bytes(b"half of it")
        told.send(folder.name)
        signal.pause()


def test_a_killed_build_is_swept_up_and_a_running_one_is_left_alone(store: SnapshotStore, root: Path) -> None:
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    process = context.Process(target=build_until_killed, args=(root, there))
    process.start()
    name = here.recv()
    assert store.sweep() == []
    assert (root / name / "image.npy").exists()
    process.kill()
    process.join()
    assert store.sweep() == [name]
    assert list(root.iterdir()) == []


def test_the_next_build_removes_what_a_killed_one_and_a_killed_deletion_left(
    store: SnapshotStore, root: Path, build: Callable[..., Manifest]
) -> None:
    for name in (".building-a", ".deleting-20260101T000000Z-000000"):
        (root / name).mkdir()
        (root / name / "image.npy").write_bytes(b"half of it")
    (root / ".lock-a").touch()
    version = build().version
    assert [path.name for path in root.iterdir()] == [version]


def test_a_lock_that_somebody_holds_is_respected(store: SnapshotStore, root: Path) -> None:
    (root / ".building-b").mkdir()
    with (root / ".lock-b").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert store.sweep() == []
    assert store.sweep() == [".building-b"]


def test_a_version_without_a_manifest_is_passed_over_listed_as_damaged_and_never_live(
    store: SnapshotStore, root: Path, build: Callable[..., Manifest]
) -> None:
    good = build().version
    store.activate(good)
    (root / "20991231T000000Z-000000").mkdir()
    assert list(store.damaged()) == ["20991231T000000Z-000000"]
    with pytest.raises(IndexCorrupt):
        store.activate("20991231T000000Z-000000")
    opened = store.open_current()
    assert opened is not None
    assert opened.version == good


def test_damage_found_when_opening_is_remembered_until_it_is_mended(
    store: SnapshotStore, root: Path, build: Callable[..., Manifest]
) -> None:
    version = build().version
    path = root / version / "text.npy"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert store.damaged() == {}
    with pytest.raises(IndexCorrupt):
        store.verify(version)
    assert "text.npy" in store.damaged()[version]
    path.write_bytes(whole)
    store.verify(version)
    assert store.damaged() == {}


def test_a_quick_look_sees_what_is_missing_or_cut_off_but_reads_no_bytes(
    store: SnapshotStore, root: Path, build: Callable[..., Manifest]
) -> None:
    version = build("hnsw").version
    path = root / version / "image.npy"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert store.open(version, quick=True).version == version
    with pytest.raises(IndexCorrupt, match="checksum"):
        store.open(version)
    os.truncate(path, len(data) - 1)
    with pytest.raises(IndexCorrupt, match="bytes of"):
        store.open(version, quick=True)
    path.unlink()
    with pytest.raises(IndexCorrupt, match="lacks"):
        store.open(version, quick=True)


def test_the_way_back_is_kept_whatever_is_pruned(store: SnapshotStore, build: Callable[..., Manifest]) -> None:
    versions = [build().version for _ in range(4)]
    assert store.previous_version() is None
    store.activate(versions[0])
    assert store.previous_version() is None
    store.activate(versions[1])
    store.activate(versions[1])
    assert (store.current_version(), store.previous_version()) == (versions[1], versions[0])
    assert store.prune(1) == [versions[2]]
    store.activate(store.previous_version() or "")
    assert (store.current_version(), store.previous_version()) == (versions[0], versions[1])


def test_killed_between_the_two_pointers_the_live_version_stays(
    store: SnapshotStore, root: Path, build: Callable[..., Manifest], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three = (build().version for _ in range(3))
    store.activate(one)
    store.activate(two)
    honest = Pointer._replace

    def killed(self: Pointer, name: str, version: str, *sure: Callable[[], None]) -> None:
        if name == "current":
            raise KeyboardInterrupt
        honest(self, name, version, *sure)

    with monkeypatch.context() as patch:
        patch.setattr(Pointer, "_replace", killed)
        with pytest.raises(KeyboardInterrupt):
            store.activate(three)
    assert store.current_version() == two
    store.activate(three)
    assert (store.current_version(), store.previous_version()) == (three, two)
    assert [path.name for path in root.iterdir() if path.name.startswith(".")] == []


def test_who_was_overtaken_switches_nothing(
    store: SnapshotStore, root: Path, build: Callable[..., Manifest], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three = (build().version for _ in range(3))
    store.succeed(one, None)
    store.succeed(two, one)
    with pytest.raises(IndexOvertaken, match=two):
        store.succeed(three, one)
    honest = Pointer._replace

    def overtaken(self: Pointer, name: str, version: str, *sure: Callable[[], None]) -> None:
        if name == "current" and version == three:
            monkeypatch.undo()
            store.activate(one)
        honest(self, name, version, *sure)

    monkeypatch.setattr(Pointer, "_replace", overtaken)
    with pytest.raises(IndexOvertaken, match=one):
        store.succeed(three, two)
    assert (store.current_version(), store.previous_version()) == (one, two)
    assert [path.name for path in root.iterdir() if path.name.startswith(".")] == []


def test_a_damaged_version_takes_no_other_ones_place(
    store: SnapshotStore, root: Path, build: Callable[..., Manifest]
) -> None:
    versions = [build().version for _ in range(4)]
    store.activate(versions[2])
    store.activate(versions[3])
    (root / versions[2] / "image.npy").unlink()
    (root / versions[0] / "manifest.json").write_text("{", "utf-8")
    with pytest.raises(IndexCorrupt):
        store.verify(versions[2])
    assert store.prune(2) == [versions[0], versions[2]]
    assert [one.version for one in store.manifests()] == [versions[1], versions[3]]
    assert (store.previous_version(), store.damaged()) == (None, {})


def test_a_stand_in_must_fit(store: SnapshotStore, root: Path, rows: Matrix, spec: ModelSpec) -> None:
    ids = [str(n) for n in range(len(rows))]
    ours = store.build(ids, rows, rows, spec).version
    live = store.build(ids, rows, rows, spec).version
    store.build(ids, rows, rows, ModelSpec(name="other", revision="r9", dims=24, preprocess_version="p1"))
    store.activate(live)
    (root / live / "image.npy").unlink()
    opened = store.open_current(fits=lambda manifest: manifest.revision == spec.revision)
    assert opened is not None
    assert opened.version == ours


def test_a_snapshot_of_before_opens(
    store: SnapshotStore, root: Path, rows: Matrix, build: Callable[..., Manifest]
) -> None:
    version = build().version
    path = root / version / "manifest.json"
    said = json.loads(path.read_text())
    path.write_text(json.dumps({name: said[name] for name in said if name not in ("sizes", "efforts", "precision")}))
    opened = store.open(version)
    assert opened.manifest.precision == "float32"
    assert opened.search(rows[3], 1)[0].row == 3


@pytest.mark.parametrize(("field", "value"), [("kind", "tree"), ("precision", "float8"), ("kind", "hnsw")])
def test_a_manifest_of_what_nobody_knows_is_corrupt(
    store: SnapshotStore, root: Path, build: Callable[..., Manifest], field: str, value: str
) -> None:
    path = root / build().version / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))
    with pytest.raises(IndexCorrupt):
        store.open(path.parent.name)


def test_canaries_are_compared_with_exact_search_and_written_down(
    build: Callable[..., Manifest], unit_rows: UnitRows
) -> None:
    canaries = [Canary(f"kind {n}", vector) for n, vector in enumerate(unit_rows(4, seed=8))]
    for kind in ("flat", "hnsw", "ivfpq"):
        checks = build(kind, canaries=canaries).checks
        assert {name: checks[name] >= 0.8 for name in checks if name.startswith("canary:")} == {
            f"canary:kind {n}": True for n in range(4)
        }


def test_a_canary_that_the_index_does_not_answer_refuses_the_build(
    root: Path, build: Callable[..., Manifest], rows: Matrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.index.faiss_index import FaissIndex

    odd, honest = np.full(24, 24**-0.5, np.float32), FaissIndex.search

    def blind(self: FaissIndex, query: Matrix, k: int, allowed: None = None) -> object:
        return honest(self, -query if np.array_equal(query, odd) else query, k, allowed)

    monkeypatch.setattr(FaissIndex, "search", blind)
    with pytest.raises(IndexRefused, match="'hat'"):
        build(canaries=[Canary("shoe", rows[0]), Canary("hat", odd)])
    assert list(root.iterdir()) == []


def test_a_gate_sees_the_finished_version_and_may_refuse_it(
    store: SnapshotStore, root: Path, build: Callable[..., Manifest], rows: Matrix
) -> None:
    def pass_(snapshot: Snapshot) -> dict[str, float]:
        assert snapshot.search(rows[4], 1)[0].row == 4
        return {"own": 2.0}

    def refuse(snapshot: Snapshot) -> dict[str, float]:
        raise IndexRefused("no dresses")

    version = build("hnsw", gate=pass_).version
    assert store.open(version).manifest.checks["own"] == 2.0
    with pytest.raises(IndexRefused, match="no dresses"):
        build(gate=refuse)
    assert [path.name for path in root.iterdir()] == [version]


def test_steps_are_told_in_order(build: Callable[..., Manifest]) -> None:
    told: list[str] = []
    build("hnsw", on_step=told.append)
    assert told == [
        "vectors", "image index", "image index written", "text index", "text index written", "verify",
    ]  # fmt: skip


def test_quiet_work_runs_at_low_priority_and_hands_its_errors_on() -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    assert quietly(lambda: os.getpriority(os.PRIO_PROCESS, 0)) == max(NICENESS, before)
    assert os.getpriority(os.PRIO_PROCESS, 0) == before
    with pytest.raises(ZeroDivisionError):
        quietly(lambda: 1 // 0)
