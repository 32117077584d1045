"""The beam that looks grow in: one slot after another, the best few combinations kept. Pure."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from app.catalog.facts import ItemFacts
from app.recommendations.compatibility import Goes
from app.recommendations.outfit_rules import ACCESSORIES, PIECES, clash, complete, loud, sameness, shown_colours, weight
from app.recommendations.palette import accents, is_neutral

SHORT = 8
"""Pieces of a slot that are tried, and as many of the cheapest again when there is a budget."""

BEAM = 6
ACCENT_COST = 0.15
"""Taken off for each hue past two, which looks like chance, and for each strongly coloured piece past two, which looks
like a uniform.
"""

SAME_COST = 0.05
"""Taken off for each piece past two of the same colour."""

WELL = 0.5
"""An accessory that goes less well than this is left off."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A piece, how well it fits (0 to 1), its price; what it is at a glance, and what it is told apart by."""

    item: ItemFacts
    fit: float
    price: Decimal
    glance: Hashable
    alike: Hashable

    @classmethod
    def of(cls, item: ItemFacts, fit: float) -> "Scored":
        return cls(item, fit, item.asking_price or Decimal(0), piece_at_a_glance(item), alike(item))


@dataclass(frozen=True, slots=True)
class State:
    """A look in the making; `anchor` is always its first garment. Sums run along, so that a step costs little."""

    garments: tuple[ItemFacts, ...]
    fit: float = 0.0
    together: float = 0.0
    spent: Decimal = Decimal(0)

    def plus(self, scored: Scored, goes: Goes) -> "State":
        together = self.together
        for garment in self.garments:
            together += goes(garment, scored.item)
        return State((*self.garments, scored.item), self.fit + scored.fit, together, self.spent + scored.price)

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
        cost = ACCENT_COST * spare_accents(tuple(shown_colours(self.garments))) + SAME_COST * sameness(self.garments)
        return max(0.0, min(1.0, 0.55 * fit + 0.45 * self.harmony - cost))


@lru_cache(maxsize=16_384)
def spare_accents(colours: tuple[str, ...]) -> int:
    """Hues, or strongly coloured pieces, past two."""
    strong = [c for c in colours if not is_neutral(c)]
    return max(0, len(accents(strong)) - 2, len(strong) - 2)


def by_fit(scored: Scored) -> tuple[float, str]:
    return -scored.fit, scored.item.id


def piece_at_a_glance(item: ItemFacts) -> Hashable:
    return item.kind, item.colour_family or item.colour or item.id


def glance(state: State) -> Hashable:
    """What a look is at a glance: the garments and shoes beside the anchor; accessories make no other look of it."""
    return frozenset(piece_at_a_glance(g) for g in state.garments[1:] if g.slot not in ACCESSORIES)


def alike(item: ItemFacts) -> Hashable:
    """Equal for items whose feed tells them apart by id alone."""
    return item.title or item.id, item.colour


def grow(
    beam: Sequence[State],
    shelf: Sequence[Scored],
    left: Decimal | None,
    goes: Goes,
    against: Callable[[ItemFacts, ItemFacts], bool] = clash,
) -> list[State]:
    """Every look of the beam with every piece that goes with all of it, best first.

    Where none of the best pieces does, the whole shelf is gone through.
    """
    for some in (short(shelf, left is not None), shelf):
        grown = [
            state.plus(scored, goes)
            for scored in some
            for state in beam
            if (left is None or state.spent + scored.price <= left)
            and not any(against(garment, scored.item) for garment in state.garments[1:])
        ]
        if grown:
            return sorted(grown, key=rank_of)
    return []


def rank_of(state: State) -> tuple[bool, bool, float, tuple[str, ...]]:
    """Sorts the best first; what still lacks a companion (a belt its trousers) or is too colourful comes last."""
    return not complete(state.garments), loud(state.garments), -state.value, state.ids


def round_off(beam: Sequence[State], shelf: Sequence[Scored], left: Decimal | None, goes: Goes) -> list[State]:
    """One more piece where the look is not full and something goes well; the look as it was where not."""
    rounded: list[State] = []
    for state in beam:
        fuller = [] if state.count >= PIECES else grow([state], short(shelf, left is not None), left, goes)
        good = [
            s for s in fuller if complete(s.garments) and s.harmony >= WELL and loud(s.garments) <= loud(state.garments)
        ]
        rounded.append(good[0] if good else state)
    return rounded


def short(shelf: Sequence[Scored], thrifty: bool) -> list[Scored]:
    best = list(shelf[:SHORT])
    if thrifty:
        best += sorted(shelf[SHORT:], key=lambda s: (s.price, s.item.id))[:SHORT]
    return best


def cheapest(shelf: Sequence[Scored]) -> Decimal:
    return min((s.price for s in shelf), default=Decimal(0))


def distinct(states: Sequence[State]) -> list[State]:
    """The best `BEAM` of what is sorted already, of those alike at a glance only the first."""
    first: dict[Hashable, State] = {}
    for state in states:
        first.setdefault(glance(state), state)
        if len(first) == BEAM:
            break
    return list(first.values())
