"""What was deleted is gone from the files too.

SQLite overwrites deleted content with zeros (`PRAGMA secure_delete`, set on every connection), but in the database file
alone: its write-ahead log holds pages as they were before, until it is emptied. PostgreSQL has no such log for us to
empty: what is deleted there goes with the server's own vacuum, and its write-ahead log with its own retention.
"""

import structlog
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.db.session import BUSY_MS, Database

log = structlog.get_logger(__name__)

PATIENCE_MS = 1_000
"""How long whoever erases waits for readers that still look at the log."""


async def scrub(database: Database) -> bool:
    """Move the write-ahead log into the database and empty it; False while somebody reads or writes.

    Then the next round of housekeeping does it. Nothing to do on PostgreSQL.
    """
    if not database.is_sqlite:
        return True
    async with database.engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        try:
            await connection.execute(text(f"PRAGMA busy_timeout={PATIENCE_MS}"))
            busy = (await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))).scalar_one()
        except OperationalError:  # locked: another checkpoint runs this moment
            busy = 1
        finally:
            if not connection.invalidated:  # as it is when we are cancelled: it goes, and its setting with it
                await connection.execute(text(f"PRAGMA busy_timeout={BUSY_MS}"))
    if busy:
        log.info("log_not_emptied_yet")
    return not busy


async def scrub_later(database: Database) -> None:
    """The chore that makes up for erasures that met readers, and for those that a kill cut short."""
    await scrub(database)
