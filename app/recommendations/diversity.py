"""A choice that is good and not the same thing twelve times."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.catalog.facts import ItemFacts
from app.recommendations.lexical import HAN, words_of
from models.contracts import Matrix


def mmr(scores: NDArray[np.float64], vectors: Matrix, count: int, diversity: float) -> list[int]:
    """Positions of up to `count` candidates, in the order chosen (Carbonell & Goldstein 1998, MMR).

    Args:
        scores: relevance, 0 to 1, shape (n,).
        vectors: unit rows, shape (n, d).
        diversity: 0 takes the best, 1 looks only at difference.
    """
    left = np.ones(len(scores), np.bool_)
    likeness = np.zeros(len(scores))
    chosen: list[int] = []
    while len(chosen) < min(count, len(scores)):
        gain = (1.0 - diversity) * scores - diversity * likeness
        best = int(np.argmax(np.where(left, gain, -np.inf)))
        chosen.append(best)
        left[best] = False
        np.maximum(likeness, vectors @ vectors[best], out=likeness)
    return chosen


def look_key(item: ItemFacts) -> Hashable:
    """Equal for items that a shopper would take for the same thing: same words in the title, colour and brand."""
    title = item.title or item.title_zh
    words = frozenset(words_of(title)) | ({title.strip()} if HAN.search(title) else frozenset())
    return (words or frozenset({item.id}), item.colour, item.brand.casefold(), item.kind)


def fold(items: Sequence[ItemFacts]) -> list[int]:
    """Positions of the first of each look, in order."""
    first: dict[Hashable, int] = {}
    for position, item in enumerate(items):
        first.setdefault(look_key(item), position)
    return list(first.values())
