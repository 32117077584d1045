"""The only SQL about keys."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.secret import digest, mint, same
from app.auth.tables import ApiKeyRow
from app.db.base import now


@dataclass(frozen=True, slots=True)
class Rotated:
    """A key and its successor, whose `secret` is shown once; the old one ends at its `expires_at`."""

    old: ApiKeyRow
    new: ApiKeyRow
    secret: str


class KeyRepository:
    """Keys; never commits."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def create(self, scope: str, name: str = "", expires_at: dt.datetime | None = None) -> tuple[ApiKeyRow, str]:
        """A new key of `scope`; the secret is returned once and never stored."""
        minted = mint(scope)
        row = ApiKeyRow(
            id=uuid.uuid4().hex,
            name=name,
            scope=scope,
            prefix=minted.prefix,
            digest=minted.digest,
            expires_at=expires_at,
        )
        self._session.add(row)
        await self._session.flush()
        return row, minted.text

    async def by_secret(self, secret: str) -> ApiKeyRow | None:
        """The key, live or not, or None. It is found by its hash, which nobody can steer, and compared once more."""
        wanted = digest(secret)
        row = (await self._session.scalars(select(ApiKeyRow).where(ApiKeyRow.digest == wanted))).one_or_none()
        return row if row is not None and same(row.digest, wanted) else None

    async def named(self, reference: str) -> ApiKeyRow | None:
        """The key with this id or prefix; None for none, and where keys of old share a prefix."""
        row = ApiKeyRow
        found = list(await self._session.scalars(select(row).where(or_(row.id == reference, row.prefix == reference))))
        return found[0] if len(found) == 1 else None

    async def all(self) -> list[ApiKeyRow]:
        return list(await self._session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.created_at, ApiKeyRow.id)))

    async def live(self) -> list[ApiKeyRow]:
        """Keys that are neither revoked nor expired."""
        moment = now()
        return [row for row in await self.all() if row.state(moment) == "live"]

    async def revoke(self, key_id: str) -> bool:
        """True when there was such a key and it was not revoked yet."""
        row = await self._session.get(ApiKeyRow, key_id)
        if row is None or row.revoked_at is not None:
            return False
        row.revoked_at = now()
        return True

    async def rotate(self, row: ApiKeyRow, grace: dt.timedelta, expires_at: dt.datetime | None = None) -> Rotated:
        """A new key in place of a live one, which lives on for `grace`, but never longer than it would have.

        Args: expires_at: when the new key ends; None: it lives as long as the old one was made for.
        """
        moment = now()
        if expires_at is None and row.expires_at is not None:
            expires_at = moment + (row.expires_at - row.created_at)
        made, secret = await self.create(row.scope, row.name, expires_at)
        ends = moment + grace
        row.expires_at = ends if row.expires_at is None else min(row.expires_at, ends)
        await self._session.flush()
        return Rotated(row, made, secret)

    async def used(self, key_id: str, moment: dt.datetime, seldom: dt.timedelta) -> None:
        """Note that a key was used, unless that was noted within `seldom` already."""
        row = ApiKeyRow
        unnoted = or_(row.last_used_at.is_(None), row.last_used_at < moment - seldom)
        await self._session.execute(
            update(row)
            .where(row.id == key_id, unnoted)
            .values(last_used_at=moment)
            .execution_options(synchronize_session=False)
        )
