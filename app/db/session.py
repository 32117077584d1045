"""The database: one engine, one place that commits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import Dialect, event, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from app.db import sqlite
from app.errors import DatabaseUnreachable
from app.settings import Settings

RETRY_S = 5
BUSY_MS = 10_000
"""How long a SQLite writer waits for another."""

SQLITE = (
    "journal_mode=WAL", "synchronous=NORMAL", f"busy_timeout={BUSY_MS}", "foreign_keys=ON", "secure_delete=ON",
)  # fmt: skip

OUTAGES = (SQLAlchemyError, DatabaseUnreachable, OSError)
"""What work in the background outlives: database or disk are away for a while, and it is tried again."""


class Database:
    """Owns the engine and hands out units of work."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = make_url(url)
        self.engine = _engine(url, pool_size)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @classmethod
    def of(cls, settings: Settings) -> "Database":
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        return cls(settings.database_url, pool_size=settings.database.pool_size)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[AsyncSession]:
        """One session, committed when the block succeeds and rolled back when it raises."""
        async with self._sessions() as session, session.begin():
            yield session

    async def close(self) -> None:
        await self.engine.dispose()


def _engine(url: str, pool_size: int) -> AsyncEngine:
    is_sqlite = make_url(url).get_backend_name() == "sqlite"
    # Parameters hold what shoppers asked for: errors, and so the log, name the statement alone.
    engine = create_async_engine(url, pool_size=pool_size, pool_pre_ping=not is_sqlite, hide_parameters=True)
    event.listen(engine.sync_engine, "do_connect", _connect)
    if is_sqlite:
        event.listen(engine.sync_engine, "connect", _tune_sqlite)
    return engine


def _connect(dialect: Dialect, _record: object, arguments: Any, options: Any) -> Any:
    """The driver's connection. asyncpg's own errors reach nobody: SQLAlchemy translates them only later on.

    Raises:
        DatabaseUnreachable: the server is away, starting, full or refuses us.
    """
    if dialect.name == "sqlite":
        options = {**options, "async_creator_fn": sqlite.connect}
    try:
        return dialect.connect(*arguments, **options)
    except (OSError, asyncpg.PostgresError) as error:
        raise DatabaseUnreachable(
            "The database cannot be reached. Try again in a moment.", retry_after_s=RETRY_S
        ) from error


def _tune_sqlite(connection: Any, _record: object) -> None:
    """WAL lets readers go on while one writes; a busy writer waits instead of failing; what is erased is zeroed."""
    cursor = connection.cursor()
    for pragma in SQLITE:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
