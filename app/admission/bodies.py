"""How much of a request may come, and in what time, told while it streams in and before anything keeps it."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.admission.groups import ADMIN, FORMS, path_of
from app.errors import AppError, RequestTooLarge, RequestTooSlow
from app.problems import problem_response
from app.settings import Settings

FEED = ("POST", "/v1/admin/imports")


@dataclass(frozen=True, slots=True)
class Budget:
    """What one body may have: bytes, seconds waited for in all, seconds of silence; `advice` to who sends too much."""

    most_bytes: int
    most_s: float
    silence_s: float
    advice: str = "Send less"


BudgetOf = Callable[[str, str], Budget]
"""Of a method and a path."""


def budgets(settings: Settings) -> BudgetOf:
    """What each route may be sent."""
    limits = settings.limits

    def of(method: str, path: str) -> Budget:
        if (method, path) == FEED:
            pack = "Pack the feed with gzip, or split it"
            return Budget(settings.imports.feed_bytes, limits.feed_s, limits.silence_s, pack)
        if (method, path) in FORMS:
            return Budget(limits.request_bytes, limits.body_s, limits.silence_s, "Send fewer or smaller photos")
        most = limits.request_bytes if path.startswith(ADMIN) else limits.json_bytes
        return Budget(most, limits.body_s, limits.silence_s)

    return of


class BodyLimit:
    """Refuses a body over its budget.

    Parsers between us and the endpoint turn any error of `receive` into one of their own, so what they answer
    after a refusal is dropped and ours goes out instead.
    """

    def __init__(self, app: ASGIApp, budget_of: BudgetOf) -> None:
        self._app = app
        self._budget_of = budget_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        body = _Body(self._budget_of(scope["method"], path_of(scope)), receive, send)
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared) > body.budget.most_bytes:
            return await problem_response(_too_large(body.budget), scope["path"])(scope, receive, send)
        try:
            await self._app(scope, body.receive, body.send)
        except AppError as raised:
            if raised is not body.refused:
                raise
        if body.refused is not None and not body.answered:
            await problem_response(body.refused, scope["path"])(scope, receive, send)
        return None


class _Body:
    """One request's body on its way in."""

    def __init__(self, budget: Budget, receive: Receive, send: Send) -> None:
        self.budget = budget
        self.refused: AppError | None = None
        self.answered = False
        self._receive = receive
        self._send = send
        self._seen = 0
        self._waited_s = 0.0
        self._complete = False

    async def receive(self) -> Message:
        if self._complete:  # what comes now is that the caller hung up: that may take as long as it likes
            return await self._receive()
        if self.refused is not None:
            raise self.refused
        began = time.monotonic()
        try:
            async with asyncio.timeout(min(self.budget.silence_s, self.budget.most_s - self._waited_s)):
                message = await self._receive()
        except TimeoutError:
            self.refused = RequestTooSlow("The body stopped coming or came too slowly. Send it again.")
            raise self.refused from None
        self._waited_s += time.monotonic() - began
        self._seen += len(message.get("body", b""))
        if self._seen > self.budget.most_bytes:
            self.refused = _too_large(self.budget)
            raise self.refused
        self._complete = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if self.refused is not None and not self.answered:
            return  # it answers to a body that was cut off
        self.answered = True
        await self._send(message)


def _too_large(budget: Budget) -> RequestTooLarge:
    return RequestTooLarge(f"A request of this kind may have {budget.most_bytes:,} bytes. {budget.advice}.")
