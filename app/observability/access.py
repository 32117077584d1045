"""Around every request: counted, timed, and one line of the access log, under its route's template."""

import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.admission.door import PRINCIPAL
from app.observability.instruments import Instruments

log = structlog.get_logger("access")

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Anything else a stranger sends is one label, not as many as they like."""

QUIET = frozenset({"/healthz", "/readyz", "/metrics", "/static/{path:path}"})
"""Asked all the time by machines: logged only where something is wrong."""

ERROR = 500


class Measure:
    """Counts, times and logs every answer, refusals and bugs too. Paths, queries and headers are never looked at:
    they may name shoppers and answers, which are theirs alone.
    """

    def __init__(self, app: ASGIApp, instruments: Instruments) -> None:
        self._app = app
        self._instruments = instruments

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started, status = time.perf_counter(), 0
        method = scope["method"] if scope["method"] in METHODS else "other"

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])  # some send an HTTPStatus, which is logged by its name
                self._instruments.request(method, route_of(scope), status, time.perf_counter() - started)
            await send(message)

        with self._instruments.open_request():
            try:
                await self._app(scope, receive, counted)
            finally:
                _log(scope, method, status, time.perf_counter() - started)
        return None


def route_of(scope: Scope) -> str:
    """The template of the route that answers; `unmatched` for all that is none."""
    template = getattr(scope.get("route"), "path", None)
    return template if isinstance(template, str) else "unmatched"


def _log(scope: Scope, method: str, status: int, seconds: float) -> None:
    """`status` 0: nobody was answered, mostly because they went away."""
    route = route_of(scope)
    if route in QUIET and 0 < status < ERROR:
        return
    who = getattr(scope.get(PRINCIPAL), "prefix", "")
    level = "error" if status == ERROR else "warning" if status > ERROR or not status else "info"
    getattr(log, level)("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1), key=who)
