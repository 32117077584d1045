"""What stands around every request: its id, a clean address, and errors as problem+json."""

import uuid
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import AppError, FieldError, InvalidRequest
from app.observability.bugs import described
from app.problems import DATABASE_AWAY, PROBLEM_JSON, database_response, disk_response, problem_response
from app.texts import CLEAN, is_clean

log = structlog.get_logger(__name__)
REQUEST_ID_CHARS = 128
NO_JSON = "is not valid JSON"
NOT_JSON = FieldError("body", NO_JSON)
BUG = "We failed, not you. Try again; if it stays, give the operator the X-Request-ID."


class RequestId:
    """Gives every answer an `X-Request-ID`: the caller's own when it is sane, else a new one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        given = Headers(scope=scope).get("x-request-id", "")
        sane = given.isascii() and given.isprintable() and 0 < len(given) <= REQUEST_ID_CHARS
        request_id = given if sane else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
            await send(message)

        return await self._app(scope, receive, send_with_id)


class CleanAddress:
    """Refuses control characters in path and query, which no database and no log should see."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        dirty = [] if scope["type"] != "http" else [name for name, text in _address(scope) if not is_clean(text)]
        if not dirty:
            return await self._app(scope, receive, send)
        error = InvalidRequest(
            f"The request's {' and '.join(dict.fromkeys(dirty))} {CLEAN}.", fields=[FieldError(n, CLEAN) for n in dirty]
        )
        return await problem_response(error, scope["path"])(scope, receive, send)


def _address(scope: Scope) -> Iterator[tuple[str, str]]:
    yield "path", scope["path"]
    for name, value in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True):
        yield (name if is_clean(name) else "query"), value if is_clean(name) else name


class CatchAll:
    """The last resort, inside CORS and the request id so that even a bug's answer carries both."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:
            if not isinstance(error, AppError):
                # The route, not the path: ids of shoppers stand in paths.
                route = getattr(scope.get("route"), "path", "unmatched")
                log.error("unhandled error", route=route, error=described(error))
            if started:
                raise
            told = error if isinstance(error, AppError) else AppError(BUG)
            await problem_response(told, scope["path"])(scope, receive, send)
        return None


def install_error_handlers(app: FastAPI) -> None:
    """Every error leaves as problem+json, whoever raised it."""

    @app.exception_handler(AppError)
    async def _known(request: Request, error: AppError) -> JSONResponse:
        return problem_response(error, request.url.path)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        fields = [_field_error(e) for e in jsonable_encoder(error.errors(), exclude={"ctx", "input"})]
        summary = "; ".join(f"{f.field}: {f.reason}" for f in fields[:3])
        return problem_response(InvalidRequest(summary or "Check the request.", fields=fields), request.url.path)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        status, headers = HTTPStatus(error.status_code), dict(error.headers or {})
        if status == HTTPStatus.BAD_REQUEST:  # only FastAPI says it: of JSON that is not even text
            return problem_response(InvalidRequest(f"body {NO_JSON}.", fields=[NOT_JSON]), request.url.path)
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(sorted(allowed(app, request.scope)))
        body = {
            "type": "about:blank",
            "title": status.phrase,
            "status": int(status),
            "detail": str(error.detail),
            "instance": request.url.path,
        }
        return JSONResponse(body, status, headers, media_type=PROBLEM_JSON)

    async def _database(request: Request, error: SQLAlchemyError) -> JSONResponse:
        return database_response(error, request.url.path)

    @app.exception_handler(OSError)
    async def _disk(request: Request, error: OSError) -> JSONResponse:
        return disk_response(error, request.url.path)

    for away in DATABASE_AWAY:
        app.exception_handler(away)(_database)


def allowed(app: FastAPI, scope: Scope) -> set[str]:
    """The methods of a path (RFC 9110, section 15.5.6), of all its routes: Starlette names those of the first."""
    routes = (context.original_route for context in iter_route_contexts(app.routes))
    found = (r.methods or set() for r in routes if isinstance(r, Route) and r.matches(scope)[0] is not Match.NONE)
    return set().union(*found)


def _field_error(error: dict[str, Any]) -> FieldError:
    if error["type"] == "json_invalid":  # its place is a number of characters, no field
        return NOT_JSON
    where = [str(part) for part in error["loc"] if part not in ("body", "query", "path", "header")]
    return FieldError(".".join(where) or "body", str(error["msg"]).removeprefix("Value error, "))
