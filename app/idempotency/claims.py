"""`Idempotency-Key`: a retried POST is answered as the first one was, and done once (IETF draft-ietf-httpapi).

Any route may use it: do the work inside `claimed`, and `finish` the claim in the work's own transaction.
"""

import datetime as dt
import hashlib
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Header
from sqlalchemy import ColumnElement, delete, or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.batches import batched
from app.db.base import now
from app.db.session import Database
from app.db.statements import IDS_A_QUERY
from app.errors import FieldError, IdempotencyInProgress, IdempotencyMismatch, InvalidRequest
from app.idempotency.tables import IdempotencyKeyRow

KEPT = dt.timedelta(hours=24)
ABANDONED = dt.timedelta(minutes=5)
"""A claim older than this belongs to a process that died: no request runs so long."""

KEY_CHARS = 255
ERASED = "erased"
"""What stands in place of the id of an answer that was erased."""

KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Makes a retry harmless for 24 hours.",
        json_schema_extra={"minLength": 1, "maxLength": KEY_CHARS, "pattern": "^[ -~]*$"},
    ),
]


@dataclass(frozen=True, slots=True)
class Claim:
    """One request's hold on its key. `replay` is what the first request with it made; None: this is the first."""

    key: str
    route: str
    principal: str
    replay: dict[str, Any] | None = None

    async def finish(self, session: AsyncSession, status: int, response: dict[str, Any]) -> None:
        """Remember what was made, in the transaction that makes it."""
        done = update(IdempotencyKeyRow).where(*_is(self)).values(status=status, response=response)
        await session.execute(done)


@asynccontextmanager
async def claimed(
    database: Database, key: str | None, route: str, principal: str, body_hash: str
) -> AsyncIterator[Claim | None]:
    """Hold `key` for the block; None without a key. A block that raises frees it.

    Raises:
        IdempotencyMismatch: the key was used with another body.
        IdempotencyInProgress: the request that used it first is still running.
        InvalidRequest: this is no usable key.
    """
    if key is None:
        yield None
        return
    claim = await _claim(database, _checked(key), route, principal, body_hash)
    try:
        yield claim
    except BaseException:
        if claim.replay is None:
            async with database.unit_of_work() as session:
                await session.execute(delete(IdempotencyKeyRow).where(*_is(claim), IdempotencyKeyRow.status.is_(None)))
        raise


async def forget_answers(session: AsyncSession, ids: Collection[str]) -> None:
    """No retry names these erased answers any more; one with their key is still no new request: it finds nothing."""
    row = IdempotencyKeyRow
    for some in batched(list(ids), IDS_A_QUERY):
        named = row.response["id"].as_string().in_(some)
        await session.execute(update(row).where(named).values(response={"id": ERASED}))


async def forget_expired(database: Database) -> None:
    """Delete keys that no longer count, and with them what they remember. May be run by many at once."""
    async with database.unit_of_work() as session:
        await session.execute(delete(IdempotencyKeyRow).where(IdempotencyKeyRow.created_at < now() - KEPT))


def hash_of(parts: Iterable[tuple[str, bytes]]) -> str:
    """SHA-256 over named parts of a body, whatever boundary a client put between them."""
    digest = hashlib.sha256()
    for name, value in parts:
        for chunk in (name.encode(), value):
            digest.update(len(chunk).to_bytes(8, "big") + chunk)
    return digest.hexdigest()


def _checked(key: str) -> str:
    if not key or len(key) > KEY_CHARS or not key.isascii() or not key.isprintable():
        reason = f"must be 1 to {KEY_CHARS} printable ASCII characters; a UUID is a good choice"
        raise InvalidRequest(f"Idempotency-Key {reason}.", fields=[FieldError("Idempotency-Key", reason)])
    return key


async def _claim(database: Database, key: str, route: str, principal: str, body_hash: str) -> Claim:
    claim = Claim(key, route, principal)
    row = IdempotencyKeyRow(key=key, route=route, principal=principal, body_hash=body_hash)
    try:
        async with database.unit_of_work() as session:
            await session.execute(delete(IdempotencyKeyRow).where(*_is(claim), _void()))
            session.add(row)
        return claim
    except IntegrityError:
        async with database.unit_of_work() as session:
            known = await session.get(IdempotencyKeyRow, (key, route, principal))
    return _replayed(claim, known, body_hash)


def _replayed(claim: Claim, known: IdempotencyKeyRow | None, body_hash: str) -> Claim:
    if known is not None and known.body_hash != body_hash:
        raise IdempotencyMismatch("Use a new Idempotency-Key for a new request.")
    if known is None or known.status is None:  # gone again: the first request failed this very moment
        raise IdempotencyInProgress("Wait for the first request with this key, then repeat this one.", retry_after_s=1)
    return Claim(claim.key, claim.route, claim.principal, replay=known.response or {})


def _void() -> ColumnElement[bool]:
    """Claims that count no more: too old, or of a process that died. Housekeeping forgets those that nobody repeats."""
    row, moment = IdempotencyKeyRow, now()
    return or_(row.created_at < moment - KEPT, row.status.is_(None) & (row.created_at < moment - ABANDONED))


def _is(claim: Claim) -> tuple[Any, ...]:
    row = IdempotencyKeyRow
    return row.key == claim.key, row.route == claim.route, row.principal == claim.principal
