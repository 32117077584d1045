"""What requests search right now: one snapshot and the catalogue's columns beside it, always from one moment."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

import structlog

from app.catalog.columns import Columns
from app.catalog.facts import Inferred, ItemFacts, RawFacts, facts_of
from app.catalog.inferences import InferenceRepository
from app.catalog.repository import ItemRepository
from app.db.session import Database
from app.errors import NotReady
from models.contracts import IndexCorrupt
from models.index import Manifest, Snapshot, SnapshotStore
from models.registry import ModelSpec

log = structlog.get_logger(__name__)

BUILD_ONE = "Import a catalogue with 'tryon import', then run 'tryon reindex' (or POST /v1/admin/reindex)."


Stamp = tuple[str | None, int]
"""The snapshot pointer and the catalogue's revision: a view is new as long as neither moved."""

REST = 2.0
"""Pause after a load before changed items alone start another, in durations of that load."""


@dataclass(frozen=True, slots=True)
class LiveView:
    """Captured once a request. Row i of `columns` is row i of `snapshot`.

    `version` names the snapshot; `stamp` is what the pointer and the catalogue said just before it was loaded.
    """

    snapshot: Snapshot
    columns: Columns
    version: str
    stamp: Stamp


class LiveCatalog:
    """Hands out the present view and renews it by itself.

    Every call compares the snapshot pointer and the catalogue's revision with those of the view at hand. When either
    moved, one task loads the new view off the event loop while the old one goes on serving; only the very first
    view is waited for.
    """

    def __init__(
        self,
        database: Database,
        snapshots: SnapshotStore,
        spec: ModelSpec,
        private_attributes: frozenset[str] = frozenset(),
    ) -> None:
        self._private = private_attributes
        self._database = database
        self._snapshots = snapshots
        self._spec = spec
        self._view: LiveView | None = None
        self._loading: asyncio.Task[LiveView] | None = None
        self._refused: tuple[Stamp, NotReady] | None = None
        self._rest_until = 0.0

    @property
    def current(self) -> LiveView | None:
        """The view at hand, without looking whether it is the newest."""
        return self._view

    async def view(self) -> LiveView:
        """What to search now. Raises NotReady, with what to do, while there is no index for this model."""
        stamp = await self._stamp()
        refused = self._refused[1] if self._refused and self._refused[0] == stamp else None
        view = self._view
        if view is None:
            if refused:  # opening a snapshot verifies its checksums: not again for every request
                raise NotReady(refused.detail)
            return await asyncio.shield(self._load_once(stamp))
        if view.stamp != stamp and not refused and self._worth_loading(view, stamp):
            self._load_once(stamp)
        return view

    async def refresh(self) -> LiveView:
        """Wait for a view at least as new as this call. Raises NotReady."""
        stamp = await self._stamp()
        while self._loading is not None:
            await asyncio.wait([self._loading])
        if self._view is not None and self._view.stamp == stamp:
            return self._view
        return await asyncio.shield(self._load_once(stamp))

    async def close(self) -> None:
        """Stop a load that is under way."""
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.wait([self._loading])

    def _worth_loading(self, view: LiveView, stamp: Stamp) -> bool:
        """A moved pointer always is; items that change all the time (an import) leave a pause between two loads."""
        return view.stamp[0] != stamp[0] or monotonic() >= self._rest_until

    def _load_once(self, stamp: Stamp) -> asyncio.Task[LiveView]:
        if self._loading is None:
            self._loading = asyncio.create_task(self._load(stamp))
            self._loading.add_done_callback(self._loaded)
        return self._loading

    def _loaded(self, task: asyncio.Task[LiveView]) -> None:
        self._loading = None
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("live_catalogue_not_loaded", error=str(error), serving=self._view and self._view.version)

    async def _stamp(self) -> Stamp:
        async with self._database.unit_of_work() as session:
            revision = await ItemRepository(session).revision()
        return self._snapshots.current_version(), revision

    async def _load(self, stamp: Stamp) -> LiveView:
        started = monotonic()
        try:
            snapshot = await asyncio.to_thread(self._open, stamp)
        except NotReady as error:
            self._refused = (stamp, error)
            raise
        facts: dict[str, ItemFacts] = {}
        async with self._database.unit_of_work() as session:
            inferred = await InferenceRepository(session).used()
            async for page in ItemRepository(session).facts():
                facts.update(await asyncio.to_thread(_facts_page, page, inferred))
        columns = await asyncio.to_thread(Columns.build, snapshot.ids, facts, private=self._private)
        # The stamp is older than the facts: a change in between is seen as newer and loaded again.
        self._view = LiveView(snapshot, columns, snapshot.version, stamp)
        self._rest_until = monotonic() + REST * (monotonic() - started)
        log.info("live_catalogue_loaded", version=snapshot.version, revision=stamp[1], rows=len(columns))
        return self._view

    def _open(self, stamp: Stamp) -> Snapshot:
        """The live snapshot, the one at hand where the pointer did not move. Raises NotReady."""
        if self._view is not None and self._view.stamp[0] == stamp[0]:
            return self._view.snapshot
        if stamp[0] is None:
            raise NotReady(f"There is no index yet. {BUILD_ONE}")
        snapshot = self._intact(stamp[0])
        manifest = snapshot.manifest
        if not same_space(manifest, self._spec):
            raise NotReady(
                f"The live index {manifest.version} was built by model '{manifest.model}' ({manifest.revision}), but "
                f"'{self._spec.name}' ({self._spec.revision}) is loaded. "
                "Run 'tryon reindex', or activate an index of this model."
            )
        return snapshot

    def _intact(self, version: str) -> Snapshot:
        """Exactly `version`; the newest intact one when it is damaged. Raises NotReady when none is."""
        try:
            return self._snapshots.open(version)
        except IndexCorrupt as fault:
            log.warning("live_index_damaged", version=version, fault=str(fault))
        try:
            snapshot = self._snapshots.open_current()
        except IndexCorrupt as error:
            raise NotReady(f"No index is intact ({error}). Run 'tryon reindex --force'.") from error
        if snapshot is None:
            raise NotReady(f"There is no index yet. {BUILD_ONE}")
        return snapshot


def same_space(manifest: Manifest, spec: ModelSpec) -> bool:
    """Whether the vectors of a snapshot may be compared with those of `spec`."""
    return (manifest.revision, manifest.preprocess_version) == (spec.revision, spec.preprocess_version)


def _facts_page(page: Sequence[RawFacts], inferred: Mapping[str, Inferred]) -> dict[str, ItemFacts]:
    return {raw[0]: facts_of(raw, inferred.get(raw[0])) for raw in page}
