"""What admins did: the record, its repository, its reading. Never a body, never a secret."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.settings import AuthSettings
from app.auth.tables import AuditRow
from app.db.base import now
from app.db.session import Database
from app.paging import decode_number, encode_cursor

log = structlog.get_logger(__name__)

MUTATING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
COMMAND_LINE = "command line"
"""Who it was where no key was needed: somebody with a shell on the machine."""

ACTION_CHARS, OBJECT_CHARS, ID_CHARS = 200, 400, 128


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did what to which object. `status`: what HTTP answered; None: the request ended without an answer."""

    key_id: str
    key_prefix: str
    action: str
    object: str
    status: int | None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which records to list; None is any. `key` is a key's id or prefix."""

    key: str | None = None
    since: dt.datetime | None = None


def object_of(path_params: Mapping[str, Any], location: str) -> str:
    """What a request was about: the ids in its path, or else what its answer says it made."""
    named = ", ".join(f"{name.removesuffix('_id')} {value}" for name, value in path_params.items())
    return (named or location)[:OBJECT_CHARS]


class AuditRepository:
    """The only SQL about audit records; never commits. Records are added and forgotten, never changed."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, deed: Deed) -> None:
        self._session.add(
            AuditRow(
                key_id=deed.key_id,
                key_prefix=deed.key_prefix,
                action=deed.action[:ACTION_CHARS],
                object=deed.object[:OBJECT_CHARS],
                status=deed.status,
                request_id=deed.request_id[:ID_CHARS],
            )
        )
        await self._session.flush()

    async def page(self, before: int | None, limit: int, query: AuditQuery) -> list[AuditRow]:
        """Newest first; those before the record `before`."""
        rows = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
        if before is not None:
            rows = rows.where(AuditRow.id < before)
        if query.key is not None:
            rows = rows.where((AuditRow.key_id == query.key) | (AuditRow.key_prefix == query.key))
        if query.since is not None:
            rows = rows.where(AuditRow.at >= query.since)
        return list(await self._session.scalars(rows))

    async def forget_before(self, moment: dt.datetime) -> int:
        """Delete older records. How many there were."""
        gone = delete(AuditRow).where(AuditRow.at < moment).execution_options(synchronize_session=False)
        return len((await self._session.scalars(gone.returning(AuditRow.id))).all())


@dataclass(frozen=True, slots=True)
class AuditService:
    """Reading what was recorded."""

    records: AuditRepository

    async def page(self, cursor: str | None, limit: int, query: AuditQuery) -> tuple[list[AuditRow], str | None]:
        """Records, newest first, and the cursor of the next page. Raises InvalidRequest for a foreign cursor."""
        rows = await self.records.page(decode_number(cursor) if cursor else None, limit + 1, query)
        shown = rows[:limit]
        return shown, encode_cursor(str(shown[-1].id)) if len(rows) > limit else None


async def forget_old_deeds(database: Database, settings: AuthSettings) -> None:
    """Delete records older than they are kept. May be run by many at once."""
    async with database.unit_of_work() as session:
        gone = await AuditRepository(session).forget_before(now() - dt.timedelta(days=settings.audit_days))
    if gone:
        log.info("old_audit_records_forgotten", records=gone)
