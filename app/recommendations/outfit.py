"""Complete looks around a garment, by beam search over the slots of a look (F7). Pure and deterministic."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.catalog.facts import ItemFacts
from app.recommendations.affinity import formality_fit, season_affinity, usage_affinity
from app.recommendations.compatibility import Compatibility, Goes, WornTogether
from app.recommendations.outfit_beam import (
    Scored,
    State,
    alike,
    by_fit,
    cheapest,
    distinct,
    glance,
    grow,
    piece_at_a_glance,
    rank_of,
    round_off,
)
from app.recommendations.outfit_rules import (
    ACCESSORIES,
    OVER,
    SHOES,
    TWO,
    Brief,
    at_odds,
    brief_for,
    clash,
    complete,
    cores,
    dressiness,
    extras,
    fits,
    target,
    together,
    wearable,
)
from models.contracts import Vector

LEAST = 3
AGAIN = 0.12
"""Taken off a piece's fit for each earlier look that has its kind and colour: looks are to differ at a glance."""

WORN_TOGETHER = WornTogether()
RELEVANCE, FORMALITY, OCCASION, SEASON, HARMONY = 0.15, 0.25, 0.2, 0.1, 0.3
"""Shares of what makes a piece fit the anchor and the brief."""

ASKED_FOR = 0.4
"""What the words want beside the anchor fits better by as much."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A catalogue item that might enter a look; `relevance` to the shopper's query from 0 to 1 within its slot.

    `vector`: its image vector, for what composes by sight. `asked`: the words want just this beside the anchor, so that
    no rule of taste keeps it out.
    """

    item: ItemFacts
    relevance: float
    vector: Vector | None = None
    asked: bool = False


def first_of_all(asked: Mapping[str, Sequence[Piece]], others: Mapping[str, Sequence[Piece]]) -> dict[str, list[Piece]]:
    """Both by slot, each item once, as asked for where it is."""
    known = {piece.item.id for shelf in asked.values() for piece in shelf}
    rest = {slot: [piece for piece in shelf if piece.item.id not in known] for slot, shelf in others.items()}
    return rest | {slot: [*shelf, *rest.get(slot, ())] for slot, shelf in asked.items()}


@dataclass(frozen=True, slots=True)
class Look:
    """A look without its anchor: `pieces` in the order they are worn, what they cost, and how good it is (0 to 1).

    `brief` is what it was made for, the anchor's own season and occasion included.
    """

    score: float
    pieces: tuple[ItemFacts, ...]
    total: Decimal | None
    brief: Brief


def compose(
    anchor: ItemFacts,
    given: bool,
    pool: Mapping[str, Sequence[Piece]],
    said: Brief,
    count: int,
    by: Compatibility = WORN_TOGETHER,
    sight: Vector | None = None,
) -> list[Look]:
    """Up to `count` looks around `anchor`, best first; no item but the anchor stands in two of them.

    Args:
        anchor: the shopper's garment (`given`, costs nothing) or the catalogue item the looks are built on.
        pool: candidates by slot.
        said: what the shopper asked for; the anchor completes it.
        by: what knows which pieces go together; `sight` is the anchor's image vector, for what goes by it.
    """
    brief = brief_for(anchor, said)
    if brief.budget is not None and not given and anchor.asking_price is None:
        return []  # nobody can promise that a look around it keeps the budget
    looks: list[Look] = []
    for gender in (brief.gender,) if brief.gender else _for_whom(pool, cores(anchor, brief)):
        room = _Room.furnished(anchor, given, pool, replace(brief, gender=gender), by, sight)
        looks = max(looks, _looks(room, count), key=len)
        if len(looks) == count:
            break
    return looks


def _looks(room: "_Room", count: int) -> list[Look]:
    """Up to `count` looks out of one room, best first."""
    looks: list[Look] = []
    while len(looks) < count and (best := room.best()) is not None:
        looks.append(_look(best, room.given, room.brief))
        if len(looks) < count:
            room = room.without(best)
    return sorted(looks, key=lambda look: -look.score)


@dataclass(frozen=True, slots=True)
class _Room:
    """Where looks are put together: what is known of the anchor, and what is still on the shelves.

    Attributes:
        ways: the slots of each way to dress around the anchor.
        rounding: the slots that round a look off, most wanted first.
        shown: what the earlier looks are at a glance.
    """

    anchor: ItemFacts
    given: bool
    brief: Brief
    goes: Goes
    shelves: Mapping[str, list[Scored]]
    ways: tuple[tuple[str, ...], ...]
    rounding: tuple[str, ...]
    shown: frozenset[Hashable] = frozenset()

    @classmethod
    def furnished(
        cls,
        anchor: ItemFacts,
        given: bool,
        pool: Mapping[str, Sequence[Piece]],
        brief: Brief,
        by: Compatibility,
        sight: Vector | None,
    ) -> "_Room":
        pieces = [piece for found in pool.values() for piece in found]
        known = by.among([anchor, *(p.item for p in pieces)], [sight, *(p.vector for p in pieces)])
        goes = _weighed(known, by.weight)
        dressed = target(anchor, brief)
        shelves = {
            slot: _shelf(found, anchor, brief, dressed, goes) for slot, found in pool.items() if slot != anchor.slot
        }
        # Shoes whenever any fit: once a look has taken the last pair, there is no further look, and none without shoes.
        ways = tuple(tuple(s for s in core if s != SHOES or shelves.get(SHOES)) for core in cores(anchor, brief))
        wished = (slot for slot, found in pool.items() if slot in ACCESSORIES | OVER and any(p.asked for p in found))
        rounding = tuple(dict.fromkeys((*wished, *extras(anchor, brief))))
        return cls(anchor, given, brief, goes, shelves, ways, rounding)

    def best(self) -> "State | None":
        """The best look that is not, at a glance, one of those before."""
        found = [state for way in self.ways for state in self.whole(way) if glance(state) not in self.shown]
        return min(found, key=rank_of, default=None)

    def whole(self, core: Sequence[str]) -> "list[State]":
        """Complete looks over the slots of `core` and what rounds them off."""
        beam = self.dressed(core, self.shelves)
        if not beam and all(map(self.shelves.get, core)):
            # The best of one slot may all be of another season than everything in the next.
            beam = self.dressed(core, _partnered(core, self.shelves))
        for slot in self.rounding if beam else ():
            if slot not in core:
                beam = round_off(beam, self.shelves.get(slot, []), self.left(Decimal(0)), self.goes)
        return [state for state in beam if complete(state.garments) and state.count >= LEAST]

    def dressed(self, core: Sequence[str], shelves: Mapping[str, list[Scored]]) -> "list[State]":
        """The best ways to fill the slots of `core`, one after the other."""
        start = Decimal(0) if self.given else (self.anchor.asking_price or Decimal(0))
        beam = [State((self.anchor,), spent=start)]
        for position, slot in enumerate(core):
            shelf = shelves.get(slot, [])
            to_come = sum((cheapest(shelves.get(later, [])) for later in core[position + 1 :]), Decimal(0))
            grown = grow(beam, shelf, self.left(to_come), self.goes)
            if not grown and slot == SHOES:
                # Rather shoes that are not the thing than none; but nothing made for others or for another season.
                grown = grow(beam, shelf, self.left(to_come), self.goes, against=at_odds)
            beam = distinct(grown)
        return beam

    def left(self, reserve: Decimal) -> Decimal | None:
        return None if self.brief.budget is None else self.brief.budget - reserve

    def without(self, state: "State") -> "_Room":
        """The room after a look was taken from it: its pieces are gone, and what looks like them is wanted less."""
        used = {alike(g) for g in state.garments[1:]}
        repeated = {piece_at_a_glance(g) for g in state.garments[1:]}
        taken = {g.slot for g in state.garments[1:]}
        shelves = {
            slot: sorted((_again(s, repeated) for s in shelf if s.alike not in used), key=by_fit)
            if slot in taken
            else shelf
            for slot, shelf in self.shelves.items()
        }
        return replace(self, shelves=shelves, shown=self.shown | {glance(state)})


def _weighed(known: Goes, share: float) -> Goes:
    """Colours and patterns, and beside them what is `known`, with its share; each pair is asked once."""
    told: dict[tuple[str, str], float] = {}

    def goes(a: ItemFacts, b: ItemFacts) -> float:
        key = (a.id, b.id)
        found = told.get(key)
        if found is None:
            found = told[key] = (1 - share) * together(a, b) + share * known(a, b)
        return found

    return goes


def _for_whom(pool: Mapping[str, Sequence[Piece]], ways: Iterable[Sequence[str]]) -> Sequence[str]:
    """Nobody said for whom: first whom the pieces nearest to the query were made for, then whom else."""
    near = sorted(
        (p for way in ways for slot in way for p in pool.get(slot, ())), key=lambda p: (-p.relevance, p.item.id)
    )
    return tuple(dict.fromkeys(p.item.gender for p in near if p.item.gender in ("women", "men"))) or ("",)


def _shelf(pieces: Sequence[Piece], anchor: ItemFacts, brief: Brief, dressed: float, goes: Goes) -> list[Scored]:
    """What may stand beside the anchor, best first, every look-alike once.

    Where no shoe is right, any that can be worn at all: nobody goes barefoot for a rule of taste.
    """
    others = [p for p in pieces if p.item.id != anchor.id]
    right = [p for p in others if _right(p, anchor, brief, dressed)]
    if not right:
        right = [p for p in others if p.item.slot == SHOES and wearable(p.item, brief) and not at_odds(anchor, p.item)]
    scored = [Scored.of(p.item, _fit(p, anchor, brief, dressed, goes)) for p in right]
    first: dict[Hashable, Scored] = {}
    for candidate in sorted(scored, key=by_fit):
        first.setdefault(candidate.alike, candidate)
    return list(first.values())


def _right(piece: Piece, anchor: ItemFacts, brief: Brief, dressed: float) -> bool:
    """Whether it may stand beside the anchor: by every rule, or, where it was asked for, by those never given up."""
    if piece.asked:
        return wearable(piece.item, brief) and not at_odds(anchor, piece.item)
    return fits(piece.item, brief, dressed) and not clash(anchor, piece.item)


def _partnered(core: Sequence[str], shelves: Mapping[str, list[Scored]]) -> dict[str, list[Scored]]:
    """The shelves of `core` without what nothing on another of them goes with (arc consistency: Mackworth, 1977)."""
    left = {slot: shelves.get(slot, []) for slot in core}
    for slot in core:
        for other in (o for o in core if o != slot):
            against = at_odds if SHOES in (slot, other) else clash
            left[slot] = [s for s in left[slot] if any(not against(s.item, o.item) for o in left[other])]
    return left


def _again(scored: Scored, repeated: set[Hashable]) -> Scored:
    return replace(scored, fit=scored.fit - AGAIN) if scored.glance in repeated else scored


def _fit(piece: Piece, anchor: ItemFacts, brief: Brief, dressed: float, goes: Goes) -> float:
    item = piece.item
    return (
        RELEVANCE * piece.relevance
        + FORMALITY * formality_fit(dressiness(item), dressed)
        + OCCASION * usage_affinity(item.usage, brief.occasion)
        + SEASON * season_affinity(item.season, brief.season)
        + HARMONY * goes(anchor, item)
        + (ASKED_FOR if piece.asked else 0.0)
    )


def _look(state: State, given: bool, brief: Brief) -> Look:
    bought = state.garments[1:] if given else state.garments
    prices = [g.asking_price for g in bought]
    total = sum((p for p in prices if p is not None), Decimal(0)) if all(p is not None for p in prices) else None
    pieces = tuple(sorted(state.garments[1:], key=lambda g: ORDER.index(g.slot) if g.slot in ORDER else len(ORDER)))
    return Look(round(state.value, 4), pieces, total, brief)


ORDER = ("outerwear", TWO, "top", "bottom", SHOES, "bag", "belt", "neckwear", "scarf", "headwear", "eyewear", "watch")
