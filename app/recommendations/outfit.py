"""Complete looks around a garment, by beam search over the slots of a look (F7). Pure and deterministic."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.catalog.facts import ItemFacts
from app.recommendations.affinity import formality_fit, season_affinity, usage_affinity
from app.recommendations.outfit_rules import (
    PIECES,
    SHOES,
    TWO,
    Brief,
    brief_for,
    clash,
    complete,
    cores,
    dressiness,
    extras,
    fits,
    shown_colours,
    target,
    together,
    weight,
)
from app.recommendations.palette import accents, is_neutral

SHORT = 8
"""Pieces of a slot that are tried, and as many of the cheapest again when there is a budget."""

BEAM = 5
LEAST = 3
ACCENT_COST = 0.15
"""Taken off for each hue past two, which looks like chance, and for each strongly coloured piece past two, which looks
like a uniform.
"""

WELL = 0.5
"""An accessory that goes less well than this is left off."""

TASTE_OF_FIT = {"relevance": 0.15, "formality": 0.25, "occasion": 0.2, "season": 0.1, "harmony": 0.3}


@dataclass(frozen=True, slots=True)
class Piece:
    """A catalogue item that might enter a look; `relevance` to the shopper's query from 0 to 1 within its slot."""

    item: ItemFacts
    relevance: float


@dataclass(frozen=True, slots=True)
class Look:
    """A look without its anchor: `pieces` in the order they are worn, what they cost, and how good it is (0 to 1).

    `brief` is what it was made for, the anchor's own season and occasion included.
    """

    score: float
    pieces: tuple[ItemFacts, ...]
    total: Decimal | None
    brief: Brief


@dataclass(frozen=True, slots=True)
class _Scored:
    item: ItemFacts
    fit: float
    price: Decimal


@dataclass(frozen=True, slots=True)
class _State:
    """A look in the making; `anchor` is always its first garment. Sums run along, so that a step costs little."""

    garments: tuple[ItemFacts, ...]
    fit: float = 0.0
    together: float = 0.0
    spent: Decimal = Decimal(0)

    def plus(self, scored: _Scored) -> "_State":
        return _State(
            garments=(*self.garments, scored.item),
            fit=self.fit + scored.fit,
            together=self.together + sum(together(g, scored.item) for g in self.garments),
            spent=self.spent + scored.price,
        )

    @property
    def count(self) -> int:
        return sum(weight(g.slot) for g in self.garments)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(g.id for g in self.garments)

    @property
    def harmony(self) -> float:
        """Mean over all pairs, 0 to 1."""
        size = len(self.garments)
        return self.together / (size * (size - 1) / 2) if size > 1 else 1.0

    @property
    def value(self) -> float:
        """How good a look is, 0 to 1: how well its pieces fit the brief, and each other."""
        added = len(self.garments) - 1
        fit = self.fit / added if added else 0.0
        strong = [c for c in shown_colours(self.garments) if not is_neutral(c)]
        spare = max(0, len(accents(strong)) - 2, len(strong) - 2)
        return max(0.0, min(1.0, 0.55 * fit + 0.45 * self.harmony - ACCENT_COST * spare))


def compose(anchor: ItemFacts, given: bool, pool: Mapping[str, Sequence[Piece]], said: Brief, count: int) -> list[Look]:
    """Up to `count` looks around `anchor`, best first; no item but the anchor stands in two of them.

    Args:
        anchor: the shopper's garment (`given`, costs nothing) or the catalogue item the looks are built on.
        pool: candidates by slot.
        said: what the shopper asked for; the anchor completes it.
    """
    brief = brief_for(anchor, said)
    if brief.budget is not None and not given and anchor.asking_price is None:
        return []  # nobody can promise that a look around it keeps the budget
    if not brief.gender:
        brief = brief_for(anchor, _with_gender(said, pool, cores(anchor, brief)))
    dressed = target(anchor, brief)
    shelves = {slot: _shelf(pieces, anchor, brief, dressed) for slot, pieces in pool.items() if slot != anchor.slot}
    # Shoes whenever any fit: once a look has taken the last pair, there is no further look, and none without shoes.
    ways = [tuple(s for s in core if s != SHOES or shelves.get(SHOES)) for core in cores(anchor, brief)]
    looks: list[Look] = []
    while len(looks) < count:
        found = [s for core in ways if (s := _best(anchor, given, core, shelves, brief)) is not None]
        if not found:
            break
        best = min(found, key=_rank_of)
        looks.append(_look(best, given, brief))
        used = {_alike(g) for g in best.garments[1:]}
        shelves = {slot: [s for s in shelf if _alike(s.item) not in used] for slot, shelf in shelves.items()}
    return sorted(looks, key=lambda look: -look.score)


def _with_gender(said: Brief, pool: Mapping[str, Sequence[Piece]], ways: Iterable[Sequence[str]]) -> Brief:
    """Nobody said for whom: whom the pieces nearest to the query were made for."""
    near = sorted(
        (p for way in ways for slot in way for p in pool.get(slot, ())), key=lambda p: (-p.relevance, p.item.id)
    )
    gender = next((p.item.gender for p in near if p.item.gender in ("women", "men")), "")
    return Brief(gender, said.age_group, said.season, said.occasion, said.budget)


def _shelf(pieces: Sequence[Piece], anchor: ItemFacts, brief: Brief, dressed: float) -> list[_Scored]:
    """What may stand beside the anchor, best first, every look-alike once."""
    scored = [
        _Scored(p.item, _fit(p, anchor, brief, dressed), p.item.asking_price or Decimal(0))
        for p in pieces
        if p.item.id != anchor.id and fits(p.item, brief, dressed) and not clash(anchor, p.item)
    ]
    scored.sort(key=lambda s: (-s.fit, s.item.id))
    first: dict[Hashable, _Scored] = {}
    for candidate in scored:
        first.setdefault(_alike(candidate.item), candidate)
    return list(first.values())


def _alike(item: ItemFacts) -> Hashable:
    """Equal for items whose feed tells them apart by id alone."""
    return item.title or item.id, item.colour


def _fit(piece: Piece, anchor: ItemFacts, brief: Brief, dressed: float) -> float:
    shares = {
        "relevance": piece.relevance,
        "formality": formality_fit(dressiness(piece.item), dressed),
        "occasion": usage_affinity(piece.item.usage, brief.occasion),
        "season": season_affinity(piece.item.season, brief.season),
        "harmony": together(anchor, piece.item),
    }
    return sum(TASTE_OF_FIT[name] * value for name, value in shares.items())


def _best(
    anchor: ItemFacts, given: bool, core: Sequence[str], shelves: Mapping[str, list[_Scored]], brief: Brief
) -> _State | None:
    """The best look over the slots of `core` and what rounds them off, or None when it cannot be completed."""
    start = Decimal(0) if given else (anchor.asking_price or Decimal(0))
    beam = [_State((anchor,), spent=start)]
    for position, slot in enumerate(core):
        reserve = sum((_cheapest(shelves.get(later, [])) for later in core[position + 1 :]), Decimal(0))
        beam = _grow(beam, shelves.get(slot, []), _left(brief, reserve))
        if not beam:
            return None
    optional = [slot for slot in extras(anchor, brief) if slot not in core]
    for slot in optional:
        beam = _round_off(beam, shelves.get(slot, []), _left(brief, Decimal(0)))
    done = [s for s in beam if complete(s.garments) and s.count >= LEAST]
    return min(done, key=_rank_of, default=None)


def _grow(beam: Sequence[_State], shelf: Sequence[_Scored], left: Decimal | None) -> list[_State]:
    """Every look of the beam with every piece that goes with all of it, the best `BEAM` of them."""
    grown = [
        state.plus(scored)
        for scored in _short(shelf, left is not None)
        for state in beam
        if (left is None or state.spent + scored.price <= left)
        and not any(clash(garment, scored.item) for garment in state.garments[1:])
    ]
    return sorted(grown, key=_rank_of)[:BEAM]


def _rank_of(state: _State) -> tuple[bool, float, tuple[str, ...]]:
    """Sorts the best first; what still lacks a companion (a belt its trousers) comes after what does not."""
    return not complete(state.garments), -state.value, state.ids


def _round_off(beam: Sequence[_State], shelf: Sequence[_Scored], left: Decimal | None) -> list[_State]:
    """One more piece where the look is not full and something goes well; the look as it was where not."""
    rounded: list[_State] = []
    for state in beam:
        fuller = [] if state.count >= PIECES else _grow([state], shelf, left)
        good = [s for s in fuller if complete(s.garments) and s.harmony >= WELL]
        rounded.append(good[0] if good else state)
    return rounded


def _short(shelf: Sequence[_Scored], thrifty: bool) -> list[_Scored]:
    best = list(shelf[:SHORT])
    if thrifty:
        best += sorted(shelf[SHORT:], key=lambda s: (s.price, s.item.id))[:SHORT]
    return best


def _cheapest(shelf: Sequence[_Scored]) -> Decimal:
    return min((s.price for s in shelf), default=Decimal(0))


def _left(brief: Brief, reserve: Decimal) -> Decimal | None:
    return None if brief.budget is None else brief.budget - reserve


def _look(state: _State, given: bool, brief: Brief) -> Look:
    bought = state.garments[1:] if given else state.garments
    prices = [g.asking_price for g in bought]
    total = sum((p for p in prices if p is not None), Decimal(0)) if all(p is not None for p in prices) else None
    pieces = tuple(sorted(state.garments[1:], key=lambda g: ORDER.index(g.slot) if g.slot in ORDER else len(ORDER)))
    return Look(round(state.value, 4), pieces, total, brief)


ORDER = ("outerwear", TWO, "top", "bottom", SHOES, "bag", "belt", "neckwear", "scarf", "headwear", "eyewear", "watch")
