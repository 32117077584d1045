"""What commands share that work on the catalogue: its database, brought up to date and closed again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

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
