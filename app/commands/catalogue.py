"""`tryon reindex`: the catalogue searchable."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from app.commands.console import Json, awaitable, err, out, progress_bar
from app.commands.databases import with_database
from app.db.session import Database
from app.media.storage import LocalBlobs
from app.settings import Settings

SHOWN = 20


def reindex(
    force: Annotated[bool, typer.Option("--force", help="Build a new version though nothing changed.")] = False,
    reencode: Annotated[bool, typer.Option("--reencode", help="Embed every picture and text again.")] = False,
    model: Annotated[str | None, typer.Option(help="Another model to go live with; else the live index's.")] = None,
    as_json: Json = False,
) -> None:
    """Embed what is new, build an index beside the live one, verify it and switch."""
    from app.catalog.reindexing.reindex import ReindexResult
    from app.catalog.reindexing.reindex import reindex as run_reindex
    from app.commands.engines import engine_in_use
    from models.index import SnapshotStore

    async def run(settings: Settings, database: Database) -> ReindexResult:
        engine = await engine_in_use(settings, model)
        try:
            with progress_bar("Encoding") as advance:
                return await run_reindex(
                    database,
                    LocalBlobs(settings.blob_dir),
                    engine,
                    SnapshotStore(settings.index_dir),
                    settings,
                    progress=awaitable(advance),
                    force=force,
                    reencode=reencode,
                )
        finally:
            await engine.close()

    result = with_database(run)
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
