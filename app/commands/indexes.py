"""`tryon indexes`: versions on disk, the way back, damage and room."""

import asyncio
import json
from typing import Annotated

import typer
from rich.table import Column, Table

from app.commands.console import Json, err, out
from app.errors import IndexDamaged, IndexVersionNotFound
from app.indexes.schemas import IndexOut
from app.indexes.service import IndexService
from app.settings import Settings
from models.index import SnapshotStore

indexes = typer.Typer(no_args_is_help=True, help="List index versions, switch between them, verify and prune them.")

MEGABYTE = 1_000_000
Version = Annotated[str, typer.Argument(help="A version that 'tryon indexes list' shows, or 'previous'.")]


@indexes.command("list")
def list_(as_json: Json = False) -> None:
    """Every version on disk, newest first."""
    service = _service()
    found = asyncio.run(service.versions())
    for version, fault in service.snapshots.damaged().items():
        err.print(f"tryon: index {version} is damaged: {fault}", markup=False, soft_wrap=True, style="yellow")
    _print(found, as_json)


@indexes.command()
def activate(version: Version, as_json: Json = False) -> None:
    """Verify a version and make it the live one; a running service follows by itself."""
    service = _service()
    found = asyncio.run(service.activate(_named(version)))
    if as_json:
        out.print_json(found.model_dump_json())
    else:
        out.print(f"Index [bold]{found.version}[/bold] is live: {found.count:,} items.")


@indexes.command()
def verify(
    version: Annotated[str | None, typer.Argument(help="A version, or 'previous'; the live one when left out.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every version.")] = False,
    as_json: Json = False,
) -> None:
    """Read every byte of a version and compare it with its checksums. Ends with 1 where something is damaged."""
    service = _service()
    wanted = [index.version for index in asyncio.run(service.versions())] if every else [_named(version)]
    faults = dict(service.snapshots.damaged()) if every else {}
    intact = []
    for name in wanted:
        try:
            asyncio.run(service.verify(name))
            intact.append(name)
        except IndexDamaged as damaged:
            faults[name] = damaged.detail
    if as_json:
        out.print_json(json.dumps({"intact": intact, "damaged": faults}))
    else:
        for name in intact:
            out.print(f"Index [bold]{name}[/bold] is intact.")
        for fault in faults.values():
            err.print(f"tryon: {fault}", markup=False, soft_wrap=True, style="red")
    if faults:
        raise typer.Exit(1)


@indexes.command()
def prune(
    keep: Annotated[
        int | None, typer.Option(min=1, help="Newest versions to keep; TRYON_INDEX__KEEP otherwise.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Delete old versions, never the live one or the one before it, and what killed builds left behind."""
    settings = Settings()
    snapshots = SnapshotStore(settings.index_dir)
    swept = snapshots.sweep()
    gone = snapshots.prune(settings.index.keep if keep is None else keep)
    if as_json:
        out.print_json(json.dumps({"pruned": gone, "swept": swept}))
    else:
        out.print(f"Deleted {len(gone)} versions and {len(swept)} leftovers.")


def _service() -> IndexService:
    settings = Settings()
    return IndexService(SnapshotStore(settings.index_dir), settings.index_dir)


def _named(version: str | None) -> str:
    """A version by name; `previous`, and the live one for None. Raises IndexVersionNotFound."""
    snapshots = SnapshotStore(Settings().index_dir)
    named = {None: snapshots.current_version(), "previous": snapshots.previous_version()}.get(version, version)
    if named is None:
        which = "live index" if version is None else "index before the live one"
        raise IndexVersionNotFound(f"There is no {which}. See 'tryon indexes list'.")
    return named


def _print(found: list[IndexOut], as_json: bool) -> None:
    if as_json:
        out.print_json(json.dumps([index.model_dump(mode="json") for index in found]))
        return
    table = Table(Column("version", no_wrap=True), "", "items", "kind", "kept as", "model", "MB", "recall@10")
    for index in found:
        state = "[bold green]live[/]" if index.live else "before" if index.previous else ""
        recall = min((share for name, share in index.checks.items() if name.startswith("recall")), default=None)
        table.add_row(
            index.version, state, f"{index.count:,}", index.kind, index.precision, index.model.name,
            f"{index.size_bytes / MEGABYTE:,.1f}", "" if recall is None else f"{recall:.3f}",
        )  # fmt: skip
    out.print(table)
