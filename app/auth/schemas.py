"""The wire: audit records."""

import datetime as dt

from pydantic import BaseModel, ConfigDict, Field

from app.auth.tables import AuditRow


class AuditOut(BaseModel):
    """One thing that an admin did or tried."""

    model_config = ConfigDict(from_attributes=True, coerce_numbers_to_str=True)

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
        return cls.model_validate(row)
