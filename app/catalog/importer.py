"""Reads a catalogue feed into the database: rows in batches, each its own unit of work, one bad row fails alone."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import structlog

from app.catalog.feeds.draft import draft_of
from app.catalog.feeds.folding import Folded, fold
from app.catalog.feeds.formats import read_feed
from app.catalog.feeds.join import Joined
from app.catalog.feeds.mapping import ColumnMapping
from app.catalog.feeds.pictures import Pictures
from app.catalog.feeds.rows import FeedRow, RowIssue, RowRejected
from app.catalog.intake import Outcome, PictureIntake
from app.catalog.repository import ItemRepository
from app.db.session import Database
from app.media.storage import BlobStore
from app.settings import Settings

log = structlog.get_logger(__name__)

BATCH = 500
ISSUES_KEPT = 1_000
"""Errors and warnings kept in a report, each; their counts are always complete."""

Progress = Callable[[int, int], Awaitable[None]]
"""(rows done, rows in all), after each committed batch. May raise to stop."""


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import.

    Attributes:
        feed: the main table.
        format: `csv`, `jsonl`, or `auto` by the file's suffix.
        joins: more tables about the same items, matched by id.
        pictures: folders and zip archives; the first that holds `<id>.<suffix>`, or a name the feed gives, wins.
        mapping: which column is which field.
        dry_run: check everything and write nothing.
    """

    feed: Path
    format: str = "auto"
    joins: tuple[Path, ...] = ()
    pictures: tuple[Path, ...] = ()
    mapping: ColumnMapping = field(default_factory=ColumnMapping.default)
    dry_run: bool = False


@dataclass(slots=True)
class ImportReport:
    """What an import did. Rows: `created + changed + unchanged + failed + folded` is all of them."""

    dry_run: bool = False
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    folded: int = 0
    warned: int = 0
    errors: list[RowIssue] = field(default_factory=list)
    warnings: list[RowIssue] = field(default_factory=list)

    @property
    def done(self) -> int:
        return self.created + self.changed + self.unchanged + self.failed + self.folded

    def fail(self, rows: int, issues: Iterable[RowIssue]) -> None:
        """Count `rows` as failed, for the reasons given."""
        self.failed += rows
        self.errors += islice(issues, max(0, ISSUES_KEPT - len(self.errors)))

    def warn(self, issues: Sequence[RowIssue]) -> None:
        self.warned += len(issues)
        self.warnings += issues[: max(0, ISSUES_KEPT - len(self.warnings))]


async def run_import(
    database: Database,
    blobs: BlobStore,
    settings: Settings,
    request: ImportRequest,
    *,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a feed. Importing the same one again changes nothing.

    Raises:
        ImportFailed: the feed, a joined table, the mapping or a picture source cannot be read at all.
    """
    report = ImportReport(dry_run=request.dry_run)
    pictures = await asyncio.to_thread(Pictures.open, request.pictures)
    intake = PictureIntake(pictures, blobs, settings.limits, store=not request.dry_run)
    total = await asyncio.to_thread(lambda: sum(1 for _ in read_feed(request.feed, request.format)))
    joined = await asyncio.to_thread(Joined, request.joins, request.mapping)
    report.warn(joined.issues)
    items = fold(_drafts(request, joined, settings.shop.currency, report))
    while batch := await asyncio.to_thread(lambda: list(islice(items, BATCH))):
        await _import_batch(database, intake, batch, report)
        if progress is not None:
            await progress(report.done, total)
    if progress is not None:
        await progress(report.done, total)
    log.info(
        "catalogue_imported",
        feed=request.feed.name,
        dry_run=report.dry_run,
        created=report.created,
        changed=report.changed,
        unchanged=report.unchanged,
        failed=report.failed,
    )
    return report


async def _import_batch(
    database: Database, intake: PictureIntake, batch: Sequence[Folded], report: ImportReport
) -> None:
    async with database.unit_of_work() as session:
        known = await ItemRepository(session).known([item.draft.id for item in batch])
    outcomes = await asyncio.to_thread(lambda: [intake.take(item, known.get(item.draft.id)) for item in batch])
    records = [o.record for o in outcomes if o.record is not None]
    if intake.store and records:
        async with database.unit_of_work() as session:
            await ItemRepository(session).upsert(records)
    for item, outcome in zip(batch, outcomes, strict=True):
        _count(report, item, outcome)


def _count(report: ImportReport, item: Folded, outcome: Outcome) -> None:
    if outcome.verdict == "failed":
        report.fail(len(item.row_ids), _issues(item.line, item.draft.id, outcome.errors))
        return
    setattr(report, outcome.verdict, getattr(report, outcome.verdict) + 1)
    report.folded += len(item.row_ids) - 1
    report.warn(list(_issues(item.line, item.draft.id, (*item.warnings, *outcome.warnings))))


def _drafts(request: ImportRequest, joined: Joined, currency: str, report: ImportReport) -> Iterator[Folded]:
    """The feed's rows as drafts; those that cannot become one go to `report`. An id stands for its first row."""
    lines: dict[str, int] = {}
    rows = joined.apply(_checked(request, joined))
    for row in rows:
        try:
            if row.problem:
                raise RowRejected([("", row.problem)])
            drafted = draft_of(request.mapping.fields(row.values), currency)
            if drafted.draft.id in lines:
                raise RowRejected([("id", f"repeats the id of line {lines[drafted.draft.id]}")])
        except RowRejected as rejected:
            item_id = request.mapping.id_of(row.values)
            report.fail(1, _issues(row.line, item_id, rejected.issues))
            continue
        lines[drafted.draft.id] = row.line
        yield Folded(row.line, drafted.draft, (drafted.draft.id,), drafted.warnings)


def _checked(request: ImportRequest, joined: Joined) -> Iterator[FeedRow]:
    """The feed's rows, once its first shows that the mapped columns are there. Raises ImportFailed."""
    unchecked = True
    for row in read_feed(request.feed, request.format):
        if unchecked and row.values:
            columns = dict.fromkeys((*row.values, *joined.columns))
            request.mapping.check(columns, request.feed.name, strict=request.feed.suffix.casefold() in HEADED)
            unchecked = False
        yield row


HEADED = (".csv", ".tsv", ".txt")
"""Files whose first line names every column; JSON objects may leave out what they do not have."""


def _issues(line: int, item_id: str, issues: Iterable[tuple[str, str]]) -> Iterator[RowIssue]:
    return (RowIssue(line, item_id[:128], name, reason) for name, reason in issues)
