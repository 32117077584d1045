"""What many take, measured against how many saw it, with a prior for what few saw yet. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.feedback.events import EventKind
from app.feedback.taste import Weights


@dataclass(frozen=True, slots=True)
class Popularity:
    """By item id, from -1 (seen and left) to 1 (taken whenever seen); items without events are neutral."""

    by_item: Mapping[str, float]

    def scores(self, ids: Sequence[str]) -> NDArray[np.float64]:
        """Shape (n,), -1 to 1; 0 for an item nobody did anything with."""
        return np.fromiter((self.by_item.get(id_, 0.0) for id_ in ids), np.float64, len(ids))


def popularity_of(tallies: Iterable[tuple[str, EventKind, int]], weights: Weights, prior: float) -> Popularity | None:
    """From how many shoppers did what with which item. None when nobody did anything.

    Takes are a Poisson count over an exposure, the item's views; their rate has a gamma prior around the shop's own
    rate that is worth `prior` takes (Gamma-Poisson shrinkage, as in Efron & Morris 1975). An item whose views nobody
    sends is taken to be seen as often as any other. Shown is (rate - usual) / (rate + usual).
    """
    counts: dict[str, dict[EventKind, int]] = {}
    for item, event, shoppers in tallies:
        counts.setdefault(item, {})[event] = shoppers
    if not counts:
        return None
    takes = {item: _takes(done, weights) for item, done in counts.items()}
    views = [done[EventKind.view] for done in counts.values() if EventKind.view in done]
    typical = sum(views) / len(views) if views else 1.0
    seen = {item: done.get(EventKind.view, typical) for item, done in counts.items()}
    usual = sum(takes.values()) / sum(seen.values())
    if usual <= 0.0:
        return Popularity({})
    lifts = {item: (prior + takes[item]) / (prior / usual + seen[item]) / usual for item in counts}
    return Popularity({item: (lift - 1.0) / (lift + 1.0) for item, lift in lifts.items()})


def _takes(done: Mapping[EventKind, int], weights: Weights) -> float:
    """Weighted shoppers who took it, less those who turned it down; never below 0."""
    return max(0.0, sum(weights.of(event) * count for event, count in done.items() if event is not EventKind.view))
