"""What a full feed no longer names leaves the catalogue: only after all of it was read, and never too much of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from app.batches import batched
from app.catalog.feeds.rows import RowIssue
from app.catalog.importing.journal import Began, Journal
from app.catalog.importing.outcomes import RowOutcome, RowReport
from app.catalog.importing.reading import UNREADABLE
from app.catalog.importing.report import ImportReport
from app.catalog.importing.spool import Spool
from app.catalog.repository import ItemRepository
from app.db.session import Database
from app.errors import ImportFailed

PAGE = 2_000
BATCH = 200
UNTOLD = RowIssue(0, "", "", "nothing is retired: rows that cannot be read do not say which items they are")


@dataclass(frozen=True, slots=True)
class Retiring:
    """Items that the feed does not name: neither as an item nor as a row that failed."""

    database: Database
    spool: Spool
    began: Began
    journal: Journal
    report: ImportReport
    dry_run: bool = False

    async def run(self) -> None:
        """Remove them, but for those that were written live since the import began."""
        if int(self.spool.noted(UNREADABLE) or 0):
            self.report.doubt([UNTOLD], 1)
            return
        await self.journal.stage("retiring")
        total = self.report.retired
        async for ids in self.unnamed(str(self.journal.restored.get("after", "")) or None):
            total += len(ids)
            for batch in batched(ids, BATCH):
                await self._retire(batch)
                await self.journal.progress(self.report.retired, total)

    async def unnamed(self, after: str | None = None) -> AsyncIterator[list[str]]:
        """Ids of the catalogue, in order behind `after`, that the feed does not name; a page at a time."""
        while True:
            async with self.database.unit_of_work() as session:
                page = await ItemRepository(session).ids(after, PAGE)
            if not page:
                return
            after = page[-1]
            yield await asyncio.to_thread(self.spool.not_named, page)

    async def _retire(self, ids: Sequence[str]) -> None:
        async with self.database.unit_of_work() as session:
            newer: set[str] = set() if self.dry_run else await self.began.changed_since(session, ids)
            gone = [id_ for id_ in ids if id_ not in newer]
            if not self.dry_run:
                await ItemRepository(session).delete(gone)
            first = self.spool.rows + self.report.retired + 1
            rows = [RowReport(first + n, 0, id_, RowOutcome.retired) for n, id_ in enumerate(gone)]
            self.report.add(rows)
            checkpoint = {"position": self.spool.rows, "after": ids[-1], "counts": self.report.counted()}
            await self.journal.write(session, rows, {**self.began.checkpoint(), **checkpoint})


async def check_share(retiring: Retiring, limit: float) -> None:
    """Raises ImportFailed when a full feed would retire more than `limit` of the catalogue; nothing is changed yet."""
    if "counts" in retiring.journal.restored:  # judged before it began to write
        return
    unnamed = 0
    async for ids in retiring.unnamed():
        unnamed += len(ids)
    async with retiring.database.unit_of_work() as session:
        total = await ItemRepository(session).count()
    if unnamed > limit * total:
        raise ImportFailed(
            f"This full feed leaves out {unnamed:,} of {total:,} items, more than the {limit:.0%} that may be retired "
            "at once: is it cut short? Nothing was changed. Send all of it, or allow more with 'retire_up_to'."
        )
