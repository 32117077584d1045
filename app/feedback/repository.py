"""The only SQL about shoppers and events; never commits."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.repository import dialect_insert, table_of
from app.db.base import now
from app.feedback.events import Deed, Event, EventKind
from app.feedback.pairs import Taken
from app.feedback.tables import EventRow, ShopperRow
from app.recommendations.tables import RecommendationRow

OURS = "shp_"
"""How ids begin that we gave. Others are the shop's own."""

WORDS_ALONE = "none"
"""The photo kind of an answer to words alone."""

ID_BYTES, TOKEN_BYTES = 18, 32
MOST_VIEWS = 200
"""Views of one shopper that still say something; the other events are few and all count."""


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class ShopperRepository:
    """Shoppers by id and by token."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def create(self) -> tuple[ShopperRow, str]:
        """A new shopper; the token is returned once and never stored."""
        token = f"st_{secrets.token_urlsafe(TOKEN_BYTES)}"
        row = ShopperRow(id=f"{OURS}{secrets.token_urlsafe(ID_BYTES)}", token_digest=digest(token))
        self._session.add(row)
        await self._session.flush()
        return row, token

    async def by_token(self, token: str) -> str | None:
        """The id of the shopper whose token this is."""
        query = select(ShopperRow.id).where(ShopperRow.token_digest == digest(token))
        return (await self._session.scalars(query)).one_or_none()

    async def exists(self, shopper_id: str) -> bool:
        return await self._session.scalar(select(ShopperRow.id).where(ShopperRow.id == shopper_id)) is not None

    async def hold(self, shopper_id: str) -> bool:
        """Keep the shopper from being erased until the commit; the shop's own are created on first use.

        False when one of ours is gone: nobody is brought back by being named.
        """
        if shopper_id.startswith(OURS):
            same = update(ShopperRow).where(ShopperRow.id == shopper_id).values(id=ShopperRow.id)
            return bool((await self._session.scalars(same.returning(ShopperRow.id))).all())
        shoppers = table_of(ShopperRow)
        added = dialect_insert(self._session, shoppers).values(id=shopper_id, created_at=now())
        await self._session.execute(added.on_conflict_do_update(index_elements=["id"], set_={"id": added.excluded.id}))
        return True

    async def delete(self, shopper_id: str) -> bool:
        """Erase a shopper with events and answers; the database cascades. False when there was none."""
        removed = await self._session.scalars(
            delete(ShopperRow).where(ShopperRow.id == shopper_id).returning(ShopperRow.id)
        )
        return bool(removed.all())


class EventRepository:
    """What shoppers did."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def digests(self, shopper_id: str, event_ids: Collection[str]) -> dict[str, str]:
        """By event id, what is stored under it."""
        query = select(EventRow.event_id, EventRow.digest).where(
            EventRow.shopper_id == shopper_id, EventRow.event_id.in_(event_ids)
        )
        return {row.event_id: row.digest for row in await self._session.execute(query)}

    async def add(self, shopper_id: str, events: Iterable[tuple[Event, dt.datetime, str | None]]) -> None:
        """Store events, each with its time and the answer it belongs to. The caller holds the shopper."""
        self._session.add_all(
            EventRow(
                shopper_id=shopper_id,
                event_id=event.event_id,
                event=event.event.value,
                item_id=event.item_id,
                recommendation_id=recommendation_id,
                outfit_rank=event.outfit_rank,
                at=at,
                digest=event.digest,
            )
            for event, at, recommendation_id in events
        )
        await self._session.flush()

    async def of(self, shopper_id: str, since: dt.datetime) -> list[Deed]:
        """What the shopper did since then, oldest first; of mere views only the latest."""
        mine = select(EventRow.item_id, EventRow.event, EventRow.at).where(
            EventRow.shopper_id == shopper_id, EventRow.at >= since
        )
        views = mine.where(EventRow.event == EventKind.view.value).order_by(EventRow.at.desc()).limit(MOST_VIEWS)
        others = mine.where(EventRow.event != EventKind.view.value)
        rows = [*await self._session.execute(others), *await self._session.execute(views)]
        return sorted((Deed(item, EventKind(event), at) for item, event, at in rows), key=lambda deed: deed.at)

    async def tallies(self, since: dt.datetime) -> Sequence[tuple[str, EventKind, int]]:
        """By item and event, how many shoppers did that since then."""
        query = (
            select(EventRow.item_id, EventRow.event, func.count(EventRow.shopper_id.distinct()))
            .where(EventRow.at >= since)
            .group_by(EventRow.item_id, EventRow.event)
        )
        return [(item, EventKind(event), count) for item, event, count in await self._session.execute(query)]

    async def taken(self, since: dt.datetime) -> list[Taken]:
        """What was done since then after answers to words alone, by the words as far as they are kept."""
        query = (
            select(EventRow.shopper_id, EventRow.item_id, EventRow.event, EventRow.at, RecommendationRow.query)
            .join(RecommendationRow, RecommendationRow.id == EventRow.recommendation_id)
            .where(EventRow.at >= since)
        )
        rows = await self._session.execute(query)
        return [
            Taken(shopper, words, Deed(item, EventKind(event), at))
            for shopper, item, event, at, asked in rows
            if asked["photo_kind"] == WORDS_ALONE and (words := " ".join(asked["terms"]))
        ]

    async def forget_before(self, moment: dt.datetime) -> None:
        await self._session.execute(delete(EventRow).where(EventRow.at < moment))
