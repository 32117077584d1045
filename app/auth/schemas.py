"""The wire: audit records."""

import datetime as dt

from pydantic import BaseModel, Field

from app.auth.tables import AuditRow


class AuditOut(BaseModel):
    """One thing that an admin did or tried."""

    id: str
    at: dt.datetime
    key_id: str = Field(description="Whose key; 'command line' for who had a shell on the machine.")
    key_prefix: str
    action: str = Field(examples=["POST /v1/admin/reindex"])
    object: str = Field(description="Ids in the path, or what the answer says was made.")
    status: int | None = Field(description="What was answered; null: the request ended without an answer.")
    request_id: str

    @classmethod
    def of(cls, row: AuditRow) -> "AuditOut":
        return cls(
            id=str(row.id),
            at=row.at,
            key_id=row.key_id,
            key_prefix=row.key_prefix,
            action=row.action,
            object=row.object,
            status=row.status,
            request_id=row.request_id,
        )
