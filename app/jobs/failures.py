"""Which failures of a job may pass by themselves, and what an admin reads of one: pure."""

import errno

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from app.errors import AppError, DatabaseUnreachable, Overloaded
from models.contracts import ModelError
from models.engine.errors import EngineOverloaded

PASSING_ERRNO = frozenset(
    (
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EMFILE,
        errno.ENFILE,
        errno.EAGAIN,
        errno.EBUSY,
        errno.EINTR,
        errno.EIO,
        errno.ESTALE,
        errno.ENOMEM,
    )
)
PASSING_SQLSTATES = ("08", "40", "53", "55P03", "57")
"""Connection, serialisation and deadlock, out of resources, lock not available, operator intervention (PostgreSQL
documentation, appendix A)."""


def transient(error: BaseException) -> bool:
    """Whether the same work may well succeed a little later: the database or a server away, no room, too much to do."""
    match error:
        case DatabaseUnreachable() | Overloaded() | EngineOverloaded() | PoolExhausted():
            return True
        case OperationalError() | InterfaceError():
            return True
        case DBAPIError():
            state = str(getattr(error.orig, "sqlstate", None) or "")
            return error.connection_invalidated or state.startswith(PASSING_SQLSTATES)
        case ConnectionError() | TimeoutError():
            return True
        case OSError():
            return error.errno in PASSING_ERRNO
        case _:
            return False


def told(error: BaseException) -> str:
    """What an admin reads: our own errors in full, others by name (the log has the rest)."""
    if isinstance(error, AppError):
        return error.detail
    if isinstance(error, ModelError):
        return str(error)
    if isinstance(error, DBAPIError):  # its text holds the statement
        return f"{type(error).__name__}: {error.orig}"
    return f"{type(error).__name__}: {error}"
