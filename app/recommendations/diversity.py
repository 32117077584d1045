"""A choice that is good and not the same thing twelve times."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.catalog.facts import ItemFacts
from app.recommendations.lexical import HAN, words_of
from models.contracts import Matrix

TWINS = 0.98
"""Cosine of two pictures' vectors from which they show the same garment: one picture used twice has 1, two garments of
a brand's line, shot alike, seldom reach 0.98.
"""


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
    """Positions of the first of each look, in order; a product's colourway is one look whatever its title says."""
    seen: set[Hashable] = set()
    kept: list[int] = []
    for position, item in enumerate(items):
        keys = {look_key(item), ("group", item.group_id, item.colour)} if item.group_id else {look_key(item)}
        if not keys & seen:
            kept.append(position)
        seen |= keys
    return kept


def without_twins(items: Sequence[ItemFacts], vectors: Matrix) -> list[int]:
    """Positions, in order, without what shows the same as one before it: near-equal pictures of one kind and colour.

    Args: vectors: unit rows, shape (n, d).
    """
    alike = vectors @ vectors.T >= TWINS
    kept: list[int] = []
    for position, item in enumerate(items):
        if not any(alike[position, other] and _same_sort(item, items[other]) for other in kept):
            kept.append(position)
    return kept


def _same_sort(a: ItemFacts, b: ItemFacts) -> bool:
    return (a.kind, a.colour, a.gender, a.age_group) == (b.kind, b.colour, b.gender, b.age_group)
