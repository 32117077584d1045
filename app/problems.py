"""Errors as answers: `application/problem+json` (RFC 9457), whoever sends them."""

from http import HTTPStatus

import structlog
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from app.errors import AppError, NotReady, problem

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
