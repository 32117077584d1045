"""Schema migrations from code: bring a database to the newest revision, or say that it is behind."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.db.session import Database
from app.errors import NotReady

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


async def upgrade(database: Database) -> None:
    """Apply every pending migration in one transaction."""

    def run(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    async with database.engine.begin() as connection:
        await connection.run_sync(run)


async def check_migrated(database: Database) -> None:
    """Raises NotReady when the schema is not at the newest revision."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    async with database.engine.connect() as connection:
        found = await connection.run_sync(lambda c: MigrationContext.configure(c).get_current_revision())
    if found != head:
        raise NotReady(f"The database is at revision {found or 'none'}, the code at {head}. Run 'tryon migrate'.")


async def prepare(database: Database) -> None:
    """SQLite migrates itself; a shared database is migrated once, by `tryon migrate`. Raises NotReady if behind."""
    if database.is_sqlite:
        await upgrade(database)
    else:
        await check_migrated(database)
