"""The only SQL about shoppers and events; never commits."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.queries import effective
from app.catalog.tables import ItemRow
from app.db.base import now
from app.db.statements import dialect_insert, table_of
from app.feedback.events import Deed, Event, EventKind
from app.feedback.pairs import Taken
from app.feedback.sizes import SAYS, Worn
from app.feedback.tables import EventRow, ShopperRow
from app.recommendations.tables import RecommendationRow

OURS = "shp_"
"""How ids begin that we gave. Others are the shop's own."""

WORDS_ALONE = "none"
"""The photo kind of an answer to words alone."""

ID_BYTES, TOKEN_BYTES = 18, 32
MOST_VIEWS = 200
"""Views of one shopper that still say something; the other events are few and all count."""


Sizes: TypeAlias = Mapping[str, Sequence[str]]
"""By slot, sizes as somebody wrote them."""

NO_SIZES: Sizes = {}


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class ShopperRepository:
    """Shoppers by id and by token."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def create(self, sizes: Sizes = NO_SIZES) -> tuple[ShopperRow, str]:
        """A new shopper; the token is returned once and never stored."""
        token = f"st_{secrets.token_urlsafe(TOKEN_BYTES)}"
        id_ = f"{OURS}{secrets.token_urlsafe(ID_BYTES)}"
        row = ShopperRow(id=id_, token_digest=digest(token), sizes=_plain(sizes))
        self._session.add(row)
        await self._session.flush()
        return row, token

    async def by_token(self, token: str) -> str | None:
        """The id of the shopper whose token this is."""
        query = select(ShopperRow.id).where(ShopperRow.token_digest == digest(token))
        return (await self._session.scalars(query)).one_or_none()

    async def exists(self, shopper_id: str) -> bool:
        return await self._session.scalar(select(ShopperRow.id).where(ShopperRow.id == shopper_id)) is not None

    async def sizes(self, shopper_id: str) -> Sizes | None:
        """By slot, the sizes the shopper said they wear; None when there is no such shopper."""
        return await self._session.scalar(select(ShopperRow.sizes).where(ShopperRow.id == shopper_id))

    async def set_sizes(self, shopper_id: str, sizes: Sizes) -> None:
        """Those sizes and no others. The caller holds the shopper."""
        await self._session.execute(update(ShopperRow).where(ShopperRow.id == shopper_id).values(sizes=_plain(sizes)))

    async def forget_idle(self, moment: dt.datetime) -> int:
        """Delete shoppers from before then of whom nothing else is kept: no event, no answer. How many there were."""
        events = exists().where(EventRow.shopper_id == ShopperRow.id)
        answers = exists().where(RecommendationRow.shopper_id == ShopperRow.id)
        idle = delete(ShopperRow).where(ShopperRow.created_at < moment, ~events, ~answers)
        # RETURNING, because drivers disagree about row counts.
        return len((await self._session.scalars(idle.returning(ShopperRow.id))).all())

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
                size=event.size,
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

    async def worn(self, shopper_id: str, since: dt.datetime) -> list[Worn]:
        """What the shopper carted, bought and sent back since then of what the catalogue has, with sizes."""
        said = or_(EventRow.size.is_not(None), EventRow.event == EventKind.return_.value)
        query = (
            select(EventRow.item_id, effective("slot"), EventRow.size, EventRow.event, EventRow.at)
            .join(ItemRow, ItemRow.id == EventRow.item_id)
            .where(EventRow.shopper_id == shopper_id, EventRow.at >= since, EventRow.event.in_(SAYS), said)
        )
        rows = await self._session.execute(query)
        return [Worn(item, slot, size or "", EventKind(event), at) for item, slot, size, event, at in rows]

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

    async def bought(self, since: dt.datetime) -> list[tuple[str, Deed]]:
        """Every shopper's purchases and returns since then."""
        traded = (EventKind.purchase.value, EventKind.return_.value)
        query = select(EventRow.shopper_id, EventRow.item_id, EventRow.event, EventRow.at).where(
            EventRow.at >= since, EventRow.event.in_(traded)
        )
        rows = await self._session.execute(query)
        return [(shopper, Deed(item, EventKind(event), at)) for shopper, item, event, at in rows]

    async def forget_before(self, moment: dt.datetime) -> int:
        """Delete what was done before then. How many events there were."""
        old = delete(EventRow).where(EventRow.at < moment)
        return len((await self._session.scalars(old.returning(EventRow.event_id))).all())


def _plain(sizes: Sizes) -> dict[str, list[str]]:
    return {slot: list(named) for slot, named in sizes.items()}
