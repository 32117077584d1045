"""The only SQL about answers; never commits."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import delete, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.idempotency.claims import forget_answers
from app.recommendations.tables import RecommendationRow

CHUNK = 1_000
"""Ids that one statement names."""


class RecommendationRepository:
    """Stored answers with their suggestions and outfits."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: RecommendationRow) -> None:
        self._session.add(row)
        await self._session.flush()

    async def retime(self, row: RecommendationRow, timings_ms: dict[str, float]) -> None:
        """What storing took is known only once it is stored."""
        row.timings_ms = dict(timings_ms)
        await self._session.flush()

    async def get(self, recommendation_id: str) -> RecommendationRow | None:
        return await self._session.get(RecommendationRow, recommendation_id)

    async def of_shopper(
        self, shopper_id: str, before: tuple[dt.datetime, str] | None, limit: int
    ) -> list[RecommendationRow]:
        """Up to `limit` answers of a shopper, newest first, older than the one that `before` names by time and id."""
        row = RecommendationRow
        query = select(row).where(row.shopper_id == shopper_id)
        if before is not None:
            query = query.where(tuple_(row.created_at, row.id) < before)
        return list(await self._session.scalars(query.order_by(row.created_at.desc(), row.id.desc()).limit(limit)))

    async def ids_of(self, shopper_id: str) -> list[str]:
        """Every answer of a shopper."""
        return list(
            await self._session.scalars(select(RecommendationRow.id).where(RecommendationRow.shopper_id == shopper_id))
        )

    async def unname(self, ids: Collection[str]) -> None:
        """Answers that were erased live on in no other table either."""
        await forget_answers(self._session, ids)

    async def forget_before(self, moment: dt.datetime) -> int:
        """Delete what was answered before then, whoever asked. How many answers there were."""
        old = delete(RecommendationRow).where(RecommendationRow.created_at < moment)
        return len((await self._session.scalars(old.returning(RecommendationRow.id))).all())

    async def standing(self, ids: Collection[str]) -> set[str]:
        """Those of `ids` that are answers still."""
        found: set[str] = set()
        asked = list(ids)
        for start in range(0, len(asked), CHUNK):
            some = RecommendationRow.id.in_(asked[start : start + CHUNK])
            found |= set(await self._session.scalars(select(RecommendationRow.id).where(some)))
        return found

    async def linkable(self, ids: Collection[str], shopper_id: str) -> set[str]:
        """Those of `ids` that are this shopper's answers, or nobody's."""
        row = RecommendationRow
        whose = or_(row.shopper_id.is_(None), row.shopper_id == shopper_id)
        return set(await self._session.scalars(select(row.id).where(row.id.in_(ids), whose)))

    async def delete(self, recommendation_id: str) -> bool:
        """Erase an answer with all that hangs on it; the database cascades. False when there was none."""
        removed = await self._session.scalars(
            delete(RecommendationRow).where(RecommendationRow.id == recommendation_id).returning(RecommendationRow.id)
        )
        return bool(removed.all())
