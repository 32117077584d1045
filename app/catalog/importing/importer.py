"""A catalogue feed into the database: read whole, then written in batches, each its own unit of work.

One bad row or picture fails that row alone. What is written, what became of each row and how far the import came are
committed together, so that a killed one goes on where it was and no row is lost or told of twice. Whatever was changed
live since the import began is newer than the feed and stays.
"""

import asyncio
import datetime as dt
import tempfile
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from app.catalog.changelog import ChangeLog
from app.catalog.feeds.formats import FeedFormat
from app.catalog.feeds.mapping import ColumnMapping
from app.catalog.feeds.pictures import Pictures
from app.catalog.feeds.source import FeedSource
from app.catalog.importing.intake import PictureIntake
from app.catalog.importing.journal import Began, Journal, Progress, SilentJournal
from app.catalog.importing.reading import FORMAT, Reading, StopReading, read_into
from app.catalog.importing.report import ImportReport
from app.catalog.importing.retiring import Retiring, check_share
from app.catalog.importing.spool import Spool
from app.catalog.importing.writing import Writing
from app.db.base import now
from app.db.session import Database
from app.media.fetching.fetcher import PictureFetcher
from app.media.storage import BlobStore
from app.settings import Settings

__all__ = ["ImportReport", "ImportRequest", "Journal", "SilentJournal", "run_import"]

log = structlog.get_logger(__name__)

SPOOL = "rows.db"
TOLD_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import.

    Attributes:
        feed: the main table, or a folder or zip archive of pictures.
        format: the name of a format, or `auto` to look at it.
        joins: more tables about the same items, matched by id.
        pictures: folders and zip archives; the first that holds `<id>.<suffix>`, or a name the feed gives, wins.
        mapping: which column is which field.
        dry_run: check everything and write nothing.
        full: the feed is the whole catalogue: items that it does not name are retired.
        retire_up_to: the largest share of the catalogue that may be retired; None: the setting's.
    """

    feed: Path
    format: str = "auto"
    joins: tuple[Path, ...] = ()
    pictures: tuple[Path, ...] = ()
    mapping: ColumnMapping = field(default_factory=ColumnMapping.default)
    dry_run: bool = False
    full: bool = False
    retire_up_to: float | None = None


async def run_import(
    database: Database,
    blobs: BlobStore,
    settings: Settings,
    request: ImportRequest,
    *,
    progress: Progress | None = None,
    journal: Journal | None = None,
    folder: Path | None = None,
    breath_s: float = 0.0,
) -> ImportReport:
    """Import a feed. Importing the same one again changes nothing.

    Args:
        progress: told as it goes; without a `journal`.
        folder: where the rows are kept meanwhile, found again by an import that goes on; else a temporary one.
        breath_s: how long to rest every few milliseconds while reading, for others in this process.

    Raises:
        ImportFailed: the feed, a joined table, the mapping or a picture source cannot be read at all, or a full feed
            would retire too much. Nothing is changed.
        OSError: the disk is full.
    """
    kept = journal or SilentJournal(progress)
    began = await _begin(database, kept)
    async with _place(folder, settings) as place:
        if not (place / SPOOL).exists():
            await _read(request, settings, kept, place / SPOOL, breath_s)
        with Spool.reading(place / SPOOL) as spool:
            report = await _write(database, blobs, settings, request, kept, spool, began)
    log.info("catalogue_imported", feed=request.feed.name, **report.counts())
    return report


async def _begin(database: Database, journal: Journal) -> Began:
    """What the catalogue was when this import began, for the first time."""
    if "revision" in journal.restored:
        began = journal.restored["began"]
        return Began(int(journal.restored["revision"]), dt.datetime.fromisoformat(began))
    async with database.unit_of_work() as session:
        state = await ChangeLog(session).state()
    began = Began(state.revision, now())
    async with database.unit_of_work() as session:
        await journal.write(session, (), began.checkpoint())
    return began


@asynccontextmanager
async def _place(folder: Path | None, settings: Settings) -> AsyncIterator[Path]:
    """Where the rows are kept: `folder`, or one that vanishes afterwards."""
    if folder is not None:
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        yield folder
        return
    beside = settings.data_dir if settings.data_dir.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="import-", dir=beside) as name:
        yield Path(name)


async def _read(request: ImportRequest, settings: Settings, journal: Journal, to: Path, breath_s: float) -> None:
    """The whole feed into a spool, in a thread; tells how far it is."""
    await journal.stage("reading")
    stop = threading.Event()
    source = FeedSource(request.feed, settings.imports.unpacked_bytes)
    reading = Reading(
        source=source,
        format=request.format,
        currency=settings.shop.currency,
        mapping=request.mapping,
        joins=request.joins,
        breath_s=breath_s,
        stopped=stop.is_set,
    )

    def work() -> None:
        with Spool.filling(to) as spool:
            read_into(spool, reading)

    thread = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        while not (await asyncio.wait((thread,), timeout=TOLD_EVERY_S))[0]:
            await journal.progress(source.meter.read, source.size)
        await thread
    except BaseException:
        stop.set()
        await asyncio.wait((thread,))
        if not thread.cancelled() and isinstance(thread.exception(), StopReading):
            log.info("import_stopped_reading", feed=request.feed.name)
        raise


async def _write(
    database: Database,
    blobs: BlobStore,
    settings: Settings,
    request: ImportRequest,
    journal: Journal,
    spool: Spool,
    began: Began,
) -> ImportReport:
    """The spool into the catalogue."""
    report = ImportReport.restored(journal.restored, dry_run=request.dry_run, full=request.full, rows=spool.rows)
    report.format = spool.noted(FORMAT)
    doubts, doubted = spool.doubts()
    report.doubt(doubts, 0 if "counts" in journal.restored else doubted)
    retiring = Retiring(database, spool, began, journal, report, dry_run=request.dry_run)
    if request.full:
        limit = settings.imports.retire_up_to if request.retire_up_to is None else request.retire_up_to
        await check_share(retiring, limit)
    of_feed = (request.feed,) if report.format == FeedFormat.folder else ()
    pictures = await asyncio.to_thread(Pictures.open, (*of_feed, *request.pictures))
    intake = PictureIntake(pictures, blobs, settings.limits, store=not request.dry_run)
    async with PictureFetcher(settings, database, blobs) as fetcher:
        await Writing(database, intake, fetcher, spool, began, journal, report).run()
    if request.full:
        await retiring.run()
    return report
