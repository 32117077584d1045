"""Where an import tells how it goes, what it goes on from, and what others did meanwhile."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.changelog import ChangeLog
from app.catalog.importing.outcomes import RowReport
from app.catalog.repository import ItemRepository

Progress = Callable[[int, int], Awaitable[None]]
"""(done, in all): bytes of the feed while it is read, then rows. May raise to stop."""


UNDER_WAY = dt.timedelta(seconds=10)
"""What was being written while an import began may carry an earlier time, and be logged later."""


class Journal(Protocol):
    """Where an import tells how it goes, and what it goes on from."""

    @property
    def restored(self) -> Mapping[str, Any]:
        """The last checkpoint of an import that did not come to its end; empty on a first run."""
        ...

    async def stage(self, name: str) -> None:
        """`reading`, `writing` or `retiring` begins."""
        ...

    async def progress(self, done: int, total: int) -> None:
        """May raise to stop."""
        ...

    async def write(self, session: AsyncSession, rows: Sequence[RowReport], checkpoint: Mapping[str, Any]) -> None:
        """Keep what became of rows, and how far the import is, in the transaction that made it so."""
        ...


@dataclass(slots=True)
class SilentJournal:
    """For an import that runs to its end or not at all; `rows` sees every outcome."""

    told: Progress | None = None
    staged: Callable[[str], None] | None = None
    rows: Callable[[Sequence[RowReport]], None] | None = None
    restored: Mapping[str, Any] = field(default_factory=dict)

    async def stage(self, name: str) -> None:
        if self.staged is not None:
            self.staged(name)

    async def progress(self, done: int, total: int) -> None:
        if self.told is not None:
            await self.told(done, total)

    async def write(self, session: AsyncSession, rows: Sequence[RowReport], checkpoint: Mapping[str, Any]) -> None:
        if self.rows is not None:
            self.rows(rows)


@dataclass(frozen=True, slots=True)
class Began:
    """What the catalogue was when an import began."""

    revision: int
    moment: dt.datetime

    def checkpoint(self) -> dict[str, Any]:
        return {"revision": self.revision, "began": self.moment.isoformat()}

    async def changed_since(self, session: AsyncSession, ids: Sequence[str]) -> set[str]:
        """Those of `ids` that others wrote or removed since. Locks the catalogue's state until the commit.

        Each item is written once by an import, so what the log holds of it is of others: of live changes, or of a
        reindex that only embedded it or inferred something of it, which makes nothing of the feed's out of date.
        """
        log, items = ChangeLog(session), ItemRepository(session)
        await log.begin()
        touched = list(await log.touched(ids, self.revision))
        newer = set(touched) - await items.existing(touched)
        newer |= await items.written_since(touched, self.moment - UNDER_WAY)
        if (await log.state()).floor > self.revision:  # the log does not reach back so far
            newer |= await items.written_since(ids, self.moment)
        return newer
