"""Live views: loaded for a snapshot, brought up to the change log, and told what is gone."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import structlog

from app.catalog.changelog import ChangeLog, ChangesForgotten
from app.catalog.facts import Inferred, ItemFacts, RawFacts, facts_of
from app.catalog.inference.repository import InferenceRepository
from app.catalog.live.changed import brought_up, reread
from app.catalog.live.column_changes import aligned, patched, row_order
from app.catalog.live.columns import Columns
from app.catalog.repository import ItemRepository
from app.db.session import Database
from models.index import LiveIndex, Snapshot
from models.registry import ModelSpec

log = structlog.get_logger(__name__)

CHUNK = 500
"""Changed items that are read and applied at a time."""

MOSTLY_NEW = 3
"""When more than one row in so many of a new snapshot is unknown to the view before it, all facts are read at once."""


@dataclass(frozen=True, slots=True)
class LiveView:
    """Captured once a request. Row i of `columns` is row i of `snapshot`; rows that count no more are not suggestable.

    Attributes:
        version: names the snapshot; `pointer` is what the live pointer said, which is another one's name where that is
            damaged.
        revision: of the catalogue. Nothing that was removed up to it is suggestable.
        complete: everything else is as of this revision, and of recent ones; below `revision` only while a long
            backlog of changes is being read.
    """

    snapshot: LiveIndex
    columns: Columns
    version: str
    pointer: str | None
    revision: int
    complete: int

    @property
    def behind(self) -> bool:
        return self.complete < self.revision

    @property
    def worn_out(self) -> bool:
        """Whether most rows behind the snapshot's are dead."""
        late = self.snapshot.late_ids
        return len(late) > CHUNK + 2 * len(self.snapshot.row_of.late)

    def without(self, gone: Sequence[str], revision: int) -> "LiveView":
        """This view of `revision` as far as it goes: no item of `gone` is suggested."""
        rows = (self.snapshot.row_of.get(id_) for id_ in gone)
        dead = dict.fromkeys(row for row in rows if row is not None)
        return replace(self, columns=patched(self.columns, dead), revision=revision)


@dataclass(frozen=True, slots=True)
class ViewLoader:
    """Makes views. Everything that computes runs in a thread, and in pieces, so that the event loop goes on."""

    database: Database
    spec: ModelSpec
    private: frozenset[str] = frozenset()

    async def load(self, snapshot: Snapshot, pointer: str | None, before: LiveView | None) -> LiveView:
        """A view over `snapshot`, up to the revision that the catalogue has when this begins.

        What the view `before` knows is not read again, only what has changed since and what the snapshot lacks.
        """
        try:
            return await self._load(snapshot, pointer, before)
        except ChangesForgotten:  # by a reindex that ended this moment
            return await self._load(snapshot, pointer, before)

    async def _load(self, snapshot: Snapshot, pointer: str | None, before: LiveView | None) -> LiveView:
        async with self.database.unit_of_work() as session:
            state = await ChangeLog(session).state()
        since = max(snapshot.manifest.catalog_revision or 0, state.floor)
        index = await asyncio.to_thread(LiveIndex.of, snapshot)
        if before is not None and before.complete >= state.floor:
            columns = await self._realigned(before, snapshot)
            since = min(since, before.complete)
        else:
            columns = await self._read(snapshot)
        view = LiveView(index, columns, snapshot.version, pointer, since, since)
        return await self._applied(view, await self._changes(since, state.revision), state.revision)

    async def catch_up(self, view: LiveView, most: int) -> LiveView:
        """`view` with the changes since; with more than `most` of them only without what is gone, and `behind`."""
        async with self.database.unit_of_work() as session:
            changes = ChangeLog(session)
            state = await changes.state()
            if state.revision == view.revision:
                return view
            try:
                ids = await changes.since(view.revision, state.revision)
            except ChangesForgotten:
                return await self._thinned(view, list(view.snapshot.row_of), state.revision)
        if len(ids) > most:
            return await self._thinned(view, ids, state.revision)
        return await self._applied(view, ids, state.revision)

    async def _changes(self, after: int, upto: int) -> list[str]:
        async with self.database.unit_of_work() as session:
            return await ChangeLog(session).since(after, upto)

    async def _applied(self, view: LiveView, ids: Sequence[str], revision: int) -> LiveView:
        index, columns = view.snapshot, view.columns
        for start in range(0, len(ids), CHUNK):
            async with self.database.unit_of_work() as session:
                now = await reread(session, ids[start : start + CHUNK], self.spec, view.snapshot.base.tokens)
            index, columns = await asyncio.to_thread(brought_up, index, columns, now)
        complete = view.complete if view.behind else revision
        return replace(view, snapshot=index, columns=columns, revision=revision, complete=complete)

    async def _thinned(self, view: LiveView, changed: Sequence[str], revision: int) -> LiveView:
        """Of a long backlog, what is gone at once: it must not be shown again, whatever else is waited for."""
        async with self.database.unit_of_work() as session:
            there = await ItemRepository(session).existing(changed)
        gone = [id_ for id_ in changed if id_ not in there]
        log.info("live_catalogue_behind", revision=revision, complete=view.complete, gone=len(gone))
        return await asyncio.to_thread(view.without, gone, revision)

    async def _read(self, snapshot: Snapshot) -> Columns:
        """Columns from what the database says of every item."""
        facts: dict[str, ItemFacts] = {}
        async with self.database.unit_of_work() as session:
            inferred = await InferenceRepository(session).used()
            async for page in ItemRepository(session).facts():
                facts.update(await asyncio.to_thread(_facts_page, page, inferred))
        return await asyncio.to_thread(Columns.build, snapshot.ids, facts, private=self.private)

    async def _realigned(self, before: LiveView, snapshot: Snapshot) -> Columns:
        """Columns as `before` knows them, in the order of `snapshot`, and what it does not know read."""
        order = await asyncio.to_thread(row_order, snapshot.ids, before.snapshot.row_of)
        known = order >= 0
        if MOSTLY_NEW * np.count_nonzero(~known) > len(order):
            return await self._read(snapshot)
        columns = await asyncio.to_thread(aligned, before.columns, order)
        unknown = [row for row, item in enumerate(columns.items) if item is None]
        for start in range(0, len(unknown), CHUNK):
            rows = {snapshot.ids[row]: row for row in unknown[start : start + CHUNK]}
            async with self.database.unit_of_work() as session:
                inferred = await InferenceRepository(session).used(list(rows))
                found = await ItemRepository(session).facts_about(list(rows))
            facts = _facts_page(found, inferred)
            columns = await asyncio.to_thread(patched, columns, {rows[id_]: item for id_, item in facts.items()})
        return columns


def _facts_page(page: Sequence[RawFacts], inferred: Mapping[str, Inferred]) -> dict[str, ItemFacts]:
    return {raw[0]: facts_of(raw, inferred.get(raw[0])) for raw in page}
