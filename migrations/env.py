"""Alembic environment: runs on the connection that app.db.migrate hands over, or on TRYON_DATABASE__URL."""

import asyncio

from alembic import context
from sqlalchemy import Connection, ForeignKeyConstraint

from app.db.session import Database
from app.db.tables import metadata
from app.settings import Settings

NOT_DECLARED = ("item_words_fts", "ix_item_words_text")
"""Names, or beginnings of them, of what full text search needs and SQLAlchemy cannot describe: see migration 0005."""


def declared(name: str | None, _kind: str, _parents: object) -> bool:
    """Whether autogeneration compares that object with the declared tables."""
    return name is None or not name.startswith(NOT_DECLARED)


ADDED_IN_PLACE = frozenset({("recommendations", "shopper_id")})
"""Foreign keys that SQLite has beside their column, the only place where it can add one to a table that is there."""


def run(connection: Connection) -> None:
    def comparable(thing: object, _name: str | None, _type: str, _reflected: bool, _other: object) -> bool:
        """SQLAlchemy cannot read ON DELETE of such a key back from SQLite, so it would be found to differ."""
        beside = isinstance(thing, ForeignKeyConstraint) and (thing.table.name, *thing.column_keys) in ADDED_IN_PLACE
        return not (beside and connection.dialect.name == "sqlite")

    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        include_name=declared,
        include_object=comparable,
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
