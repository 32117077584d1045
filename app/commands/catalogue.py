"""`tryon import` and `tryon reindex`: the catalogue in, and searchable."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from app.catalog.feeds.mapping import ColumnMapping
from app.catalog.importer import ImportReport, ImportRequest, run_import
from app.commands.console import Advance, err, out, progress_bar
from app.db.migrate import prepare
from app.db.session import Database
from app.media.storage import LocalBlobs
from app.settings import Settings

SHOWN = 20
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def import_(
    feed: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The feed: CSV, TSV or JSON lines.")],
    join: Annotated[list[Path], typer.Option(help="Another table about the same items, by id.", exists=True)] = [],  # noqa: B006
    pictures: Annotated[
        list[Path], typer.Option(help="A folder or zip with <id>.webp, .jpg …; the first that has it wins.")
    ] = [],  # noqa: B006
    mapping: Annotated[Path | None, typer.Option(exists=True, help="YAML file: field → column.")] = None,
    map_: Annotated[list[str], typer.Option("--map", help="field=column, repeated; wins over the file.")] = [],  # noqa: B006
    format_: Annotated[str, typer.Option("--format", help="auto, csv or jsonl.")] = "auto",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Import a catalogue. One bad row or picture fails that row only; importing again changes nothing."""
    request = ImportRequest(
        feed=feed,
        format=format_,
        joins=tuple(join),
        pictures=tuple(pictures),
        mapping=ColumnMapping.parse(map_, mapping),
        dry_run=dry_run,
    )

    async def run(settings: Settings, database: Database, advance: Advance) -> ImportReport:
        blobs = LocalBlobs(settings.blob_dir)
        return await run_import(database, blobs, settings, request, progress=_awaitable(advance))

    report = _with_database("Importing", run)
    out.print_json(json.dumps(asdict(report))) if as_json else _print_import(report)
    if report.failed:
        raise typer.Exit(1)


def reindex(
    force: Annotated[bool, typer.Option("--force", help="Build a new version though nothing changed.")] = False,
    reencode: Annotated[bool, typer.Option("--reencode", help="Embed every picture and text again.")] = False,
    as_json: Json = False,
) -> None:
    """Embed what is new, build an index beside the live one, verify it and switch."""

    from app.catalog.reindex import ReindexResult
    from app.catalog.reindex import reindex as run_reindex
    from app.container import build_engine
    from models.index import SnapshotStore

    async def run(settings: Settings, database: Database, advance: Advance) -> ReindexResult:
        engine = await build_engine(settings.model, exports=settings.exports_dir)
        try:
            return await run_reindex(
                database,
                LocalBlobs(settings.blob_dir),
                engine,
                SnapshotStore(settings.index_dir),
                settings,
                progress=_awaitable(advance),
                force=force,
                reencode=reencode,
            )
        finally:
            await engine.close()

    result = _with_database("Encoding", run)
    if as_json:
        out.print_json(json.dumps(asdict(result)))
        return
    state = "was up to date" if result.unchanged else "is live"
    out.print(
        f"Index [bold]{result.version}[/bold] {state}: {result.items:,} items; "
        f"{result.encoded_images:,} pictures and {result.encoded_texts:,} texts embedded now"
        + (f", tokens of {result.encoded_tokens:,} items found." if result.encoded_tokens else ".")
    )
    for item, reason in result.failed[:SHOWN]:
        err.print(f"  {item}: {reason}", markup=False)


Run = Callable[[Settings, Database, Advance], Awaitable[Any]]


def _with_database(label: str, run: Run) -> Any:
    """Run `run` with a migrated database and a progress bar, and close the database whatever happens."""

    async def work() -> Any:
        settings = Settings()
        database = Database.of(settings)
        try:
            await prepare(database)
            with progress_bar(label) as advance:
                return await run(settings, database, advance)
        finally:
            await database.close()

    return asyncio.run(work())


def _awaitable(advance: Advance) -> Callable[[int, int], Awaitable[None]]:
    async def report(done: int, total: int) -> None:
        advance(done, total)

    return report


def _print_import(report: ImportReport) -> None:
    table = Table("created", "changed", "unchanged", "folded", "failed", "warnings", title="Rows")
    counts = (report.created, report.changed, report.unchanged, report.folded, report.failed, report.warned)
    table.add_row(*(f"{count:,}" for count in counts))
    out.print(table)
    for title, issues in (("failed", report.errors), ("warning", report.warnings)):
        for issue in issues[:SHOWN]:
            place = f"line {issue.line}, {issue.id or 'no id'}, {issue.field or 'row'}"
            out.print(f"{title}: {place}: {issue.reason}", markup=False, soft_wrap=True)
        if len(issues) > SHOWN:
            out.print(f"… and more of {title}; --json shows up to {len(issues):,} of them.")
    if report.dry_run:
        out.print("Nothing was written: this was a dry run.")
    elif report.created or report.changed:
        out.print("Run 'tryon reindex' to make the changes searchable.")
