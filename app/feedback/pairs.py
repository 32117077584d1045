"""What shoppers said and took, for training: which words led to which item. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.feedback.events import Deed
from app.feedback.taste import Weights, leanings

NEVER = dt.timedelta(days=1_000_000)
"""Half-life of what does not fade: a word means tomorrow what it meant last year."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Something done after an answer to `words` (content words: the sentence itself is not kept)."""

    shopper_id: str
    words: str
    deed: Deed


def pairs_of(taken: Iterable[Taken], weights: Weights) -> Mapping[tuple[str, str], float]:
    """By words and item id, how much it was taken by all shoppers together; what was turned down is no pair."""
    deeds: dict[tuple[str, str], list[Deed]] = {}
    for one in taken:
        deeds.setdefault((one.shopper_id, one.words), []).append(one.deed)
    pairs: dict[tuple[str, str], float] = {}
    for (_, words), done in deeds.items():
        for item_id, weight in leanings(done, max(d.at for d in done), NEVER, weights).items():
            if weight > 0.0:
                pairs[words, item_id] = pairs.get((words, item_id), 0.0) + weight
    return pairs
