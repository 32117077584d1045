"""A shopper's taste, computed from what they did whenever it is needed and never stored. Pure.

What an event says fades with its age. Each item counts once, with what was last said of it; what items say together is
read in two ways: in the space of the model in use (things that look alike) and by attribute (whatever they look like).
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.catalog.facts import ItemFacts
from app.feedback.events import Deed, EventKind
from models.contracts import Matrix, Vector

Scores = NDArray[np.float64]

FACETS: Mapping[str, float] = {
    "kind": 0.8,
    "colour": 0.8,
    "colour_family": 0.5,
    "brand": 1.0,
    "pattern": 0.6,
    "usage": 0.5,
    "season": 0.2,
    "gender": 0.8,
}
"""Attributes that a taste may be for, and how much each says beside the looks of things."""

PRIOR = 1.0
"""Weight of the doubt that events have to overcome: one like is a hint, five are a taste."""

NEAR = 0.35
"""From this cosine on, measured from the middle of the catalogue, two things look alike at all."""

TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Weights:
    """What each event says of an item, before it fades: signed."""

    view: float
    like: float
    cart: float
    purchase: float
    dislike: float
    return_: float

    def of(self, event: EventKind) -> float:
        return float(getattr(self, event.name))


@dataclass(frozen=True, slots=True)
class Backdrop:
    """What any item of the catalogue is like: what is rare in it says more of a taste.

    Attributes:
        centre: mean of the items' image vectors, shape (d,).
        shares: by facet and value, the share of items that have it.
    """

    centre: Vector
    shares: Mapping[str, Mapping[str, float]]

    @classmethod
    def of(cls, items: Sequence[ItemFacts], vectors: Matrix) -> "Backdrop":
        """Of `items`, a fair sample of the catalogue, with their image vectors, shape (n, d)."""
        shares: dict[str, dict[str, float]] = {facet: {} for facet in FACETS}
        for facet, counts in shares.items():
            for item in items:
                value = str(getattr(item, facet))
                counts[value] = counts.get(value, 0.0) + 1.0 / len(items)
        centre = vectors.mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1], np.float32)
        return cls(np.asarray(centre, np.float32), shares)


@dataclass(frozen=True, slots=True)
class Taste:
    """Where a shopper's events pull an answer.

    Attributes:
        weights: of the m items with events, shape (m,), signed.
        vectors: those items' image vectors seen from the middle of the catalogue, shape (m, d), unit rows.
        likings: by facet and value, from -1 (turned down) to 1 (sought).
    """

    weights: Scores
    vectors: Matrix
    likings: Mapping[str, Mapping[str, float]]
    centre: Vector

    def scores(self, items: Sequence[ItemFacts], vectors: Matrix) -> Scores:
        """How much each of `items` is to this taste, shape (n,), -1 to 1; 0 where it says nothing.

        Args: vectors: the items' image vectors, shape (n, d).
        """
        return np.tanh(self._looks(vectors) + self._attributes(items))

    def pull(self, query: Vector, strength: float) -> Vector | None:
        """`query` moved towards what was liked and away from what was not (Rocchio 1971), or None when nothing pulls.

        Returns: a unit vector, shape (d,).
        """
        towards = self.weights @ self.vectors
        length = float(np.linalg.norm(towards))
        if length < TINY:
            return None
        moved = query + strength * towards / max(length, float(np.abs(self.weights).sum()))
        return np.asarray(moved / np.linalg.norm(moved), np.float32)

    def _looks(self, vectors: Matrix) -> Scores:
        """A vote of the items that look alike, each as far as it does; doubt votes for 0."""
        alike = _seen_from(self.centre, vectors) @ self.vectors.T
        near = np.clip((alike - NEAR) / (1.0 - NEAR), 0.0, 1.0)
        return np.asarray(near @ self.weights / (PRIOR + near @ np.abs(self.weights)), np.float64)

    def _attributes(self, items: Sequence[ItemFacts]) -> Scores:
        said = np.zeros(len(items))
        for facet, values in self.likings.items():
            said += [FACETS[facet] * values.get(str(getattr(item, facet)), 0.0) for item in items]
        return said


def leanings(deeds: Iterable[Deed], now: dt.datetime, half_life: dt.timedelta, weights: Weights) -> dict[str, float]:
    """By item id, what a shopper's deeds say of it today: signed, 0 for nothing.

    Liked or disliked: the later of them counts. Carted, bought, sent back: what went before a return no longer does,
    else the strongest counts. Repeating an event refreshes it and adds nothing.
    """
    said: dict[str, dict[str, float]] = {}
    for deed in sorted(deeds, key=lambda d: d.at):
        faded = weights.of(deed.event) * 0.5 ** (max(now - deed.at, dt.timedelta(0)) / half_life)
        of_item = said.setdefault(deed.item_id, {})
        match deed.event:
            case EventKind.like | EventKind.dislike:
                of_item["stance"] = faded
            case EventKind.cart | EventKind.purchase:
                of_item["had"] = max(faded, of_item.get("had", 0.0))
            case EventKind.return_:
                of_item["had"] = faded
            case EventKind.view:
                of_item["seen"] = faded
    return {item: sum(aspects.values()) for item, aspects in said.items()}


def kept_away(deeds: Iterable[Deed]) -> frozenset[str]:
    """Ids of what must not be suggested again: disliked and not liked since, bought and not sent back."""
    disliked: dict[str, bool] = {}
    owned: dict[str, bool] = {}
    for deed in sorted(deeds, key=lambda d: d.at):
        match deed.event:
            case EventKind.like | EventKind.dislike:
                disliked[deed.item_id] = deed.event is EventKind.dislike
            case EventKind.purchase | EventKind.return_:
                owned[deed.item_id] = deed.event is EventKind.purchase
            case EventKind.view | EventKind.cart:
                pass
    return frozenset(item for state in (disliked, owned) for item, yes in state.items() if yes)


def taste_of(items: Sequence[ItemFacts], vectors: Matrix, weights: Sequence[float], backdrop: Backdrop) -> Taste | None:
    """The taste that shows in `items` with their image vectors, shape (m, d), and what was said of each, signed.

    None when nothing was.
    """
    signed = np.asarray(weights, np.float64)
    if not np.any(signed):
        return None
    total = PRIOR + float(np.abs(signed).sum())
    likings: dict[str, dict[str, float]] = {}
    for facet in FACETS:
        sums: dict[str, float] = {}
        for item, weight in zip(items, signed, strict=True):
            if value := str(getattr(item, facet)):
                sums[value] = sums.get(value, 0.0) + float(weight)
        common = backdrop.shares.get(facet, {})
        likings[facet] = {value: (1.0 - common.get(value, 0.0)) * sum_ / total for value, sum_ in sums.items()}
    return Taste(signed, _seen_from(backdrop.centre, vectors), likings, backdrop.centre)


def _seen_from(centre: Vector, vectors: Matrix) -> Matrix:
    """Directions from the middle of the catalogue: everything in a shop looks alike from anywhere else."""
    apart = vectors - centre
    return np.asarray(apart / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), TINY), np.float32)
