"""Old events and shoppers nothing is left of go away, on SQLite and on PostgreSQL."""

import asyncio
import datetime as dt
from pathlib import Path

from sqlalchemy import select, update

from app.db.base import now
from app.feedback.housekeeping import forget_old
from app.feedback.settings import FeedbackSettings
from app.feedback.tables import EventRow, ShopperRow
from tests.app.conftest import serving
from tests.app.feedback.conftest import Counter, Visitor

LONG_AGO = now() - dt.timedelta(days=731)


def ids(answer: dict[str, list[dict[str, dict[str, str]]]]) -> list[str]:
    return [s["item"]["id"] for s in answer["suggestions"]]


async def age(counter: Counter, visitor: Visitor, *items: str) -> None:
    """Make a shopper, and what they did with `items`, older than anything is kept."""
    async with counter.service.database.unit_of_work() as session:
        await session.execute(update(ShopperRow).where(ShopperRow.id == visitor.id).values(created_at=LONG_AGO))
        await session.execute(update(EventRow).where(EventRow.item_id.in_(items)).values(at=LONG_AGO))


async def left(counter: Counter) -> tuple[set[str], set[str]]:
    async with counter.service.database.unit_of_work() as session:
        return set(await session.scalars(select(EventRow.item_id))), set(await session.scalars(select(ShopperRow.id)))


async def test_old_events_count_no_more_and_are_forgotten(counter: Counter) -> None:
    me, idle, answered = [await counter.newcomer() for _ in range(3)]
    await me.did("dislike", "dress-red", "dress-blue")
    await idle.did("view", "heels-black")
    await answered.asked(description="dress")
    for visitor in (me, idle, answered):
        await age(counter, visitor, "dress-red", "heels-black")
    assert "dress-red" in ids(await me.asked(description="dress"))
    await forget_old(counter.service.database, FeedbackSettings())
    assert await left(counter) == ({"dress-blue"}, {me.id, answered.id})
    await forget_old(counter.service.database, FeedbackSettings())
    assert await left(counter) == ({"dress-blue"}, {me.id, answered.id})


async def test_a_service_that_starts_forgets_at_once(tmp_path: Path) -> None:
    async with serving(tmp_path) as whole, whole.container.database.unit_of_work() as session:
        session.add(ShopperRow(id="shp_old", token_digest="0", created_at=LONG_AGO))
    async with serving(tmp_path) as again, asyncio.timeout(5):
        while (await again.stored())["shoppers"]:
            pass
