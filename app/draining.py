"""The end of a process, in order: what it works on is answered, what comes then is sent elsewhere."""

import asyncio
from dataclasses import dataclass, field

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.admission.groups import OPERATIONS, path_of
from app.errors import NotReady
from app.problems import problem_response

RETRY_S = 2
LEAVING = "This process is shutting down. Try again."


@dataclass(slots=True)
class Drain:
    """Whether new requests are still taken, and how many are being answered. For one event loop."""

    leaving: bool = False
    inside: int = 0
    _empty: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self) -> None:
        """Take no more."""
        self.leaving = True

    def enter(self) -> None:
        self.inside += 1
        self._empty.clear()

    def leave(self) -> None:
        self.inside -= 1
        if not self.inside:
            self._empty.set()

    async def empty(self) -> None:
        """When nobody is being answered."""
        if self.inside:
            await self._empty.wait()


class Leaving:
    """Counts requests, and refuses new ones with 503 while the process ends. Monitors are always answered."""

    def __init__(self, app: ASGIApp, drain: Drain) -> None:
        self._app, self._drain = app, drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or path_of(scope) in OPERATIONS:
            return await self._app(scope, receive, send)
        if self._drain.leaving:

            async def closing(message: Message) -> None:
                if message["type"] == "http.response.start":
                    MutableHeaders(scope=message)["Connection"] = "close"
                await send(message)

            return await problem_response(NotReady(LEAVING, retry_after_s=RETRY_S), scope["path"])(
                scope, receive, closing
            )
        self._drain.enter()
        try:
            return await self._app(scope, receive, send)
        finally:
            self._drain.leave()
