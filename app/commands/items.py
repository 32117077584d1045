"""`tryon items`: look at single items and change them; a service that runs over the same database follows at once."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from app.catalog.editing.fields import fields_of
from app.catalog.repository import ItemRepository
from app.catalog.tables import ItemRow
from app.commands.console import err, out
from app.commands.databases import with_database
from app.db.session import Database
from app.errors import AppError, InvalidRequest, ItemNotFound
from app.settings import Settings

items = typer.Typer(no_args_is_help=True, help="Show, write, patch and remove single items of the catalogue.")

Id = Annotated[str, typer.Argument(help="The feed's own id.")]
Fields = Annotated[
    str, typer.Argument(help="A JSON object in the fields of a JSONL feed, or @FILE, or - for standard input.")
]
Pictures = Annotated[
    list[Path],
    typer.Option("--picture", exists=True, dir_okay=False, help="A picture, repeated: all that the item then has."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@items.command()
def show(item_id: Id, as_json: Json = False) -> None:
    """Everything that the shop itself says of an item."""

    async def run(settings: Settings, database: Database) -> ItemRow:
        async with database.unit_of_work() as session:
            return await _existing(session, item_id)

    row = with_database(run)
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

    async def run(settings: Settings, database: Database) -> tuple[list[ItemRow], int]:
        async with database.unit_of_work() as session:
            repository = ItemRepository(session)
            return await repository.page(Criteria(), after, limit), await repository.count()

    rows, count = with_database(run)
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
def put(item_id: Id, fields: Fields, picture: Pictures = [], as_json: Json = False) -> None:  # noqa: B006 - typer's way
    """Write an item whole, new or not. It keeps its pictures where none are given."""
    _change("upsert", item_id, fields, picture, as_json=as_json)


@items.command()
def patch(item_id: Id, fields: Fields, picture: Pictures = [], as_json: Json = False) -> None:  # noqa: B006 - typer's way
    """Change some fields (JSON merge patch): '{"price": "9.90", "stock": {"M": 0}, "colour": null}'."""
    _change("patch", item_id, fields, picture, as_json=as_json)


@items.command()
def delete(
    item_ids: Annotated[list[str], typer.Argument(help="The feed's own ids.")],
    as_json: Json = False,
) -> None:
    """Remove items: no answer shows them from now on."""

    async def run(settings: Settings, database: Database) -> list[str]:
        async with database.unit_of_work() as session:
            repository = ItemRepository(session)
            there = await repository.existing(item_ids)
            await repository.delete(sorted(there))
        return sorted(there)

    removed = with_database(run)
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
    from app.catalog.editing.operations import Result
    from app.catalog.editing.schemas import ChangeOut, parsed_item

    files = tuple(path.read_bytes() for path in pictures)
    operation = parsed_item(_text(fields).encode()).operation("patch" if op == "patch" else "upsert", item_id)

    asked = replace(operation, pictures=files) if files else operation

    async def work(settings: Settings, database: Database) -> Result:
        result: Result = await _edited(settings, database, lambda editor: editor.apply([asked]))
        return result

    result = with_database(work)
    if result.error is not None:
        raise result.error
    if as_json:
        out.print_json(ChangeOut.of(result).model_dump_json())
        return
    found = "and can be found" if result.searchable else "and is not in the index"
    out.print(f"{result.id}: {result.outcome} {found}.", markup=False)
    for name, doubt in result.warnings:
        err.print(f"  {name} {doubt}", markup=False)


async def _edited(settings: Settings, database: Database, work: Callable[[Any], Awaitable[list[Any]]]) -> Any:
    """The one result of `work` with an editor, whose model is loaded for it."""
    from app.catalog.editing.editor import Editor
    from app.catalog.editing.embedding import Embedder
    from app.commands.engines import engine_in_use
    from app.media.storage import LocalBlobs

    engine = await engine_in_use(settings)
    try:
        editor = Editor.over(settings, database, LocalBlobs(settings.blob_dir), Embedder(engine, settings))
        return (await work(editor))[0]
    finally:
        await engine.close()


async def _existing(session: Any, item_id: str) -> ItemRow:
    row = await ItemRepository(session).get(item_id)
    if row is None:
        raise ItemNotFound(f"There is no item '{item_id[:128]}'. 'tryon items list' shows what there is.")
    return row


def _text(given: str) -> str:
    """JSON as it is given, or from where it says. Raises AppError when the file cannot be read."""
    try:
        if given == "-":
            return typer.get_text_stream("stdin").read()
        return Path(given[1:]).read_text("utf-8") if given.startswith("@") else given
    except (OSError, UnicodeDecodeError) as error:
        failure: AppError = InvalidRequest(f"{given[1:]} cannot be read: {error}.")
        raise failure from error
