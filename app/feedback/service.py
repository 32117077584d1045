"""The use cases: shoppers come, do something, and are forgotten. Knows no HTTP and no SQL."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from app.catalog.repository import ItemRepository
from app.db.base import now
from app.errors import ShopperNotFound
from app.feedback.events import DUPLICATE, STORED, UNLINKED, Event, Result, rejected
from app.feedback.memory import PopularityOfAll, kept_since
from app.feedback.naming import NOBODY
from app.feedback.repository import NO_SIZES, EventRepository, ShopperRepository, Sizes
from app.feedback.schemas import ShopperOut, SizesOut
from app.feedback.settings import FeedbackSettings
from app.feedback.sizes import learned
from app.recommendations.repository import RecommendationRepository

AHEAD = dt.timedelta(minutes=5)
"""A client's clock may be so much ahead; what it says is then taken as now."""


@dataclass(frozen=True, slots=True)
class FeedbackService:
    """Everything one request needs; made anew for each. Committing is the caller's."""

    shoppers: ShopperRepository
    events: EventRepository
    items: ItemRepository
    recommendations: RecommendationRepository
    popularity: PopularityOfAll
    settings: FeedbackSettings

    async def create(self, sizes: Sizes = NO_SIZES) -> ShopperOut:
        """Somebody new, with the token that names them: it is stored hashed and cannot be shown again."""
        row, token = await self.shoppers.create(sizes)
        return ShopperOut(id=row.id, shopper_token=token, created_at=row.created_at)

    async def sizes(self, shopper_id: str) -> SizesOut:
        """What is known of the shopper's sizes. Raises ShopperNotFound."""
        stated = await self.shoppers.sizes(shopper_id)
        if stated is None:
            raise ShopperNotFound(NOBODY)
        found = learned(await self.events.worn(shopper_id, kept_since(self.settings)), now())
        return SizesOut(
            stated={slot: list(sizes) for slot, sizes in stated.items()},
            learned={slot: list(sizes) for slot, sizes in found.items()},
        )

    async def set_sizes(self, shopper_id: str, sizes: Sizes) -> SizesOut:
        """Those sizes in place of what the shopper said before. Raises ShopperNotFound."""
        if not await self.shoppers.hold(shopper_id):
            raise ShopperNotFound(NOBODY)
        await self.shoppers.set_sizes(shopper_id, sizes)
        return await self.sizes(shopper_id)

    async def record(self, shopper_id: str, sent: Sequence[Event]) -> list[Result]:
        """Store what the shopper did, each event once; what is wrong with one fails it alone. In the order sent.

        Raises ShopperNotFound when the shopper was erased meanwhile.
        """
        if not await self.shoppers.hold(shopper_id):
            raise ShopperNotFound(NOBODY)
        known = await self.items.existing({event.item_id for event in sent})
        named = {event.recommendation_id for event in sent if event.recommendation_id}
        linkable = await self.recommendations.linkable(named, shopper_id)
        before = await self.events.digests(shopper_id, {event.event_id for event in sent})
        results: list[Result] = []
        new: list[tuple[Event, dt.datetime, str | None]] = []
        for event in sent:
            result, at = self._judge(event, known, before)
            linked = event.recommendation_id if event.recommendation_id in linkable else None
            if result is STORED:
                new.append((event, at, linked))
                before[event.event_id] = event.digest
            results.append(UNLINKED if result is STORED and linked != event.recommendation_id else result)
        await self.events.add(shopper_id, new)
        return results

    async def erase(self, shopper_id: str) -> list[str]:
        """Everything about the shopper: token, events, answers with all that hangs on them; the answers' ids.

        Raises ShopperNotFound.
        """
        answers = await self.recommendations.ids_of(shopper_id)
        if not await self.shoppers.delete(shopper_id):
            raise ShopperNotFound(NOBODY)
        await self.recommendations.unname(answers)
        return answers

    def _judge(self, event: Event, items: set[str], before: dict[str, str]) -> tuple[Result, dt.datetime]:
        """What becomes of an event, and when it happened."""
        moment = now()
        at = min(event.at or moment, moment)
        if event.event_id in before:
            same = before[event.event_id] == event.digest
            return (DUPLICATE if same else rejected("event_id_reused")), at
        if event.item_id not in items:
            return rejected("unknown_item"), at
        if event.at and event.at > moment + AHEAD:
            return rejected("in_future"), at
        if at < kept_since(self.settings):
            return rejected("too_old"), at
        return STORED, at
