"""What commands share that look into the database: it is brought up to date and closed again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.migrate import prepare
from app.db.session import Database
from app.settings import Settings

T = TypeVar("T")


def with_database(run: Callable[[Settings, Database], Awaitable[T]]) -> T:
    """Run `run` with a migrated database, and close that whatever happens."""

    async def work() -> T:
        settings = Settings()
        database = Database.of(settings)
        try:
            await prepare(database)
            return await run(settings, database)
        finally:
            await database.close()

    return asyncio.run(work())


def with_session(work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Run `work` in one unit of work, committed when it succeeds."""

    async def within(_: Settings, database: Database) -> T:
        async with database.unit_of_work() as session:
            return await work(session)

    return with_database(within)
