"""The catalogue's change log: which items each commit wrote or removed, in order. The only SQL about it; never commits.

The state row is locked from a commit's first entry to its end, so revisions become visible in order and a reader that
has seen revision r has seen every entry up to r.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.batches import batched
from app.catalog.tables import CatalogStateRow, ChangeRow
from app.db.statements import IDS_A_QUERY, dialect_insert, table_of

STATE, CHANGES = table_of(CatalogStateRow), table_of(ChangeRow)

_BEGUN = "catalogue change"


@dataclass(frozen=True, slots=True)
class LogState:
    """Where the log stands: its last revision, and the one up to which its entries are forgotten."""

    revision: int
    floor: int


class ChangesForgotten(Exception):
    """The log does not reach back so far: whoever asks must read everything."""


class ChangeLog:
    """Writing to the log and reading from it, within one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def state(self) -> LogState:
        """Both 0 for a catalogue that nobody has filled."""
        found = (await self._session.execute(select(STATE.c.revision, STATE.c.log_floor))).first()
        return LogState(*found) if found else LogState(0, 0)

    async def begin(self) -> int:
        """The revision that this transaction brings the catalogue to; the first call takes it and locks the state.

        Call it before anything is written: whoever writes items then waits here and never half way, holding rows.
        """
        transaction = self._session.sync_session.get_transaction()
        begun: tuple[object, int] | None = self._session.info.get(_BEGUN)
        if begun is not None and begun[0] is transaction:
            return begun[1]
        added = dialect_insert(self._session, STATE).values(id=1, revision=1, log_floor=0)
        grown = added.on_conflict_do_update(index_elements=["id"], set_={"revision": STATE.c.revision + 1})
        revision = int((await self._session.execute(grown.returning(STATE.c.revision))).scalar_one())
        self._session.info[_BEGUN] = (self._session.sync_session.get_transaction(), revision)
        return revision

    async def record(self, ids: Collection[str]) -> int:
        """Log that this transaction changes `ids`. Returns its revision."""
        revision = await self.begin()
        if ids:
            entries = dialect_insert(self._session, CHANGES).on_conflict_do_nothing()
            await self._session.execute(entries, [{"revision": revision, "item_id": id_} for id_ in ids])
        return revision

    async def record_anything(self) -> int:
        """Log that this transaction may have changed any item: the log so far is worthless. Returns its revision."""
        revision = await self.begin()
        await self.forget(revision)
        return revision

    async def since(self, after: int, upto: int | None = None) -> list[str]:
        """Ids changed after revision `after` (up to `upto`), each once. Raises ChangesForgotten."""
        query = select(CHANGES.c.item_id).where(CHANGES.c.revision > after).distinct()
        ids = list(await self._session.scalars(query if upto is None else query.where(CHANGES.c.revision <= upto)))
        if after < (await self.state()).floor:  # asked last: a reindex may forget at any moment
            raise ChangesForgotten
        return ids

    async def touched(self, ids: Sequence[str], after: int) -> set[str]:
        """Those of `ids` changed after revision `after`; complete only where that is not below the floor."""
        found: set[str] = set()
        for chunk in batched(ids, IDS_A_QUERY):
            query = select(CHANGES.c.item_id).where(CHANGES.c.item_id.in_(chunk), CHANGES.c.revision > after)
            found.update(await self._session.scalars(query))
        return found

    async def forget(self, upto: int) -> None:
        """Drop entries up to revision `upto`: nobody starts from a revision before it any more."""
        raised = update(STATE).where(STATE.c.log_floor < upto).values(log_floor=upto)
        await self._session.execute(raised)
        await self._session.execute(delete(CHANGES).where(CHANGES.c.revision <= upto))


def oldest_needed(kept: Sequence[int | None]) -> int | None:
    """The revision up to which the log may be forgotten when snapshots of these revisions are `kept`.

    One that does not know its revision is compared item by item anyway, so it needs no log. None: forget nothing.
    """
    known = [revision for revision in kept if revision is not None]
    return min(known, default=None)
