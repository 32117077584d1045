"""API keys, stored hashed, and what was done with those of admins."""

import datetime as dt

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, now


class ApiKeyRow(Base):
    """A key's SHA-256 and its public beginning, `prefix`. It is live until it is revoked or expires."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    prefix: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scope: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    expires_at: Mapped[dt.datetime | None]
    last_used_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]

    def state(self, moment: dt.datetime) -> str:
        """`live`, `revoked` or `expired`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= moment else "live"


class AuditRow(Base):
    """One thing that an admin did or tried: who, by which route, to what, and what came of it. Never a body."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_key_id_id", "key_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[dt.datetime] = mapped_column(default=now, index=True)
    key_id: Mapped[str] = mapped_column(String(64))
    key_prefix: Mapped[str] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(200))
    object: Mapped[str] = mapped_column(String(400))
    status: Mapped[int | None]
    request_id: Mapped[str] = mapped_column(String(128))
