"""The decisions of one request over one captured view: what to suggest, which looks, and what to say about it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from app.catalog.facts import ItemFacts
from app.catalog.live.catalog import LiveView
from app.catalog.live.columns import Columns
from app.catalog.narrowing.filters import Condition
from app.catalog.narrowing.sizing import NO_USUAL, Usual
from app.catalog.schemas import Filters
from app.feedback.memory import NO_LEANING, Leaning
from app.recommendations import candidates
from app.recommendations.avoided import Avoided, together_of
from app.recommendations.compatibility import Compatibility
from app.recommendations.merchandising import boosts
from app.recommendations.names import Named
from app.recommendations.outfit import WORN_TOGETHER, Look, Piece, compose, first_of_all
from app.recommendations.outfit_anchor import (
    NONE,
    Ask,
    AskedBeside,
    as_named,
    best_anchor,
    facts_seen,
    own_garment,
)
from app.recommendations.outfit_rules import SHOES, Brief, brief_for, makes_around, slots_around
from app.recommendations.personal import Personal
from app.recommendations.ranking import Calibration, Ranked, Ranking, cut_off, interleave, nearest, ranking
from app.recommendations.rerank import closer_look
from app.recommendations.stopwatch import Stopwatch
from app.recommendations.titles import Titles
from app.recommendations.wanted import Seen, Target, Wanted, wanted_of
from app.settings import RankingSettings
from models.contracts import Mask, Vector
from models.engine import EncodedQuery, QueryPart
from models.preprocess.company import ALONE, Company, company_of
from models.preprocess.text import ParsedText
from models.registry import ModelSpec
from models.taxonomy import taxonomy
from models.taxonomy.lookup import NOT_WORN

NEAREST = 3
"""Suggestions shown though none reaches the score asked for."""

AMONG = 200
"""Best candidates of each garment that facets are counted over."""

VOTERS, MAJORITY = 10, 0.7


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of what an answer may hold."""

    suggestions: int
    outfits: int
    min_score: float | None
    budget: Decimal | None
    semantic: bool


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why an answer is short; `relax` names the fields that hold it back."""

    code: str
    relax: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Garment:
    """One garment asked for: its vectors, what its picture shows, and how what the words name stands to it."""

    part: QueryPart
    seen: tuple[Seen, ...]
    wanted: Wanted
    company: Company = ALONE


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer before it has words and pictures.

    Attributes:
        wanted: by item id, the wishes its suggestion answers.
        garments: by item id, the garment of the request that brought it.
        anchor: what the looks are built around; `given` when it is the shopper's own.
        among: the best candidates, of which `ranked` are the first: what there is to narrow.
        usual: the sizes the shopper usually takes.
    """

    filters: Filters
    ranked: list[Ranked]
    wanted: dict[str, Wanted]
    garments: dict[str, Garment]
    looks: list[Look]
    anchor: ItemFacts | None
    given: Garment | None
    shortfall: Shortfall | None
    among: tuple[ItemFacts, ...] = ()
    usual: Usual = NO_USUAL


@dataclass(frozen=True, slots=True)
class Decider:
    """Chooses from one view of the catalogue, with one model's calibration; `leaning` is off in semantic mode.

    `by`: what looks are composed by.
    """

    view: LiveView
    spec: ModelSpec
    settings: RankingSettings
    leaning: Leaning = NO_LEANING
    by: Compatibility = WORN_TOGETHER

    @property
    def personal(self) -> Personal:
        return Personal(self.leaning, self.view, self.settings)

    @property
    def calibration(self) -> Calibration:
        return Calibration(self.spec.cosine_scale, self.spec.cosine_shift)

    def decide(
        self, query: EncodedQuery, garments: Sequence[Garment], filters: Filters, limits: Limits, watch: Stopwatch
    ) -> Decision:
        """Blocks for some ten milliseconds: call it in a thread. Raises InvalidRequest for unknown filter values."""
        if limits.semantic:
            return self._semantic(garments, filters, limits, watch)
        wishes = garments[0].wanted
        lifted = self._lifted(filters, wishes, limits.suggestions)
        if lifted.gender is not None:  # what the photo seems to say of it no longer matters
            garments = [replace(g, wanted=replace(g.wanted, made_for=Target())) for g in garments]
        with watch.stage("search"):
            mask = candidates.allowed(self.view.columns, lifted, wishes, limits.suggestions)
            mask = self.personal.allowed(mask)
        sized = not lifted.size  # a size that is asked for is a filter already, and may be another than usual
        rankings = [self._rank(g, query, mask, limits.suggestions, watch, sized=sized) for g in garments]
        lists = [found.shown for found in rankings]
        ranked = interleave(lists, limits.suggestions)
        brought = _brought(garments, lists)
        wanted = {id_: garment.wanted for id_, garment in brought.items()}
        shown, shortfall = self._cut(ranked, lifted, limits)
        anchor, given = self._anchor(garments, ranked, brief_of(lifted, wishes, limits.budget))
        looks = []
        if anchor:
            around = given or garments[0]
            looks = self._looks(anchor, around, query.text, lifted, limits, given=given is not None, watch=watch)
        among = {item.id: item for found in rankings for item in found.among[:AMONG]}
        best, usual = tuple(among.values()), self.leaning.usual
        return Decision(lifted, shown, wanted, brought, looks, anchor, given, shortfall, best, usual)

    def around(
        self, anchor: ItemFacts, garment: Garment, filters: Filters, limits: Limits, watch: Stopwatch
    ) -> Decision:
        """Looks around a catalogue item and nothing else. Blocks as `decide` does, and raises what it raises."""
        looks = self._looks(anchor, garment, None, filters, limits, given=False, watch=watch)
        return Decision(filters, [], {}, {}, looks, anchor, None, None, usual=self.leaning.usual)

    def _semantic(self, garments: Sequence[Garment], filters: Filters, limits: Limits, watch: Stopwatch) -> Decision:
        lists = []
        for garment in garments:
            with watch.stage("search"):
                mask = self.view.columns.mask(filters)
                pool = candidates.nearest_only(self.view, garment.part.fused.vector, mask, limits.suggestions)
            with watch.stage("rank"):
                lists.append(nearest(pool, self.calibration, limits.suggestions))
        ranked = interleave(lists, limits.suggestions)
        shown, shortfall = self._cut(ranked, filters, limits)
        # Nothing but the vectors chose these: no reason may claim that something was avoided.
        wanted = {r.item.id: replace(garments[0].wanted, avoided=Avoided()) for r in shown}
        return Decision(filters, shown, wanted, _brought(garments, lists), [], None, None, shortfall)

    def _lifted(self, filters: Filters, wanted: Wanted, least: int) -> Filters:
        """The words' own filters are dropped again where they would leave too little."""
        lifted = candidates.lift(filters, wanted)
        if lifted == filters or np.count_nonzero(self.view.columns.mask(lifted)) >= least:
            return lifted
        return filters

    def _rank(
        self, garment: Garment, query: EncodedQuery, mask: Mask, limit: int, watch: Stopwatch, *, sized: bool
    ) -> Ranking:
        with watch.stage("search"):
            pool = candidates.gather(
                self.view,
                garment.part.fused.vector,
                query.text,
                mask,
                garment.wanted,
                over_fetch=max(self.settings.over_fetch, 4 * limit),
                drawn=self.personal.drawn(garment.part.fused.vector),
            )
        with watch.stage("rank"):
            nudges = self.personal.nudges(pool) | boosts(pool.items, self.settings.boosts, dt.datetime.now(dt.UTC))
            nudges |= self.personal.sized(pool.items) if sized else {}
            closer = closer_look(garment.part, query.text_tokens, self.view.snapshot.tokens, self.settings.rerank)
            return ranking(pool, garment.wanted, self.calibration, self.settings, limit, nudges, closer)

    def _cut(self, ranked: list[Ranked], filters: Filters, limits: Limits) -> tuple[list[Ranked], Shortfall | None]:
        shown, reached = cut_off(ranked, limits.min_score, NEAREST)
        if not reached and shown:
            return shown, Shortfall("nothing_reaches", ("min_score",))
        if len(shown) >= limits.suggestions:
            return shown, None
        if len(shown) < len(ranked):
            return shown, Shortfall("min_score", ("min_score",))
        if not filters.empty:
            return shown, Shortfall("filters", candidates.relaxing(self.view.columns, filters))
        return shown, Shortfall("catalogue")

    def _anchor(
        self, garments: Sequence[Garment], ranked: Sequence[Ranked], brief: Brief
    ) -> tuple[ItemFacts | None, Garment | None]:
        """The shopper's own garment, or the best suggestion, as `own_garment` has it."""
        shown = [facts_seen(g.seen) for g in garments]
        number = own_garment(shown, ask_of(garments[0]))
        own = None if number is None else shown[number]
        if number is None or own is None:
            return best_anchor([r.item for r in ranked], garments[0].company.asked, brief), None
        named = as_named(own, garments[number].company)
        return replace(named, gender=gender_of(ranked) or named.gender), garments[number]

    def _looks(
        self,
        anchor: ItemFacts,
        garment: Garment,
        text: Vector | None,
        filters: Filters,
        limits: Limits,
        *,
        given: bool,
        watch: Stopwatch,
    ) -> list[Look]:
        wanted = garment.wanted
        brief = brief_of(filters, wanted, limits.budget)
        slots = slots_around(anchor, brief)
        if not limits.outfits or not slots:
            return []
        asked = asked_beside(anchor, garment, given=given)
        vector = garment.part.fused.vector if text is None else text
        with watch.stage("search"):
            full, makes = brief_for(anchor, brief), makes_around(anchor, brief)
            pool = self._pieces(vector, candidates.for_outfits(self.view.columns, filters, wanted, full, makes), slots)
            if SHOES in slots and not pool.get(SHOES):  # rather some shoes than none
                wide = candidates.for_outfits(self.view.columns, filters, wanted, full)
                pool |= self._pieces(vector, wide, (SHOES,))
            if asked:
                pool = first_of_all(self._asked(vector, asked, filters, wanted, full), pool)
        with watch.stage("rank"):
            row = None if given or not self.by.by_sight else self.view.snapshot.row_of.get(anchor.id)
            sight = garment.part.fused.vector if row is None else np.asarray(self.view.snapshot.image[row])
            return compose(anchor, given, pool, brief, limits.outfits, self.by, sight)

    def _asked(
        self, vector: Vector, asked: AskedBeside, filters: Filters, wanted: Wanted, full: Brief
    ) -> dict[str, list[Piece]]:
        """What the words want beside the anchor, in its colour where there is any, whatever it was made for."""
        columns = self.view.columns
        mask = candidates.for_outfits(columns, filters, wanted, full) & columns.meets(Condition("kind", asked.kinds))
        coloured = mask & columns.meets(Condition("colour", candidates.family(asked.colours)))
        found = self._pieces(vector, coloured if coloured.any() else mask, asked.slots)
        return {slot: [replace(piece, asked=True) for piece in shelf] for slot, shelf in found.items()}

    def _pieces(self, vector: Vector, mask: Mask, slots: Sequence[str]) -> dict[str, list[Piece]]:
        allowed = self.personal.wearable(self.personal.allowed(mask), slots)
        found = candidates.shelves(self.view, vector, allowed, slots, by_sight=self.by.by_sight)
        return self.personal.pieces(found)


def _brought(garments: Sequence[Garment], lists: Sequence[Sequence[Ranked]]) -> dict[str, Garment]:
    """By item id, the first garment whose list names the item."""
    return {r.item.id: g for g, found in reversed(list(zip(garments, lists, strict=True))) for r in found}


def gender_of(ranked: Sequence[Ranked]) -> str:
    """Whom the nearest items were made for, when most of them agree: surer than what one photo seems to show."""
    made_for = [r.item.gender for r in ranked[:VOTERS] if r.item.gender in ("women", "men")]
    for gender in ("women", "men"):
        if made_for and made_for.count(gender) >= MAJORITY * len(made_for):
            return gender
    return ""


def garments_of(
    query: EncodedQuery, parsed: ParsedText, seen: Sequence[tuple[Seen, ...]], columns: Columns, named: Named
) -> list[Garment]:
    """One for each part of the query; `seen` is aligned with the parts."""
    together = together_of(parsed.excluded, lambda word: Titles.of(columns).uses(word))
    company = company_of(parsed.positive)
    photo = any(tag.name == "kind" for tags in seen for tag in tags)
    kinds = tuple(kind for kind in parsed.wishes.kinds if kind in company.wanted(photo))
    wishes = replace(parsed.wishes, kinds=kinds)
    return [
        Garment(part, tags, wanted_of(wishes, parsed.negated, parsed.terms, tags, together, named), company)
        for part, tags in zip(query.parts, seen, strict=True)
    ]


def ask_of(garment: Garment) -> Ask:
    """What the words, not the photo, say of the garment looked for."""
    wanted = garment.wanted
    colours = wanted.colour.values if wanted.colour.source == "words" else frozenset[str]()
    return Ask(garment.company, colours, wanted.facets.get("pattern", frozenset()), wanted.one("usage"))


def asked_beside(anchor: ItemFacts, garment: Garment, *, given: bool) -> AskedBeside | None:
    """What the words want worn with the anchor; None where they name nothing of another slot."""
    wanted = garment.wanted
    named = wanted.kind.values if wanted.kind.source == "words" else frozenset[str]()
    slots = {kind: taxonomy().slot_of(kind) for kind in named | garment.company.beside}
    beside = frozenset(kind for kind, slot in slots.items() if slot not in (anchor.slot, NOT_WORN))
    if not beside:
        return None
    return AskedBeside(beside, tuple(sorted({slots[k] for k in beside})), ask_of(garment).colours if given else NONE)


def brief_of(filters: Filters, wanted: Wanted, budget: Decimal | None) -> Brief:
    """What the looks are for, as far as the shopper said it; filters count as said."""
    return Brief(
        gender=filters.gender if filters.gender in ("women", "men") else "",
        age_group=filters.age_group or ("kids" if wanted.for_kids else "adult"),
        season=wanted.one("season") or _only("season", filters.season),
        occasion=wanted.one("usage") or _only("usage", filters.usage),
        budget=budget,
    )


def _only(facet: str, values: Sequence[str]) -> str:
    """The id of a filter's single value, which may be any word for it."""
    found = taxonomy().attribute_of(facet, values[0]) if len(values) == 1 else None
    return found.id if found else ""
