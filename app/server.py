"""The server: uvicorn, with an end to how long a stranger may take to say what they want."""

import asyncio
import sys
from contextlib import suppress
from functools import partial
from socket import socket
from typing import Any

import h11
import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.config import STARTUP_FAILURE
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.admission.settings import ServerSettings
from app.draining import Drain
from app.settings import Settings

log = structlog.get_logger(__name__)

FORCED_S = 0.1
"""How soon a second SIGINT is noticed."""

CUT_OFF_S = 5
"""After the drain: for callers that read slowly, and for what was not done in time."""


class ImpatientProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection whose request does not get on.

    Uvicorn waits for the head of a request as long as it takes, and for the rest of a body that was answered already.
    Here both have `patience_s`; bodies that are being read have limits of their own (app/admission/bodies.py).
    """

    def __init__(self, *args: Any, patience_s: float, **options: Any) -> None:
        super().__init__(*args, **options)
        self._patience_s = patience_s
        self._giving_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_watching()

    def _watch(self) -> None:
        """Start the clock where something is awaited from the caller and no application awaits it; else stop it."""
        answering = self.cycle is not None and not self.cycle.response_complete
        idle = self.timeout_keep_alive_task is not None and self.conn.their_state is h11.IDLE
        if answering or idle:  # an idle connection has uvicorn's own clock
            self._stop_watching()
        elif self._giving_up is None and not self.transport.is_closing():
            self._giving_up = self.loop.call_later(self._patience_s, self.transport.close)

    def _stop_watching(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None


class DrainingServer(uvicorn.Server):
    """Uvicorn that listens on while it ends: uvicorn's own end closes the port first, and who asks then is left alone.

    From SIGTERM or SIGINT on new requests are refused (app/draining.py) and /readyz says so, for `linger_s` at least,
    so that whoever sends them here learns of it; and until all that was taken is answered, for `drain_s` at most. A
    second SIGINT ends it at once.
    """

    def __init__(self, config: uvicorn.Config, drain: Drain, settings: ServerSettings) -> None:
        super().__init__(config)
        self._drain, self._settings = drain, settings

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._drain.begin()
        log.info("draining", requests=self._drain.inside, within_s=self._settings.drain_s)
        done = asyncio.ensure_future(self._drained())
        try:
            while not done.done() and not self.force_exit:
                await asyncio.wait({done}, timeout=FORCED_S)
        finally:
            done.cancel()
        await super().shutdown(sockets)

    async def _drained(self) -> None:
        await asyncio.sleep(self._settings.linger_s)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.drain_s):
                await self._drain.empty()


def run(app: ASGIApp, settings: Settings, drain: Drain | None = None) -> None:
    """Serve `app` until the process is asked to stop. Proxies are believed by the application (app/main.py).

    Args: drain: through which the application (`app.state.drain`) is told of the end, and tells what it works on.
    """
    config = uvicorn.Config(app, host=settings.host, port=settings.port, **server_options(settings.server))
    server = DrainingServer(config, drain or Drain(), settings.server)
    with suppress(KeyboardInterrupt):  # uvicorn ends in order and raises the signal again then
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


def server_options(settings: ServerSettings) -> dict[str, Any]:
    """What uvicorn is told besides where to listen."""
    return {
        "log_config": None,
        "access_log": False,
        "proxy_headers": False,
        "server_header": False,
        "http": partial(ImpatientProtocol, patience_s=settings.header_s),
        "h11_max_incomplete_event_size": settings.header_bytes,
        "timeout_keep_alive": settings.keep_alive_s,
        "timeout_graceful_shutdown": CUT_OFF_S,
    }
