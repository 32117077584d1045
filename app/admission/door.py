"""The door: authenticates, authorises, counts and makes room before anything reads a body."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.admission.address import address_of
from app.admission.admission import Admission, count_refusal
from app.admission.gate import Gate, Ticket
from app.admission.groups import Group, group_of, is_costly, path_of
from app.auth.principals import Principal
from app.errors import AppError, Unauthenticated
from app.problems import DATABASE_AWAY, database_response, problem_response

PRINCIPAL = "tryon.principal"
"""Where a request's scope holds who calls: a Principal, or the Unauthenticated to raise where a key is needed."""

LEAST_PHOTO = 4096
"""Bytes of a form from which on there is a photo in it; a description has 2,000 letters at the most."""


class Door:
    """Around everything that costs something. Routes still ask for their scope: this refuses sooner, not instead."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        group = group_of(scope["method"], path_of(scope)) if scope["type"] == "http" else None
        if group is None:
            return await self._app(scope, receive, send)
        admission: Admission = scope["app"].state.container.admission
        admission.inside += 1  # from here on: who waits for their key to be looked up is inside too
        try:
            admission.make_room()
            ticket = await self._enter(admission, group, scope)
        except AppError as error:
            count_refusal(error, group)
            return await problem_response(error, scope["path"])(scope, receive, send)
        except DATABASE_AWAY as error:
            return await database_response(error, scope["path"])(scope, receive, send)
        else:
            if ticket is None:
                return await self._app(scope, receive, send)
            return await _Watched(admission.gate, ticket, receive, send).run(self._app, scope)
        finally:
            admission.inside -= 1

    async def _enter(self, admission: Admission, group: Group, scope: Scope) -> Ticket | None:
        address = address_of(scope)
        who: Principal | Unauthenticated
        try:
            who = await admission.caller(Headers(scope=scope).get("authorization"), address)
        except Unauthenticated as error:
            who = error
        scope[PRINCIPAL] = who
        path = path_of(scope)
        await admission.admit(path, group, who, address)
        if not is_costly(scope["method"], path):
            return None
        known = isinstance(who, Principal) and "server" in who.grants
        return admission.gate.enter(None if known else address, _kind(group, scope))


class _Watched:
    """A costly request: when its body was there, and whether it was answered."""

    def __init__(self, gate: Gate, ticket: Ticket, receive: Receive, send: Send) -> None:
        self._gate = gate
        self._ticket = ticket
        self._receive = receive
        self._send = send
        self._status = 0

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        if not _has_body(scope):
            self._gate.received(self._ticket)
        try:
            await app(scope, self._received, self._sent)
        finally:
            worked = HTTPStatus.OK <= self._status < HTTPStatus.BAD_REQUEST
            self._gate.leave(self._ticket, answered=worked)

    async def _received(self) -> Message:
        message = await self._receive()
        if not message.get("more_body", False):
            self._gate.received(self._ticket)
        return message

    async def _sent(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        await self._send(message)


def _kind(group: Group, scope: Scope) -> str:
    """Of requests that take about as long: what is asked for, and whether there is a photo to be seen to."""
    length = Headers(scope=scope).get("content-length", "0")
    has_photo = _has_body(scope) and not (length.isdecimal() and 0 < int(length) < LEAST_PHOTO)
    return f"{group} {'photo' if has_photo else 'words'}"


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
