"""The only SQL about answers; never commits."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.recommendations.tables import RecommendationRow


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

    async def delete(self, recommendation_id: str) -> bool:
        """Erase an answer with all that hangs on it; the database cascades. False when there was none."""
        removed = await self._session.scalars(
            delete(RecommendationRow).where(RecommendationRow.id == recommendation_id).returning(RecommendationRow.id)
        )
        return bool(removed.all())
