"""Around every request: counted, timed, and one line of the access log, under its route's template."""

import time
from collections.abc import Sequence

import structlog
from starlette.routing import BaseRoute, Match
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

    def __init__(self, app: ASGIApp, instruments: Instruments, routes: Sequence[BaseRoute]) -> None:
        """Args: routes: all that may answer; what is refused on the way to one of them counts as its own."""
        self._app = app
        self._instruments = instruments
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started, status, route = time.perf_counter(), 0, ""
        method = scope["method"] if scope["method"] in METHODS else "other"

        async def counted(message: Message) -> None:
            nonlocal status, route
            if message["type"] == "http.response.start":
                status = int(message["status"])  # some send an HTTPStatus, which is logged by its name
                route = self._route_of(scope)
                self._instruments.request(method, route, status, time.perf_counter() - started)
            await send(message)

        with self._instruments.open_request():
            try:
                await self._app(scope, receive, counted)
            finally:
                who = getattr(scope.get(PRINCIPAL), "prefix", "")
                _log(method, route or self._route_of(scope), status, time.perf_counter() - started, who)
        return None

    def _route_of(self, scope: Scope) -> str:
        """The template of the route that answered, or would have; `unmatched` where there is none."""
        template = getattr(scope.get("route"), "path", None)
        if isinstance(template, str):
            return template
        near = "unmatched"
        for route in self._routes:  # refused before routing: by the door, for its body, as a preflight
            match route.matches(scope)[0]:
                case Match.FULL:
                    return str(getattr(route, "path", near))
                case Match.PARTIAL if near == "unmatched":
                    near = str(getattr(route, "path", near))
        return near


def _log(method: str, route: str, status: int, seconds: float, who: str) -> None:
    """`status` 0: nobody was answered, mostly because they went away."""
    if route in QUIET and 0 < status < ERROR:
        return
    level = "error" if status == ERROR else "warning" if status > ERROR or not status else "info"
    getattr(log, level)("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1), key=who)
