"""The server: uvicorn, with an end to how long a stranger may take to say what they want."""

import asyncio
from functools import partial
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.admission.settings import ServerSettings
from app.settings import Settings


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


def run(app: ASGIApp, settings: Settings) -> None:
    """Serve `app` until the process is asked to stop. Proxies are believed by the application (app/main.py)."""
    uvicorn.run(app, host=settings.host, port=settings.port, **server_options(settings.server))


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
    }
