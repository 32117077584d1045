"""`tryon keys`: make, list, revoke and rotate API keys; `tryon audit`: what admins did."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import typer
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.audit import COMMAND_LINE, AuditQuery, AuditRepository, Deed
from app.auth.keys import KeyRepository
from app.auth.principals import Scope
from app.auth.schemas import AuditOut
from app.auth.tables import ApiKeyRow
from app.auth.times import moment_of, span_of
from app.commands.console import Json, err, out
from app.commands.databases import with_session
from app.db.base import now

T = TypeVar("T")
keys = typer.Typer(no_args_is_help=True, help="Make, list, revoke and rotate API keys.")

Expires = Annotated[str | None, typer.Option(help="When it ends: 90d, 24h, or a date such as 2030-01-31.")]
Reference = Annotated[str, typer.Argument(help="The id or prefix that 'tryon keys list' shows.")]


@keys.command()
def create(
    scope: Annotated[Scope, typer.Argument(help="shop (may sit in a browser), server (your backend) or admin.")],
    name: Annotated[str, typer.Option(help="A note to recognise it by.")] = "",
    expires: Expires = None,
    as_json: Json = False,
) -> None:
    """Make a key. It is shown once; only its hash is kept."""
    ends = _ends(expires)

    async def run(session: AsyncSession) -> tuple[ApiKeyRow, str]:
        row, secret = await KeyRepository(session).create(scope, name, ends)
        await _record(session, "tryon keys create", row)
        return row, secret

    row, secret = with_session(run)
    typer.echo(json.dumps({**_shown(row), "key": secret}) if as_json else secret)


@keys.command("list")
def list_(as_json: Json = False) -> None:
    """Show all keys by their prefix: what they may, when they end, when they were last used."""

    rows = [_shown(row) for row in with_session(lambda session: KeyRepository(session).all())]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    table = Table("id", "prefix", "scope", "name", "state", "created", "expires", "last used")
    for row in rows:
        times = [(row[name] or "")[:16].replace("T", " ") for name in ("created_at", "expires_at", "last_used_at")]
        table.add_row(row["id"], f"{row['prefix']}…", row["scope"], row["name"], row["state"], *times)
    out.print(table)


@keys.command()
def revoke(key: Reference, as_json: Json = False) -> None:
    """Make a key useless: every process refuses it within TRYON_AUTH__KEY_CACHE_S seconds (3)."""

    async def run(session: AsyncSession) -> ApiKeyRow:
        row = await _live(session, key)
        await KeyRepository(session).revoke(row.id)
        await _record(session, "tryon keys revoke", row)
        return row

    row = with_session(run)
    typer.echo(json.dumps(_shown(row)) if as_json else f"Revoked {row.id} ({row.prefix}…).")


@keys.command()
def rotate(
    key: Reference,
    grace: Annotated[str, typer.Option(help="How long the old key goes on: 24h, 7d, 0m.")] = "24h",
    expires: Expires = None,
    as_json: Json = False,
) -> None:
    """Make a successor of a key, with its scope, name and lifetime. It is shown once; both live for the grace."""
    overlap, ends = _read(span_of, grace, "--grace"), _ends(expires)

    async def run(session: AsyncSession) -> tuple[ApiKeyRow, ApiKeyRow, str]:
        rotated = await KeyRepository(session).rotate(await _live(session, key), overlap, ends)
        await _record(session, "tryon keys rotate", rotated.old)
        return rotated.old, rotated.new, rotated.secret

    old, new, secret = with_session(run)
    if as_json:
        typer.echo(json.dumps({**_shown(new), "key": secret, "replaces": _shown(old)}))
        return
    typer.echo(secret)
    until = old.expires_at.isoformat(timespec="minutes") if old.expires_at else ""
    err.print(f"{old.prefix}… goes on until {until}.", soft_wrap=True, markup=False)


def audit(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    key: Annotated[str | None, typer.Option(help="Only of this key: its id or prefix.")] = None,
    since: Annotated[str | None, typer.Option(help="Only of the last 24h, 7d, ….")] = None,
    as_json: Json = False,
) -> None:
    """Show what admins did, newest first."""
    query = AuditQuery(key, now() - _read(span_of, since, "--since") if since else None)

    async def run(session: AsyncSession) -> list[dict[str, Any]]:
        rows = await AuditRepository(session).page(None, limit, query)
        return [AuditOut.of(row).model_dump(mode="json") for row in rows]

    rows = with_session(run)
    if as_json:
        typer.echo(json.dumps(rows))
        return
    table = Table("at", "who", "action", "object", "status", "request id")
    for row in rows:
        who = row["key_prefix"] if row["key_id"] != COMMAND_LINE else COMMAND_LINE
        status = "-" if row["status"] is None else str(row["status"])
        table.add_row(row["at"][:19].replace("T", " "), who, row["action"], row["object"], status, row["request_id"])
    out.print(table)


async def _live(session: AsyncSession, reference: str) -> ApiKeyRow:
    row = await KeyRepository(session).named(reference.removesuffix("…"))
    if row is None or row.state(now()) != "live":
        raise typer.BadParameter(f"There is no live key {reference!r}; see 'tryon keys list'.")
    return row


async def _record(session: AsyncSession, action: str, row: ApiKeyRow) -> None:
    """In the transaction of the deed itself. Who it was, the machine knows: this is whoever has its shell."""
    await AuditRepository(session).add(Deed(COMMAND_LINE, "", action, f"key {row.prefix} ({row.id})", None))


def _shown(row: ApiKeyRow) -> dict[str, Any]:
    """A key without its hash."""
    return {
        "id": row.id,
        "prefix": row.prefix,
        "scope": row.scope,
        "name": row.name,
        "state": row.state(now()),
        "created_at": _text(row.created_at),
        "expires_at": _text(row.expires_at),
        "last_used_at": _text(row.last_used_at),
        "revoked_at": _text(row.revoked_at),
    }


def _text(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _ends(expires: str | None) -> dt.datetime | None:
    return None if expires is None else _read(lambda text: moment_of(text, now()), expires, "--expires")


def _read(parse: Callable[[str], T], text: str, option: str) -> T:
    try:
        return parse(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} {error}.", param_hint=option) from None
