"""`tryon import`: a feed into the catalogue, row by row."""

import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from app.catalog.feeds.draft import WEB
from app.catalog.feeds.formats import FeedFormat
from app.catalog.feeds.mapping import ColumnMapping
from app.catalog.importing.importer import ImportReport, ImportRequest, SilentJournal, run_import
from app.catalog.importing.outcomes import RowOutcome, RowReport
from app.commands.console import StageAdvance, err, out, stages
from app.commands.databases import with_database
from app.db.session import Database
from app.errors import ImportFailed
from app.media.storage import LocalBlobs
from app.settings import Settings

SHOWN = 20
ALL = "all"
ROWS = (ALL, *(outcome.value for outcome in RowOutcome))


def import_(
    feed: Annotated[str, typer.Argument(help="The feed: a file, a folder or zip of pictures, or an http(s) address.")],
    join: Annotated[
        list[Path] | None, typer.Option(help="Another table about the same items, by id.", exists=True)
    ] = None,
    pictures: Annotated[
        list[Path] | None, typer.Option(help="A folder or zip with <id>.webp, .jpg …; the first that has it wins.")
    ] = None,
    mapping: Annotated[Path | None, typer.Option(exists=True, help="YAML file: field → column.")] = None,
    map_: Annotated[list[str] | None, typer.Option("--map", help="field=column, repeated; wins over the file.")] = None,
    format_: Annotated[FeedFormat, typer.Option("--format", help="What the feed is; auto looks at it.")] = (
        FeedFormat.auto
    ),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = False,
    full: Annotated[bool, typer.Option("--full", help="The feed is the whole catalogue: retire the rest.")] = False,
    retire_up_to: Annotated[
        float | None, typer.Option(min=0, max=1, help="Largest share of the catalogue that --full may retire.")
    ] = None,
    rows: Annotated[
        list[str] | None, typer.Option(help=f"Print these rows as they are done: {', '.join(ROWS)}.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON, rows as JSON lines.")] = False,
) -> None:
    """Import a catalogue. One bad row or picture fails that row only; importing again changes nothing."""
    wanted = frozenset(rows or ())
    unknown = sorted(wanted - set(ROWS))
    if unknown:
        raise ImportFailed(f"--rows {unknown[0]} is no outcome; say one of {', '.join(ROWS)}.")
    columns = ColumnMapping.parse(map_ or (), mapping)
    with stages() as advance:
        listing = _Listing(wanted, as_json)
        journal = SilentJournal(rows=listing.print)
        bars = _Bars(advance)
        journal.told, journal.staged = bars.told, bars.staged

        async def run(settings: Settings, database: Database) -> ImportReport:
            async with _feed(feed, settings, database) as path:
                request = ImportRequest(
                    feed=path,
                    format=format_.value,
                    joins=tuple(join or ()),
                    pictures=tuple(pictures or ()),
                    mapping=columns,
                    dry_run=dry_run,
                    full=full,
                    retire_up_to=retire_up_to,
                )
                return await run_import(database, LocalBlobs(settings.blob_dir), settings, request, journal=journal)

        report = with_database(run)
    if as_json:
        text = json.dumps(asdict(report))
        out.print(text, soft_wrap=True, markup=False, highlight=False) if rows else out.print_json(text)
    else:
        _print(report)
    if report.failed:
        raise typer.Exit(1)


@asynccontextmanager
async def _feed(named: str, settings: Settings, database: Database) -> AsyncIterator[Path]:
    """The feed as a file here; one with an address is downloaded, and removed again. Raises ImportFailed."""
    if not WEB.match(named):
        yield _there(Path(named))
        return
    from app.imports.files import FEED, safe_name
    from app.media.fetching.fetcher import PictureFetcher

    with tempfile.TemporaryDirectory(prefix="import-", dir=settings.data_dir) as folder:
        path = Path(folder) / safe_name(named.partition("?")[0], FEED)
        async with PictureFetcher(settings, database, LocalBlobs(settings.blob_dir)) as fetcher:
            await fetcher.download(named, path, settings.imports.feed_bytes)
        yield path


def _there(path: Path) -> Path:
    if not path.exists():
        raise ImportFailed(f"There is no file or folder {path}.")
    return path


@dataclass(slots=True)
class _Bars:
    """A bar for each stage."""

    advance: StageAdvance
    stage: str = "reading"
    _names: dict[str, str] = field(
        default_factory=lambda: {"reading": "Reading (bytes)", "writing": "Importing", "retiring": "Retiring"}
    )

    def staged(self, name: str) -> None:
        self.stage = name

    async def told(self, done: int, total: int) -> None:
        self.advance(self._names[self.stage], done, total)


@dataclass(frozen=True, slots=True)
class _Listing:
    """Prints rows whose outcome was asked for."""

    wanted: frozenset[str]
    as_json: bool

    def print(self, reports: Sequence[RowReport]) -> None:
        for row in reports:
            if ALL in self.wanted or row.outcome.value in self.wanted:
                text = json.dumps(_as_dict(row), ensure_ascii=False) if self.as_json else _as_line(row)
                out.print(text, soft_wrap=True, markup=False, highlight=False)


def _as_dict(row: RowReport) -> dict[str, Any]:
    return asdict(row) | {"outcome": row.outcome.value}


def _as_line(row: RowReport) -> str:
    why = "; ".join(f"{issue.field or 'row'}: {issue.reason}" for issue in row.issues)
    place = f"line {row.line}" if row.line else "not in the feed"
    return f"{row.outcome.value}: {place}, {row.item_id or 'no id'}" + (f": {why}" if why else "")


def _print(report: ImportReport) -> None:
    table = Table(
        *(outcome.value for outcome in RowOutcome), "warnings", title=f"{report.rows:,} rows ({report.format})"
    )
    table.add_row(*(f"{getattr(report, outcome.value):,}" for outcome in RowOutcome), f"{report.warned:,}")
    out.print(table)
    for title, issues in (("failed", report.errors), ("warning", report.warnings)):
        for issue in issues[:SHOWN]:
            place = f"line {issue.line}, {issue.id or 'no id'}, {issue.field or 'row'}"
            out.print(f"{title}: {place}: {issue.reason}", markup=False, soft_wrap=True)
        if len(issues) > SHOWN:
            out.print(f"… and more of {title}; --rows {title if title == 'failed' else ALL} shows them.")
    if report.dry_run:
        out.print("Nothing was written: this was a dry run.")
    elif report.created or report.changed or report.retired:
        err.print("New pictures and words are found by their likeness after 'tryon reindex'.")
