"""`tryon keys`: make, list and revoke API keys."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer
from rich.table import Table

from app.auth.keys import KeyRepository
from app.auth.principals import Scope
from app.commands.console import out
from app.db.migrate import prepare
from app.db.session import Database
from app.settings import Settings

keys = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")


@keys.command()
def create(
    scope: Annotated[Scope, typer.Argument(help="shop (may sit in a browser), server (your backend) or admin.")],
    name: Annotated[str, typer.Option(help="A note to recognise it by.")] = "",
) -> None:
    """Make a key. It is shown once; only its hash is kept."""

    async def run() -> str:
        async with _repository() as repository:
            return (await repository.create(scope, name))[1]

    typer.echo(asyncio.run(run()))


@keys.command("list")
def list_() -> None:
    """Show all keys by their prefix."""

    async def run() -> Table:
        table = Table("id", "name", "scope", "prefix", "created", "revoked")
        async with _repository() as repository:
            for row in await repository.all():
                revoked = row.revoked_at.isoformat() if row.revoked_at else ""
                table.add_row(row.id, row.name, row.scope, f"{row.prefix}…", row.created_at.isoformat(), revoked)
        return table

    out.print(asyncio.run(run()))


@keys.command()
def revoke(key_id: Annotated[str, typer.Argument(help="The id that 'tryon keys list' shows.")]) -> None:
    """Make a key useless, at once."""

    async def run() -> bool:
        async with _repository() as repository:
            return await repository.revoke(key_id)

    if not asyncio.run(run()):
        raise typer.BadParameter(f"There is no live key with id {key_id!r}; see 'tryon keys list'.")
    typer.echo(f"Revoked {key_id}.")


@asynccontextmanager
async def _repository() -> AsyncIterator[KeyRepository]:
    database = Database.of(Settings())
    try:
        await prepare(database)
        async with database.unit_of_work() as session:
            yield KeyRepository(session)
    finally:
        await database.close()
