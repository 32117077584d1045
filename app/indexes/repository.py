"""The only SQL of index checks: which kinds the catalogue has. Never writes."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.tables import InferredRow, ItemRow
from models.taxonomy.lookup import NOT_WORN


class KindRepository:
    """Kinds of items, as the feed states them or as they were inferred."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def commonest(self, count: int) -> list[str]:
        """The kinds that most worn items state, most first."""
        query = (
            select(ItemRow.kind)
            .where(ItemRow.kind != "", ItemRow.slot.not_in(("", NOT_WORN)))
            .group_by(ItemRow.kind)
            .order_by(func.count().desc(), ItemRow.kind)
            .limit(count)
        )
        return list(await self._session.scalars(query))

    async def of_items(self) -> dict[str, str]:
        """By item id; of every item that has one."""
        inferred = select(InferredRow.item_id, InferredRow.value).where(InferredRow.name == "kind", InferredRow.used)
        stated = select(ItemRow.id, ItemRow.kind).where(ItemRow.kind != "")
        kinds: dict[str, str] = {}
        for query in (inferred, stated):
            kinds.update(row.tuple() for row in await self._session.execute(query))
        return kinds
