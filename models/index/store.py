"""The folder of snapshots: built beside the live one, switched atomically, rolled back, pruned (F16)."""

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from models.contracts import IndexCorrupt, Matrix
from models.index.exact import ExactIndex
from models.index.faiss_index import IndexKind
from models.index.manifest import Manifest, checksum, new_version
from models.index.snapshot import SIGNALS, Signal, Snapshot, write_files
from models.interaction import ItemTokens
from models.registry import ModelSpec

CURRENT = "current"
BUILDING = ".building-"
SAMPLE = 100
TOP = 10
ABANDONED_SECONDS = 24 * 3600
LEAST_RECALL = 0.9
"""Recall@10 against exact search below which a build is refused; a flat index reaches 1.0."""
ROUNDING = 1e-5
"""Two ways to sum the same products differ by less than this."""

log = logging.getLogger(__name__)
OnSkip = Callable[[str, IndexCorrupt], None]


class SnapshotStore:
    """Versions under `root`: one folder each, and a small file `current` that names the live one."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)

    def build(
        self,
        ids: Sequence[str],
        image: Matrix,
        text: Matrix,
        spec: ModelSpec,
        kind: IndexKind = "flat",
        tokens: ItemTokens | None = None,
        catalog_revision: int | None = None,
    ) -> Manifest:
        """Write, verify and name a new version. It is not live until `activate`.

        Args:
            ids: item ids by row, each once.
            image, text: unit rows, shape (len(ids), spec.dims).
            tokens: what is kept for late interaction, shape (len(ids), k, spec.dims), int8; None keeps nothing.
            catalog_revision: of the catalogue when the rest was read from it.

        Raises:
            ValueError: ids repeat or the shapes do not fit.
            IndexCorrupt: what was read back differs from what was given, or search misses what exact search finds.
        """
        if image.shape[1:] != (spec.dims,):
            raise ValueError(f"the model makes vectors of {spec.dims}, these have shape {image.shape}")
        folder = Path(tempfile.mkdtemp(prefix=BUILDING, dir=self._root))
        try:
            write_files(folder, ids, image, text, kind, tokens)
            draft = _manifest(folder, spec, kind=kind, count=len(ids), catalog_revision=catalog_revision)
            draft.write(folder)
            checks = _verify(Snapshot.open(folder), ids, {"image": image, "text": text}, tokens)
            manifest = replace(draft, checks=checks)
            manifest.write(folder)
            folder.chmod(0o755)  # mkdtemp made it private; other processes of the service read it too
            _sync_folder(folder)
            folder.rename(self._root / manifest.version)
            _sync(self._root)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return manifest

    def activate(self, version: str) -> None:
        """Make `version` the live one, at once for whoever reads the pointer next.

        Raises:
            IndexCorrupt: it is unknown or not intact; the live one stays.
        """
        self.open(version)
        handle, name = tempfile.mkstemp(prefix=f".{CURRENT}-", dir=self._root)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(version + "\n")
            file.flush()
            os.fsync(handle)
        Path(name).chmod(0o644)
        Path(name).replace(self._root / CURRENT)
        _sync(self._root)

    def current_version(self) -> str | None:
        """The version the pointer names, intact or not; None before the first `activate`."""
        try:
            return (self._root / CURRENT).read_text("utf-8", errors="replace").strip() or None
        except FileNotFoundError:
            return None

    def open(self, version: str) -> Snapshot:
        """Raises IndexCorrupt when `version` is unknown, incomplete or differs from its checksums."""
        if version not in self._versions():  # also keeps a pointer or a caller from naming a path elsewhere
            raise IndexCorrupt(f"there is no snapshot {version[:64]!r}")
        return Snapshot.open(self._root / version)

    def open_current(self, on_skip: OnSkip | None = None) -> Snapshot | None:
        """The live snapshot, or the newest intact one when it is damaged; None before the first `activate`.

        Args:
            on_skip: told the version and the fault of each snapshot passed over (they are logged too).

        Raises:
            IndexCorrupt: not one version is intact.
        """
        current = self.current_version()
        if current is None:
            return None
        for version in (current, *(v for v in reversed(self._versions()) if v != current)):
            try:
                return self.open(version)
            except IndexCorrupt as fault:
                log.warning("snapshot %s passed over: %s", version, fault)
                if on_skip:
                    on_skip(version, fault)
        raise IndexCorrupt("no snapshot is intact: reindex")

    def manifests(self) -> list[Manifest]:
        """Of every version whose manifest can be read, oldest first."""
        found = []
        for version in self._versions():
            try:
                found.append(Manifest.read(self._root / version))
            except IndexCorrupt as fault:
                log.warning("snapshot %s not listed: %s", version, fault)
        return found

    def prune(self, keep: int) -> list[str]:
        """Delete all but the `keep` newest versions, never the live one; returns what went.

        What a build that was killed left behind goes too, once it is a day old.
        """
        if keep < 0:
            raise ValueError(f"keep must not be negative, got {keep}")
        versions = self._versions()
        current = self.current_version()
        gone = [v for v in versions[: max(0, len(versions) - keep)] if v != current]
        for version in gone:
            shutil.rmtree(self._root / version)
        for leftover in self._root.glob(f"{BUILDING}*"):
            if time.time() - leftover.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(leftover)
        return gone

    def _versions(self) -> list[str]:
        return sorted(p.name for p in self._root.iterdir() if p.is_dir() and not p.name.startswith("."))


def _manifest(folder: Path, spec: ModelSpec, *, kind: str, count: int, catalog_revision: int | None) -> Manifest:
    now = datetime.now(UTC)
    files = sorted(p for p in folder.iterdir() if p.name != "manifest.json")
    return Manifest(
        version=new_version(now),
        created_at=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        model=spec.name,
        revision=spec.revision,
        preprocess_version=spec.preprocess_version,
        dims=spec.dims,
        count=count,
        kind=kind,
        checksums={p.name: checksum(p) for p in files},
        checks={},
        catalog_revision=catalog_revision,
    )


def _verify(
    built: Snapshot, ids: Sequence[str], given: dict[Signal, Matrix], tokens: ItemTokens | None
) -> dict[str, float]:
    if built.ids != tuple(ids):
        raise IndexCorrupt("the ids read back differ from those written")
    read, written = (None if one is None else np.asarray(one) for one in (built.tokens, tokens))
    if (read is None) != (written is None) or (
        read is not None and written is not None and not np.array_equal(read, written)
    ):
        raise IndexCorrupt("the tokens read back differ from those written")
    checks: dict[str, float] = {"count": len(ids)}
    for signal in SIGNALS:
        if not np.isfinite(given[signal]).all():
            raise IndexCorrupt(f"the {signal} vectors hold values that are not numbers")
        if not np.array_equal(built.matrix(signal), given[signal]):
            raise IndexCorrupt(f"the {signal} vectors read back differ from those written")
        recall = _recall(built, signal, ExactIndex(given[signal]))
        if recall < LEAST_RECALL:
            raise IndexCorrupt(f"search finds only {recall:.0%} of what exact search finds by {signal}")
        checks[f"recall_at_{TOP}_{signal}"] = recall
    return checks


def _recall(built: Snapshot, signal: Signal, oracle: ExactIndex) -> float:
    """Mean recall@10 over a sample of rows as queries. A hit counts by its score: equal vectors are interchangeable."""
    rows = np.linspace(0, len(oracle) - 1, num=min(SAMPLE, len(oracle))).astype(int)
    shares = []
    for row in rows:
        query = np.array(built.matrix(signal)[row])
        wanted = oracle.search(query, TOP)
        found = built.search(query, TOP, signal=signal)
        worst = wanted[-1].score - ROUNDING
        shares.append(sum(hit.score >= worst for hit in found) / len(wanted))
    return float(np.mean(shares)) if shares else 1.0


def _sync_folder(folder: Path) -> None:
    for path in folder.iterdir():
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    """Make a file's bytes, or a folder's names, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
