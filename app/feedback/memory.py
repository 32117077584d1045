"""What is remembered that bears on the next answer: a shopper's taste, and what everybody takes."""

import asyncio
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic

import numpy as np
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.live.catalog import LiveView
from app.catalog.narrowing.sizing import NO_USUAL, Usual
from app.db.base import now
from app.db.session import Database
from app.feedback.popularity import Popularity, popularity_of
from app.feedback.repository import EventRepository, ShopperRepository
from app.feedback.settings import FeedbackSettings
from app.feedback.sizes import learned, usual
from app.feedback.taste import Backdrop, Taste, Weights, kept_away, leanings, taste_of

log = structlog.get_logger(__name__)
SAMPLE = 2_048
"""Items that stand for the whole catalogue where only shares and a mean are asked for."""


@dataclass(frozen=True, slots=True)
class Leaning:
    """What pulls an answer besides the request.

    Attributes:
        known: a shopper was named; their taste, as far as there is one, is shown.
        away: ids of items that must not come back.
        popular: what everybody takes; None as long as nobody did anything.
        usual: the sizes they usually take.
    """

    known: bool = False
    taste: Taste | None = None
    away: frozenset[str] = frozenset()
    popular: Popularity | None = None
    usual: Usual = NO_USUAL


NO_LEANING = Leaning()
"""A stranger's, in a shop where nobody did anything yet."""


def weights_of(settings: FeedbackSettings) -> Weights:
    return Weights(
        view=settings.view,
        like=settings.like,
        cart=settings.cart,
        purchase=settings.purchase,
        dislike=settings.dislike,
        return_=settings.return_,
    )


def kept_since(settings: FeedbackSettings) -> dt.datetime:
    """Nothing older than this counts, or is kept."""
    return now() - dt.timedelta(days=settings.keep_days)


class PopularityOfAll:
    """Counted from all events now and then, in the background: only the very first count is waited for."""

    def __init__(self, database: Database, settings: FeedbackSettings) -> None:
        self._database = database
        self._settings = settings
        self._known: tuple[Popularity | None] | None = None
        self._counted_at = 0.0
        self._counting: asyncio.Task[None] | None = None

    async def current(self) -> Popularity | None:
        """None as long as nobody did anything."""
        due = self._known is None or monotonic() - self._counted_at >= self._settings.popularity_s
        if due and self._counting is None:
            self._counting = asyncio.create_task(self._count())
            self._counting.add_done_callback(self._counted)
        if self._known is None and self._counting is not None:
            await asyncio.shield(self._counting)
        return self._known[0] if self._known else None

    def forget(self) -> None:
        """Somebody was erased: the next answer counts without them."""
        self._known = None
        self._counting = None

    async def close(self) -> None:
        """Stop a count that is under way."""
        if self._counting is not None:
            self._counting.cancel()
            await asyncio.wait([self._counting])

    async def _count(self) -> None:
        async with self._database.unit_of_work() as session:
            tallies = await EventRepository(session).tallies(kept_since(self._settings))
        found = await asyncio.to_thread(popularity_of, tallies, weights_of(self._settings), self._settings.prior)
        if self._counting is asyncio.current_task():  # a count begun before somebody was erased is void
            self._known, self._counted_at = (found,), monotonic()

    def _counted(self, task: "asyncio.Task[None]") -> None:
        if self._counting is task:
            self._counting = None
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("popularity_not_counted", error=type(error).__name__)


@dataclass(frozen=True, slots=True)
class Memory:
    """Reads what is remembered; one for each request."""

    events: EventRepository
    shoppers: ShopperRepository
    popularity: PopularityOfAll
    settings: FeedbackSettings

    @classmethod
    def of(cls, session: AsyncSession, popularity: PopularityOfAll, settings: FeedbackSettings) -> "Memory":
        return cls(EventRepository(session), ShopperRepository(session), popularity, settings)

    async def leaning(self, shopper_id: str | None, view: LiveView) -> Leaning:
        """What pulls an answer for that shopper, or for a stranger, from `view`."""
        popular = await self.popularity.current()
        if shopper_id is None:
            return Leaning(popular=popular)
        since = kept_since(self.settings)
        deeds = await self.events.of(shopper_id, since)
        stated = await self.shoppers.sizes(shopper_id) or {}
        sizes = usual(stated, learned(await self.events.worn(shopper_id, since), now()))
        half_life = dt.timedelta(days=self.settings.half_life_days)
        said = leanings(deeds, now(), half_life, weights_of(self.settings))
        taste = await asyncio.to_thread(_taste, said, view) if said else None
        return Leaning(True, taste, kept_away(deeds), popular, sizes)


def _taste(said: Mapping[str, float], view: LiveView) -> Taste | None:
    """Of those items that the view still has."""
    rows = [row for id_ in said if (row := view.snapshot.row_of.get(id_)) is not None and view.columns.items[row]]
    items = [view.columns.facts(row) for row in rows]
    vectors = np.asarray(view.snapshot.image[np.array(rows, np.intp)])
    return taste_of(items, vectors, [said[item.id] for item in items], _backdrop(_Same(view)))


@dataclass(frozen=True, eq=False, slots=True)
class _Same:
    """A view as a key, equal to those that were changed from the same build: a sample of it stands for them too."""

    view: LiveView

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.view.columns.before is other.view.columns.before

    def __hash__(self) -> int:
        return id(self.view.columns.before)


@lru_cache(maxsize=2)  # the catalogue being served, and the one that follows it
def _backdrop(same: _Same) -> Backdrop:
    view = same.view
    shown = np.flatnonzero(view.columns.suggestable)
    rows = shown[np.linspace(0, max(len(shown) - 1, 0), min(SAMPLE, len(shown)), dtype=np.intp)]
    return Backdrop.of([view.columns.facts(int(row)) for row in rows], np.asarray(view.snapshot.image[rows]))
