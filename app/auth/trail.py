"""The one place that records what admins do: around every admin route that changes something, now and to come."""

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.admission.door import PRINCIPAL
from app.admission.groups import ADMIN, path_of
from app.auth.audit import MUTATING, AuditRepository, Deed, object_of
from app.auth.principals import Principal
from app.db.session import Database
from app.errors import AppError

log = structlog.get_logger(__name__)


class Trail:
    """Writes a record before the answer leaves, so that whoever heard of a change finds it there.

    What is tried without an admin's key is logged instead: strangers shall not fill the table.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        watched = scope["type"] == "http" and scope["method"] in MUTATING and path_of(scope).startswith(ADMIN)
        if not watched:
            return await self._app(scope, receive, send)
        written = False

        async def written_first(message: Message) -> None:
            nonlocal written
            if message["type"] == "http.response.start" and not written:
                written = True
                await _write(scope, message["status"], Headers(raw=message["headers"]).get("location", ""))
            await send(message)

        try:
            await self._app(scope, receive, written_first)
        finally:
            if not written:
                await _write(scope, None, "")
        return None


async def _write(scope: Scope, status: int | None, location: str) -> None:
    who = scope.get(PRINCIPAL)
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    template = getattr(scope.get("route"), "path", None)
    if not isinstance(who, Principal) or "admin" not in who.grants:
        log.warning("admin_route_refused", key=getattr(who, "prefix", ""), method=scope["method"], status=status)
        return
    if template is None:
        return  # there is no such route, or the door was closed: nothing was done
    made = object_of(scope.get("path_params", {}), location)
    deed = Deed(who.key_id, who.prefix, f"{scope['method']} {template}", made, status, request_id)
    database: Database = scope["app"].state.container.database
    try:
        async with database.unit_of_work() as session:
            await AuditRepository(session).add(deed)
    except (SQLAlchemyError, AppError):  # what was done is done, and must be answered: then the log holds the record
        log.exception("audit_record_not_stored", key=deed.key_prefix, action=deed.action, object=made, status=status)
