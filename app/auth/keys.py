"""Making and looking up API keys."""

import hashlib
import secrets
import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.tables import ApiKeyRow
from app.db.base import now

PREFIX_CHARS = 12


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class KeyRepository:
    """The only SQL about keys; never commits."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def create(self, scope: str, name: str = "") -> tuple[ApiKeyRow, str]:
        """A new key of `scope`; the secret is returned once and never stored."""
        secret = f"tryon_{scope}_{secrets.token_urlsafe(32)}"
        row = ApiKeyRow(
            id=uuid.uuid4().hex, name=name, scope=scope, prefix=secret[:PREFIX_CHARS], digest=digest(secret)
        )
        self._session.add(row)
        await self._session.flush()
        return row, secret

    async def by_secret(self, secret: str) -> ApiKeyRow | None:
        query = select(ApiKeyRow).where(ApiKeyRow.digest == digest(secret), ApiKeyRow.revoked_at.is_(None))
        return (await self._session.scalars(query)).one_or_none()

    async def all(self) -> list[ApiKeyRow]:
        return list(await self._session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.created_at)))

    async def revoke(self, key_id: str) -> bool:
        """True when there was such a live key."""
        row = await self._session.get(ApiKeyRow, key_id)
        if row is None or row.revoked_at is not None:
            return False
        row.revoked_at = now()
        return True
