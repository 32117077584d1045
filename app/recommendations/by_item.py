"""The use cases that begin with an item already indexed: what is like it, and looks around it. Nothing is embedded."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from app.catalog.facts import ItemFacts
from app.catalog.live.catalog import LiveCatalog, LiveView
from app.catalog.repository import ItemRepository
from app.catalog.schemas import Filters, ItemOut
from app.errors import ItemNotFound, ItemNotIndexed, ItemNotWorn
from app.feedback.memory import Memory
from app.recommendations import answer
from app.recommendations.compatibility import composed_by
from app.recommendations.decide import Decider, Decision, Garment, Limits, Shortfall
from app.recommendations.evidence import Witness
from app.recommendations.examples import Example, as_items, example_of, query_of, seen_in, shown_before
from app.recommendations.schemas import LooksOut, NoteOut, OutfitOut, SimilarOut, SuggestionOut
from app.recommendations.stopwatch import Stopwatch
from app.recommendations.wanted import wanted_of
from app.settings import Settings
from models.registry import ModelSpec
from models.taxonomy.lookup import NOT_WORN


@dataclass(frozen=True, slots=True)
class ByItemService:
    """Everything one request needs; made anew for each."""

    items: ItemRepository
    memory: Memory
    live: LiveCatalog
    spec: ModelSpec
    settings: Settings

    async def similar(
        self, item_id: str, filters: Filters, limit: int, locale: str, shopper_id: str | None = None
    ) -> SimilarOut:
        """What is most like the item, itself and its product's other variants left out; to the taste and in the size
        of a shopper who is named, and nothing they turned down or have.

        Raises:
            ItemNotFound, ItemNotWorn, ItemNotIndexed, NotReady. InvalidRequest: unknown filter values.
        """
        view, example = await self._example(item_id)
        decider, garment = await self._decider(view, example, shopper_id), _garment(example)
        narrowed = _for_the_same(example.item, filters, view, limit)
        limits = Limits(limit, outfits=0, min_score=None, budget=None, semantic=False)
        query = query_of(example)
        decision = await asyncio.to_thread(decider.decide, query, [garment], narrowed, limits, Stopwatch())
        shown = await self._hydrated(decision, locale)
        witness = Witness(None, 1.0, lambda row: np.asarray(view.snapshot.image[row]), decider.calibration)
        rows = answer.suggestion_rows(decision, witness.evidence(decision), shown, self._frame(locale))
        return SimilarOut(
            item_id=item_id,
            index_version=view.version,
            suggestions=[SuggestionOut.of(row, frozenset(shown)) for row in rows],
            note=_note(decision.shortfall, len(rows), locale),
        )

    async def outfits(
        self, item_id: str, filters: Filters, limit: int, locale: str, shopper_id: str | None = None
    ) -> LooksOut:
        """Complete looks around the item, for a shopper who is named. Raises as `similar` does."""
        view, example = await self._example(item_id)
        limits = Limits(1, outfits=limit, min_score=None, budget=None, semantic=False)
        decider = await self._decider(view, example, shopper_id)
        decision = await asyncio.to_thread(
            decider.around, example.item, _garment(example), filters, limits, Stopwatch()
        )
        shown = await self._hydrated(decision, locale)
        rows = answer.outfit_rows(decision, shown, self._frame(locale))
        return LooksOut(
            item_id=item_id,
            index_version=view.version,
            outfits=[OutfitOut.of(row, frozenset(shown)) for row in rows],
            note=_note(None if rows else Shortfall("outfits", _given(filters)), 0, locale),
        )

    async def _example(self, item_id: str) -> tuple[LiveView, Example]:
        row = await self.items.get(item_id)
        if row is None:
            raise ItemNotFound(f"There is no item '{item_id[:128]}'. Ids are those of the shop's own feed.")
        if row.kind and row.slot in ("", NOT_WORN):
            raise ItemNotWorn(f"Item '{item_id}' is nothing that is worn, so nothing is suggested for it.")
        view = await self.live.view()
        example = example_of(view, item_id, 1.0)
        if example is None:
            raise ItemNotIndexed(
                f"Item '{item_id}' is in no index yet: it needs a picture and a kind that is worn. Then run "
                "'tryon reindex' (or POST /v1/admin/reindex)."
            )
        return view, example

    async def _decider(self, view: LiveView, example: Example, shopper_id: str | None) -> Decider:
        """One that suggests neither the item nor another variant of its product, by what is known of the shopper."""
        leaning = await self.memory.leaning(shopper_id, view)
        leaning = replace(leaning, away=leaning.away | shown_before([example], view.columns))
        return Decider(view, self.spec, self.settings.ranking, leaning, composed_by(self.settings, self.spec))

    async def _hydrated(self, decision: Decision, locale: str) -> Mapping[str, ItemOut]:
        found = await self.items.hydrate(answer.needed(decision))
        return answer.shown(found, locale)

    def _frame(self, locale: str) -> answer.Frame:
        return answer.Frame(locale=locale, currency=self.settings.shop.currency, budget=None)


def _garment(example: Example) -> Garment:
    return Garment(query_of(example).parts[0], (), as_items(wanted_of(None, None, (), seen_in([example]))))


def _note(shortfall: Shortfall | None, shown: int, locale: str) -> NoteOut | None:
    told = answer.note(shortfall, shown, locale)
    return NoteOut.model_validate(told) if told else None


def _given(filters: Filters) -> tuple[str, ...]:
    return tuple(sorted(filters.model_dump(exclude_defaults=True)))


def _for_the_same(item: ItemFacts, filters: Filters, view: LiveView, least: int) -> Filters:
    """`filters`, for whom the item is made where they leave that open, as long as that leaves enough."""
    made_for = {"gender": item.gender if item.gender in ("women", "men") else None, "age_group": item.age_group or None}
    open_ = {name: value for name, value in made_for.items() if value and getattr(filters, name) is None}
    narrowed = filters.model_copy(update=open_)
    return narrowed if np.count_nonzero(view.columns.mask(narrowed)) > least else filters
