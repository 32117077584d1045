"""What bulk statements share: tables without the ORM, upserts on both databases, and how many ids one query takes."""

from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.base import Base

IDS_A_QUERY = 5_000
"""SQLite takes at most 32,766 parameters in one statement."""


def table_of(row: type[Base]) -> Table:
    """The Core table behind an ORM class: bulk statements need no ORM."""
    return cast(Table, row.__table__)


def dialect_insert(session: AsyncSession, table: Table) -> Any:
    """An INSERT that has `on_conflict_do_update`: both databases know it, each through its own construct."""
    backend = session.get_bind().dialect.name
    return postgresql.insert(table) if backend == "postgresql" else sqlite.insert(table)
