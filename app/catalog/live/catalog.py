"""What requests search right now: a snapshot, what changed since, and the catalogue's columns, all from one moment."""

import asyncio
from collections.abc import Callable
from functools import partial

import structlog

from app.catalog.changelog import ChangeLog
from app.catalog.live.columns import Columns
from app.catalog.live.loading import LiveView, ViewLoader
from app.db.session import Database
from app.errors import NotReady
from models.contracts import IndexCorrupt
from models.index import Manifest, Snapshot, SnapshotStore
from models.registry import ModelSpec

__all__ = ["LiveCatalog", "LiveView", "same_space"]

log = structlog.get_logger(__name__)

BUILD_ONE = "Import a catalogue with 'tryon import', then run 'tryon reindex' (or POST /v1/admin/reindex)."

MOST_AT_ONCE = 2_000
"""Changes that a request waits for. Of more, it waits for what is gone; the rest is read in the background."""


class LiveCatalog:
    """Hands out the present view and renews it by itself.

    Every call compares the snapshot pointer and the catalogue's revision with those of the view at hand. Changed items
    are applied before the call returns, once for all that wait: whatever was committed before a request began is what
    it searches. Another snapshot is loaded in the background while the view at hand goes on following the changes; only
    the very first view is waited for.
    """

    def __init__(
        self,
        database: Database,
        snapshots: SnapshotStore,
        spec: ModelSpec,
        private_attributes: frozenset[str] = frozenset(),
        warm: Callable[[Columns], object] | None = None,
    ) -> None:
        """Args: warm: makes, in the background, what the first request would otherwise make of new columns."""
        self._database = database
        self._snapshots = snapshots
        self._spec = spec
        self._loader = ViewLoader(database, spec, private_attributes)
        self._warm = warm
        self._view: LiveView | None = None
        self._loading: asyncio.Task[LiveView] | None = None
        self._catching_up: asyncio.Task[None] | None = None
        self._refused: tuple[str | None, NotReady] | None = None

    @property
    def current(self) -> LiveView | None:
        """The view at hand, without looking whether it is the newest."""
        return self._view

    async def view(self) -> LiveView:
        """What to search now. Raises NotReady, with what to do, while there is no index for this model."""
        pointer, revision = await self._state()
        refused = self._refused[1] if self._refused and self._refused[0] == pointer else None
        view = self._view
        if view is None:
            if refused:  # opening a snapshot verifies its checksums: not again for every request
                raise NotReady(refused.detail)
            await asyncio.shield(self._load_once(pointer))
        elif (view.pointer != pointer and not refused) or view.behind or view.worn_out:
            self._load_once(view.pointer if refused else pointer)
        return await self._reach(revision)

    async def refresh(self) -> LiveView:
        """Wait for a view of the live snapshot that is at least as new as this call. Raises NotReady."""
        pointer, revision = await self._state()
        while self._loading is not None:
            await asyncio.wait([self._loading])
        view = self._view
        if view is None or view.pointer != pointer or view.behind:
            await asyncio.shield(self._load_once(pointer))
        return await self._reach(revision)

    async def close(self) -> None:
        """Stop what is under way."""
        for task in (self._loading, self._catching_up):
            if task is not None:
                task.cancel()
                await asyncio.wait([task])

    async def _reach(self, revision: int) -> LiveView:
        """The view at hand once it is at least of `revision`."""
        while True:
            view = self._view
            if view is None:  # it was loaded, and only ever gives way to another
                raise NotReady(f"There is no index yet. {BUILD_ONE}")
            if view.revision >= revision:
                return view
            await asyncio.shield(self._catch_up_once(view))

    def _catch_up_once(self, view: LiveView) -> asyncio.Task[None]:
        if self._catching_up is None:
            self._catching_up = asyncio.create_task(self._catch_up(view))
            self._catching_up.add_done_callback(self._caught_up)
        return self._catching_up

    def _caught_up(self, task: asyncio.Task[None]) -> None:
        self._catching_up = None
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("live_catalogue_not_caught_up", error=type(error).__name__)

    async def _catch_up(self, view: LiveView) -> None:
        newer = await self._loader.catch_up(view, MOST_AT_ONCE)
        await self._prepare(newer)
        if self._view is view:  # else another snapshot came in meanwhile, and is caught up with in its turn
            self._view = newer

    def _load_once(self, pointer: str | None) -> asyncio.Task[LiveView]:
        if self._loading is None:
            self._loading = asyncio.create_task(self._load(pointer))
            self._loading.add_done_callback(self._loaded)
        return self._loading

    def _loaded(self, task: asyncio.Task[LiveView]) -> None:
        self._loading = None
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("live_catalogue_not_loaded", error=str(error), serving=self._view and self._view.version)

    async def _load(self, pointer: str | None) -> LiveView:
        try:
            snapshot = await asyncio.to_thread(self._open, pointer)
        except NotReady as error:
            self._refused = (pointer, error)
            raise
        view = await self._loader.load(snapshot, pointer, self._view)
        await self._prepare(view)
        self._view = view
        log.info("live_catalogue_loaded", version=view.version, revision=view.revision, rows=len(view.columns))
        return view

    async def _prepare(self, view: LiveView) -> None:
        if self._warm is not None:
            await asyncio.to_thread(self._warm, view.columns)

    async def _state(self) -> tuple[str | None, int]:
        """The snapshot pointer and the catalogue's revision."""
        async with self._database.unit_of_work() as session:
            state = await ChangeLog(session).state()
        return self._snapshots.current_version(), state.revision

    def _open(self, pointer: str | None) -> Snapshot:
        """The live snapshot, the one at hand where the pointer did not move. Raises NotReady."""
        if self._view is not None and self._view.pointer == pointer:
            return self._view.snapshot.base
        if pointer is None:
            raise NotReady(f"There is no index yet. {BUILD_ONE}")
        snapshot = self._intact(pointer)
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
            # Whoever moved the pointer has just verified every byte; only at the start nobody has.
            return self._snapshots.open(version, quick=self._view is not None)
        except IndexCorrupt as fault:
            log.warning("live_index_damaged", version=version, fault=str(fault))
        try:
            snapshot = self._snapshots.open_current(fits=partial(same_space, spec=self._spec))
        except IndexCorrupt as error:
            raise NotReady(f"No index is intact ({error}). Run 'tryon reindex --force'.") from error
        if snapshot is None:
            raise NotReady(f"There is no index yet. {BUILD_ONE}")
        return snapshot


def same_space(manifest: Manifest, spec: ModelSpec) -> bool:
    """Whether the vectors of a snapshot may be compared with those of `spec`."""
    return (manifest.revision, manifest.preprocess_version) == (spec.revision, spec.preprocess_version)
