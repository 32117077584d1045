"""The folder of snapshots: built beside the live one, switched atomically, rolled back, pruned (F16)."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np

from models.contracts import IndexCorrupt, IndexNotWritten, IndexRefused, Matrix
from models.durable import sync
from models.index import files, structures
from models.index.kinds import IndexKind, choose
from models.index.manifest import Manifest, new_version
from models.index.pointer import Pointer
from models.index.snapshot import SIGNALS, Signal, Snapshot
from models.index.vectors import Precision, parts
from models.index.verification import Canary, Gate, verify, with_efforts
from models.index.workplace import delete, quietly, sweep, workplace
from models.interaction import ItemTokens
from models.registry import ModelSpec

log = logging.getLogger(__name__)
OnStep = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a version is built from, row by row.

    Attributes:
        ids: item ids by row, each once.
        image, text: unit rows, shape (len(ids), d), float32.
        tokens: what is kept for late interaction, shape (len(ids), k, d), int8; None keeps nothing.
    """

    ids: Sequence[str]
    image: Matrix
    text: Matrix
    tokens: ItemTokens | None = None

    @property
    def by_signal(self) -> Mapping[Signal, Matrix]:
        return {"image": self.image, "text": self.text}

    def check(self, spec: ModelSpec) -> None:
        """Raises ValueError for ids that repeat or arrays that do not fit, IndexRefused for what are no vectors."""
        ids, image, text, tokens = self.ids, self.image, self.text, self.tokens
        if image.shape[1:] != (spec.dims,):
            raise ValueError(f"the model makes vectors of {spec.dims}, these have shape {image.shape}")
        if len(set(ids)) != len(ids):
            raise ValueError("item ids must not repeat")
        if image.shape != text.shape or len(image) != len(ids):
            raise ValueError(f"{len(ids)} ids, image vectors {image.shape} and text vectors {text.shape} do not fit")
        if tokens is not None and (tokens.ndim != 3 or (len(tokens), tokens.shape[2]) != image.shape):  # noqa: PLR2004 - item, token, number
            raise ValueError(f"tokens {tokens.shape} do not fit image vectors {image.shape}")
        for signal, matrix in self.by_signal.items():
            if not all(np.isfinite(matrix[part]).all() for part in parts(matrix)):
                raise IndexRefused(f"the {signal} vectors hold values that are not numbers")


@dataclass(frozen=True, slots=True)
class Build:
    """How a version is built and what it must stand.

    Attributes:
        kind: as `models.index.kinds.choose` has it.
        catalog_revision: of the catalogue when the contents were read from it.
        canaries: queries whose answers must agree with exact search.
        gate: looks at the finished version before it gets a name; what it says joins `Manifest.checks`.
        on_step: told what is begun.
    """

    kind: IndexKind = "flat"
    precision: Precision = "float32"
    catalog_revision: int | None = None
    canaries: Sequence[Canary] = ()
    gate: Gate | None = None
    on_step: OnStep = field(default=lambda step: log.debug("index: %s", step))


class SnapshotStore:
    """Versions under `root`: one folder each, and a small file `current` that names the live one."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._pointer = Pointer(root)
        self._faults: dict[str, str] = {}
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
        *,
        precision: Precision = "float32",
        canaries: Sequence[Canary] = (),
        gate: Gate | None = None,
        on_step: OnStep | None = None,
    ) -> Manifest:
        """Write, verify and name a new version. It is not live until `activate`. See `Contents` and `Build`.

        It is built by threads of low priority, and what killed builds left behind is removed first.

        Raises:
            ValueError: ids repeat or the shapes do not fit.
            IndexRefused: search misses what exact search finds, or the gate does not like it.
            IndexCorrupt: what was read back differs from what was written.
            IndexNotWritten: the disk is full or refuses.
        """
        contents = Contents(ids, image, text, tokens)
        contents.check(spec)
        kind = choose(kind, len(ids), spec.dims, memory=0, precision=precision)
        plan = Build(kind, precision, catalog_revision, canaries, gate)
        plan = plan if on_step is None else replace(plan, on_step=on_step)
        try:
            self.sweep()
            return quietly(lambda: self._build(contents, spec, plan))
        except OSError as error:
            where = "The live index serves on; make room or mend the folder, then reindex."
            raise IndexNotWritten(
                error.errno, f"The index was not written: {error.strerror or error}. {where}"
            ) from error

    def _build(self, contents: Contents, spec: ModelSpec, plan: Build) -> Manifest:
        with workplace(self._root) as folder:
            written = _write(folder, contents, plan)
            draft = _manifest(written, spec, len(contents.ids), plan)
            draft.write(folder)
            plan.on_step("verify")
            built = Snapshot.open(folder)
            if built.ids != tuple(contents.ids):
                raise IndexCorrupt("the ids read back differ from those written")
            passed = verify(built, contents.by_signal, plan.canaries)
            own = plan.gate(with_efforts(built, passed.efforts)) if plan.gate else {}
            efforts: dict[str, dict[str, int]] = {name: effort.as_dict() for name, effort in passed.efforts.items()}
            manifest = replace(draft, checks={**passed.checks, **own}, efforts=efforts)
            manifest.write(folder)
            sync(folder / "manifest.json")
            sync(folder)
            folder.rename(self._root / manifest.version)
            sync(self._root)
        return manifest

    def activate(self, version: str) -> None:
        """Verify `version` and make it the live one, at once for whoever reads the pointer next.

        Raises:
            IndexCorrupt: it is unknown or not intact; the live one stays.
            IndexNotWritten: the pointer could not be moved; the live one stays.
        """
        self.open(version)
        self._switch(partial(self._pointer.move, version))

    def succeed(self, version: str, before: str | None) -> None:
        """As `activate`, for who looked which one was live before it made sure that it may switch.

        Raises IndexOvertaken where that is no longer the live one, which stays; and what `activate` does.
        """
        self.open(version)
        self._switch(partial(self._pointer.swap, before, version))

    def _switch(self, move: Callable[[], None]) -> None:
        try:
            move()
        except OSError as error:
            reason = f"The live index stays: {error.strerror or error}. Make room or mend the folder."
            raise IndexNotWritten(error.errno, reason) from error

    def current_version(self) -> str | None:
        """The version the pointer names, intact or not; None before the first `activate`."""
        return self._pointer.current()

    def previous_version(self) -> str | None:
        """The version that was live before; None where there is none any more."""
        version = self._pointer.previous()
        return version if version != self.current_version() and version in self._versions() else None

    def open(self, version: str, *, quick: bool = False) -> Snapshot:
        """Map `version`, verified.

        Args:
            quick: trust the checksums. A build reads back what it wrote, `activate` and a starting process verify
                everything, which also warms the disk's cache; whoever follows a pointer that just moved does so a
                moment after `activate` did, and need only see that the files are all there.

        Raises:
            IndexCorrupt: it is unknown, incomplete or differs from its checksums.
        """
        folder = self._folder(version)
        try:
            snapshot = Snapshot.open(folder, quick=quick)
        except IndexCorrupt as fault:
            self._faults[version] = str(fault)
            raise
        if not quick:
            self._faults.pop(version, None)
        return snapshot

    def verify(self, version: str) -> Manifest:
        """Read every byte of `version`. Raises IndexCorrupt, saying what is wrong with it."""
        return self.open(version).manifest

    def open_current(self, fits: Callable[[Manifest], bool] = lambda _: True) -> Snapshot | None:
        """The live snapshot, or the newest intact one when it is damaged; None before the first `activate`.

        Each snapshot passed over is logged with its fault.

        Args:
            fits: what may stand in for the live one, such as the same model's.

        Raises:
            IndexCorrupt: not one version is intact.
        """
        current = self.current_version()
        if current is None:
            return None
        for version in (current, *(v for v in reversed(self._versions()) if v != current)):
            try:
                if version != current and not fits(Manifest.read(self._root / version)):
                    continue
                return self.open(version)
            except IndexCorrupt as fault:
                log.warning("snapshot %s passed over: %s", version, fault)
        raise IndexCorrupt("no snapshot is intact: reindex")

    def manifest(self, version: str) -> Manifest:
        """Of one version. Raises IndexCorrupt when there is none, or it cannot be read."""
        return Manifest.read(self._folder(version))

    def current_manifest(self) -> Manifest | None:
        """Of the live version; None before the first `activate`, and where it cannot be read."""
        try:
            version = self.current_version()
            return None if version is None else self.manifest(version)
        except IndexCorrupt:
            return None

    def manifests(self) -> list[Manifest]:
        """Of every version whose manifest can be read, oldest first."""
        found = []
        for version in self._versions():
            try:
                found.append(Manifest.read(self._root / version))
            except IndexCorrupt as fault:
                log.warning("snapshot %s not listed: %s", version, fault)
        return found

    def damaged(self) -> dict[str, str]:
        """Versions that cannot be used, and why: those without a readable manifest, and what `open` found."""
        found: dict[str, str] = {}
        for version in self._versions():
            if version in self._faults:
                found[version] = self._faults[version]
                continue
            try:
                Manifest.read(self._root / version)
            except IndexCorrupt as fault:
                found[version] = str(fault)
        return found

    def prune(self, keep: int) -> list[str]:
        """Delete all but the `keep` newest intact versions, never the live one; returns what went.

        The one before it stays too, as the way back. A version that is known to be damaged takes nobody's place: it is
        read once more, and goes. A process that still searches one of them goes on: its files are mapped. What killed
        builds left goes too.
        """
        if keep < 0:
            raise ValueError(f"keep must not be negative, got {keep}")
        versions = self._versions()
        broken = {version for version in self.damaged() if not self._intact(version)}
        sound = [version for version in versions if version not in broken]
        back = self.previous_version()
        kept = {self.current_version(), *sound[max(0, len(sound) - keep) :], *({back} - broken)}
        gone = [version for version in versions if version not in kept]
        for version in gone:
            delete(self._root / version)
        self.sweep()
        return gone

    def _intact(self, version: str) -> bool:
        try:
            self.open(version)
        except IndexCorrupt as fault:
            log.warning("snapshot %s is of no use: %s", version, fault)
            return False
        return True

    def sweep(self) -> list[str]:
        """Remove what killed builds and deletions left behind; returns the names of the folders."""
        return sweep(self._root)

    def _folder(self, version: str) -> Path:
        """Raises IndexCorrupt for what is no version: neither a pointer nor a caller names a path elsewhere."""
        if version not in self._versions():
            raise IndexCorrupt(f"there is no snapshot {version[:64]!r}")
        return self._root / version

    def _versions(self) -> list[str]:
        return sorted(p.name for p in self._root.iterdir() if p.is_dir() and not p.name.startswith("."))


def _write(folder: Path, contents: Contents, plan: Build) -> files.Written:
    written = files.Written(folder)
    plan.on_step("vectors")
    files.write_ids(written, contents.ids)
    if contents.tokens is not None:
        files.write_tokens(written, contents.tokens)
    for signal in SIGNALS:
        files.write_rows(written, signal, contents.by_signal[signal], plan.kind, plan.precision)
    for signal in SIGNALS:
        plan.on_step(f"{signal} index")
        walker = structures.made(plan.kind, contents.by_signal[signal])
        if walker is not None:
            plan.on_step(f"{signal} index written")
            files.write_walker(written, signal, walker)
        del walker  # a graph holds a copy of the rows: not while the next is built
    return written


def _manifest(written: files.Written, spec: ModelSpec, count: int, plan: Build) -> Manifest:
    now = datetime.now(UTC)
    return Manifest(
        version=new_version(now),
        created_at=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        model=spec.name,
        revision=spec.revision,
        preprocess_version=spec.preprocess_version,
        dims=spec.dims,
        count=count,
        kind=plan.kind,
        checksums=written.checksums,
        checks={},
        catalog_revision=plan.catalog_revision,
        precision=plan.precision,
        sizes=written.sizes,
    )
