"""Errors as answers: `application/problem+json` (RFC 9457), whoever sends them."""

from http import HTTPStatus

import structlog
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from app.errors import NO_ROOM, AppError, NotReady, StorageFull, problem

log = structlog.get_logger(__name__)
PROBLEM_JSON = "application/problem+json"

DATABASE_AWAY = (OperationalError, InterfaceError, PoolExhausted)
"""What SQLAlchemy raises when the database is not there, busy or full: it passes by itself."""


def problem_response(error: AppError, path: str) -> JSONResponse:
    """The answer to a request of `path` that went wrong so."""
    headers = {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(problem(error, path), error.status, headers, media_type=PROBLEM_JSON)


def database_response(error: SQLAlchemyError, path: str) -> JSONResponse:
    """The answer while the database is away."""
    log.error("database unreachable", exc_info=error)
    return problem_response(NotReady("The database did not answer. Try again in a moment.", retry_after_s=5), path)


def disk_response(error: OSError, path: str) -> JSONResponse:
    """The answer to a request that would have written a file. Raises `error` where it is not about room."""
    if error.errno not in NO_ROOM:
        raise error
    log.error("no room to write", reason=error.strerror)
    detail = f"This was not stored: {error.strerror}. Make room where the data folder is, then try again."
    return problem_response(StorageFull(detail), path)
