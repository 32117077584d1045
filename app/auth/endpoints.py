"""GET /v1/admin/audit."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BeforeValidator

from app.auth.audit import AuditQuery, AuditRepository, AuditService
from app.auth.schemas import AuditOut
from app.dependencies import AdminDep, SessionDep
from app.paging import CursorQuery, LimitQuery, Page
from app.texts import CleanText
from app.times import Moment

router = APIRouter(prefix="/v1/admin", tags=["admin"])
NUMBER = re.compile(r"\s*[-+]?[\d_]*\.?[\d_]*(e[-+]?\d+)?\s*", re.IGNORECASE)


def no_number(given: Any) -> Any:
    """pydantic would take one as seconds since 1970. Raises ValueError."""
    if isinstance(given, str) and NUMBER.fullmatch(given):
        raise ValueError("must be a time such as 2030-01-31T12:00:00Z")
    return given


@router.get("/audit", summary="What admins did")
async def list_audit(
    _who: AdminDep,
    session: SessionDep,
    cursor: CursorQuery = None,
    limit: LimitQuery = 50,
    key: Annotated[CleanText | None, Query(max_length=64, description="A key's id or prefix.")] = None,
    since: Annotated[
        Moment | None, BeforeValidator(no_number), Query(description="Not older than this (RFC 3339).")
    ] = None,
) -> Page[AuditOut]:
    """What admins did, newest first: every admin request that changes something, with what was answered."""
    rows, following = await AuditService(AuditRepository(session)).page(cursor, limit, AuditQuery(key, since))
    return Page(items=[AuditOut.of(row) for row in rows], next=following)
