"""A spool's items into the catalogue, batch by batch."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.feeds.folding import Folded, folded
from app.catalog.importing.intake import Outcome, PictureIntake
from app.catalog.importing.journal import Began, Journal
from app.catalog.importing.outcomes import Issue, RowOutcome, RowReport, issues_of
from app.catalog.importing.report import ImportReport
from app.catalog.importing.spool import Entry, Spool, Whole
from app.catalog.records import Known
from app.catalog.repository import ItemRepository
from app.db.session import Database
from app.media.fetching.fetcher import PictureFetcher
from app.media.portions import portions

BATCH = 25
"""Items of one commit: the writing itself happens in the event loop, where a shopper may wait for it, and on SQLite no
shopper's answer is stored before it is done."""

NEWER = Issue("", "was changed live after this import began: what is newer stays", "warning")


@dataclass(frozen=True, slots=True)
class Writing:
    """Writes a spool's items."""

    database: Database
    intake: PictureIntake
    fetcher: PictureFetcher
    spool: Spool
    began: Began
    journal: Journal
    report: ImportReport

    async def run(self) -> None:
        """From where the journal says to the end."""
        await self.journal.stage("writing")
        position = int(self.journal.restored.get("position", 0))
        while batch := await asyncio.to_thread(self.spool.batch, position, BATCH):
            position = batch[-1].head.position
            await self._batch(batch, position)
            await self.journal.progress(self.report.done, self.spool.rows)
        await self.journal.progress(self.report.done, self.spool.rows)

    async def _batch(self, batch: Sequence[Whole], position: int) -> None:
        items = {whole.head.position: folded(whole.as_rows()) for whole in batch if whole.head.verdict == "item"}
        async with self.database.unit_of_work() as session:
            known = await ItemRepository(session).known([item.draft.id for item in items.values()])
        outcomes: dict[int, Outcome] = {}
        async for chunk in self._taken(items, known):
            outcomes |= chunk
        async with self.database.unit_of_work() as session:
            newer = await self._store(session, outcomes)
            rows = [row for whole in batch for row in _reports(whole, items, outcomes, newer)]
            self.report.add(rows)
            checkpoint = {"position": position, "counts": self.report.counted()}
            await self.journal.write(session, rows, {**self.began.checkpoint(), **checkpoint})

    async def _store(self, session: AsyncSession, outcomes: Mapping[int, Outcome]) -> set[str]:
        """Write what is to be written, but for what is newer by now; the ids of that."""
        records = [outcome.record for outcome in outcomes.values() if outcome.record is not None]
        if not records or not self.intake.store:
            return set()
        newer = await self.began.changed_since(session, [record.id for record in records])
        await ItemRepository(session).upsert([record for record in records if record.id not in newer])
        return newer

    async def _taken(
        self, items: Mapping[int, Folded], known: Mapping[str, Known]
    ) -> AsyncIterator[dict[int, Outcome]]:
        """What becomes of items, a few at a time, so that few pictures are in memory at once."""
        for chunk in portions({place: self.intake.addresses(item) for place, item in items.items()}):
            asked = [url for urls in chunk.values() for url in urls]
            fetched = await self.fetcher.fetch_many(asked, keep=self.intake.store) if asked else {}
            yield await asyncio.to_thread(self.intake.take, {place: items[place] for place in chunk}, known, fetched)


def _reports(
    whole: Whole, items: Mapping[int, Folded], outcomes: Mapping[int, Outcome], newer: set[str]
) -> list[RowReport]:
    """What became of an item's rows, or of one that is none."""
    head = whole.head
    outcome = outcomes.get(head.position)
    if outcome is None:
        return [_report(head, RowOutcome(head.verdict))]
    if outcome.verdict == "failed":
        why = (Issue("", f"is a size of '{head.id}' in line {head.line}, which failed"),)
        errors = issues_of(outcome.errors, "error")
        first = _report(head, RowOutcome.failed, head.issues + errors)
        return [first, *(_report(row, RowOutcome.failed, row.issues + why, head.id) for row in whole.others)]
    verdict = RowOutcome.skipped if head.id in newer else RowOutcome(outcome.verdict)
    doubts = items[head.position].warnings[len(head.issues) :]  # of folding: a row's own stand in front
    told = head.issues + issues_of((*doubts, *outcome.warnings), "warning") + ((NEWER,) if head.id in newer else ())
    return [_report(head, verdict, told), *(_report(row, RowOutcome.folded, item_id=head.id) for row in whole.others)]


def _report(row: Entry, outcome: RowOutcome, issues: tuple[Issue, ...] | None = None, item_id: str = "") -> RowReport:
    return RowReport(row.position, row.line, item_id or row.id, outcome, row.issues if issues is None else issues)
