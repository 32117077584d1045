"""GET /v1/admin/audit."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from app.auth.audit import AuditQuery, AuditRepository, AuditService
from app.auth.schemas import AuditOut
from app.dependencies import AdminDep, SessionDep
from app.paging import CursorQuery, LimitQuery, Page
from app.texts import CleanText

router = APIRouter(prefix="/v1/admin", tags=["admin"])


@router.get("/audit")
async def list_audit(
    _who: AdminDep,
    session: SessionDep,
    cursor: CursorQuery = None,
    limit: LimitQuery = 50,
    key: Annotated[CleanText | None, Query(max_length=64, description="A key's id or prefix.")] = None,
    since: Annotated[AwareDatetime | None, Query(description="Not older than this.")] = None,
) -> Page[AuditOut]:
    """What admins did, newest first: every admin request that changes something, with what was answered."""
    rows, following = await AuditService(AuditRepository(session)).page(cursor, limit, AuditQuery(key, since))
    return Page(items=[AuditOut.of(row) for row in rows], next=following)
