"""Alembic environment: runs on the connection that app.db.migrate hands over, or on TRYON_DATABASE__URL."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from app.db.session import Database
from app.db.tables import metadata
from app.settings import Settings


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        user_module_prefix="base.",
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_online() -> None:
    database = Database.of(Settings())
    async with database.engine.begin() as connection:
        await connection.run_sync(run)
    await database.close()


handed: Connection | None = context.config.attributes.get("connection")
if handed is not None:
    run(handed)
else:
    asyncio.run(run_online())
