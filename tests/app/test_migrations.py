"""Migrations from nothing give exactly the tables that the code declares, on every database, and go back again."""

import pytest
from alembic import command
from sqlalchemy import Connection, inspect, text

from app.db.migrate import _config, check_migrated, prepare, upgrade
from app.db.session import Database
from app.db.tables import metadata
from app.errors import NotReady


async def test_up_matches_the_declared_tables_and_down_leaves_nothing(database_url: str) -> None:
    database = Database(database_url)

    def check(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        command.check(config)
        assert set(metadata.tables) <= set(inspect(connection).get_table_names())
        command.downgrade(config, "base")
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}

    await upgrade(database)
    await upgrade(database)
    await check_migrated(database)
    async with database.engine.begin() as connection:
        await connection.run_sync(check)
    await database.close()


async def test_a_shared_database_behind_the_code_is_said_so(database_url: str) -> None:
    database = Database(database_url)
    with pytest.raises(NotReady, match="tryon migrate"):
        await check_migrated(database)
    if database.is_sqlite:
        await prepare(database)
    else:
        with pytest.raises(NotReady, match="tryon migrate"):
            await prepare(database)
    await database.close()


async def test_one_failed_unit_of_work_leaves_nothing(database_url: str) -> None:
    database = Database(database_url)
    await upgrade(database)
    with pytest.raises(RuntimeError, match="stop"):
        async with database.unit_of_work() as session:
            await session.execute(text("INSERT INTO catalog_state (id, revision) VALUES (1, 7)"))
            raise RuntimeError("stop")
    async with database.unit_of_work() as session:
        assert (await session.execute(text("SELECT count(*) FROM catalog_state"))).scalar_one() == 0
    await database.close()
