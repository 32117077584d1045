"""`tryon items`: look at single items and change them; a service that runs over the same database follows at once."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.editing.fields import fields_of
from app.catalog.repository import ItemRepository
from app.catalog.tables import ItemRow
from app.commands.console import Json, err, out
from app.commands.databases import with_database, with_session
from app.db.session import Database
from app.errors import InvalidRequest, ItemNotFound
from app.settings import Settings

if TYPE_CHECKING:
    from app.catalog.editing.operations import Operation, Result

items = typer.Typer(no_args_is_help=True, help="Show, write, patch and remove single items of the catalogue.")

Id = Annotated[str, typer.Argument(help="The feed's own id.")]
Fields = Annotated[
    str, typer.Argument(help="A JSON object in the fields of a JSONL feed, or @FILE, or - for standard input.")
]
Pictures = Annotated[
    list[Path] | None,
    typer.Option("--picture", exists=True, dir_okay=False, help="A picture, repeated: all that the item then has."),
]


@items.command()
def show(item_id: Id, as_json: Json = False) -> None:
    """Everything that the shop itself says of an item."""

    row = with_session(lambda session: ItemRepository(session).get(item_id))
    if row is None:
        raise ItemNotFound(f"There is no item '{item_id[:128]}'. 'tryon items list' shows what there is.")
    fields = {"id": row.id} | fields_of(row) | {"pictures": [picture.sha256 for picture in row.pictures]}
    if as_json:
        out.print_json(json.dumps(fields, ensure_ascii=False, default=str))
        return
    table = Table("field", "value", show_header=False)
    for name, value in fields.items():
        table.add_row(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))
    out.print(table)


@items.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 20,
    after: Annotated[str | None, typer.Option(help="Only ids behind this one.")] = None,
    as_json: Json = False,
) -> None:
    """Items by id."""
    from app.catalog.narrowing.filters import Criteria

    async def run(session: AsyncSession) -> tuple[list[ItemRow], int]:
        repository = ItemRepository(session)
        return await repository.page(Criteria(), after, limit), await repository.count()

    rows, count = with_session(run)
    if as_json:
        shown = [{"id": row.id} | fields_of(row) | {"pictures": len(row.pictures)} for row in rows]
        out.print_json(json.dumps({"items": shown, "total": count}, ensure_ascii=False, default=str))
        return
    table = Table("id", "title", "kind", "colour", "price", "stock", "pictures", caption=f"{len(rows):,} of {count:,}")
    for row in rows:
        counted = [variant.stock for variant in row.variants if variant.stock is not None]
        price = "" if row.price is None else f"{row.price:.2f} {row.currency}"
        stock = str(sum(counted)) if counted else ""
        table.add_row(row.id, row.title or row.title_zh, row.kind, row.colour, price, stock, str(len(row.pictures)))
    out.print(table)


@items.command()
def put(item_id: Id, fields: Fields, picture: Pictures = None, as_json: Json = False) -> None:
    """Write an item whole, new or not. It keeps its pictures where none are given."""
    _change("upsert", item_id, fields, picture or [], as_json=as_json)


@items.command()
def patch(item_id: Id, fields: Fields, picture: Pictures = None, as_json: Json = False) -> None:
    """Change some fields (JSON merge patch): '{"price": "9.90", "stock": {"M": 0}, "colour": null}'."""
    _change("patch", item_id, fields, picture or [], as_json=as_json)


@items.command()
def delete(
    item_ids: Annotated[list[str], typer.Argument(help="The feed's own ids.")],
    as_json: Json = False,
) -> None:
    """Remove items: no answer shows them from now on."""

    async def run(session: AsyncSession) -> list[str]:
        repository = ItemRepository(session)
        there = sorted(await repository.existing(item_ids))
        await repository.delete(there)
        return there

    removed = with_session(run)
    missing = [item_id for item_id in dict.fromkeys(item_ids) if item_id not in removed]
    if as_json:
        out.print_json(json.dumps({"removed": removed, "unknown": missing}, ensure_ascii=False))
    else:
        out.print(f"Removed {len(removed):,}.")
        for item_id in missing:
            err.print(f"There is no item '{item_id}'.", markup=False)
    if missing:
        raise typer.Exit(1)


def _change(op: str, item_id: str, fields: str, pictures: list[Path], *, as_json: bool) -> None:
    """Raises AppError, one line, when the item cannot be changed so."""
    from app.catalog.editing.schemas import ChangeOut, parsed_item

    files = tuple(path.read_bytes() for path in pictures)
    operation = parsed_item(_text(fields).encode()).operation("patch" if op == "patch" else "upsert", item_id)
    asked = replace(operation, pictures=files) if files else operation
    result = with_database(partial(_applied, asked))
    if result.error is not None:
        raise result.error
    if as_json:
        out.print_json(ChangeOut.of(result).model_dump_json())
        return
    found = "and can be found" if result.searchable else "and is not in the index"
    out.print(f"{result.id}: {result.outcome} {found}.", markup=False)
    for name, doubt in result.warnings:
        err.print(f"  {name} {doubt}", markup=False)


async def _applied(operation: "Operation", settings: Settings, database: Database) -> "Result":
    """What became of one change; the model is loaded for it."""
    from app.catalog.editing.editor import Editor
    from app.catalog.editing.embedding import Embedder
    from app.commands.engines import engine_in_use
    from app.media.storage import LocalBlobs

    engine = await engine_in_use(settings)
    try:
        editor = Editor.over(settings, database, LocalBlobs(settings.blob_dir), Embedder(engine, settings))
        (result,) = await editor.apply([operation])
        return result
    finally:
        await engine.close()


def _text(given: str) -> str:
    """JSON as it is given, or from where it says. Raises InvalidRequest when the file cannot be read."""
    try:
        if given == "-":
            return typer.get_text_stream("stdin").read()
        return Path(given[1:]).read_text("utf-8") if given.startswith("@") else given
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{given[1:]} cannot be read: {error}.") from error
