"""How much of a suggestion's score came from the photo, from the words, and from each attribute (F15). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.recommendations.ranking import Ranked, attribute_scores
from app.recommendations.wanted import Wanted
from models.contracts import Fused, Vector

DIGITS = 4
BOTH = frozenset({"image", "attention"})
"""Parts of the score that the query vector brings: photo and words are in it together."""

SAID = frozenset({"text", "lexical"})
"""Parts of the score that only words bring."""


@dataclass(frozen=True, slots=True)
class Pull:
    """How much of a query's likeness with an item is the photo's and how much the words'; together 1."""

    photo: float
    words: float


def pull(fused: Fused, photo: Vector | None, words: Vector | None, item: Vector) -> Pull:
    """How the query's cosine with the item divides between what it has of the photo and what else is in it.

    The query is written as a sum of the photo, the words and a rest, by least squares; each term's product with the
    item is its part of the cosine. A weighted query has no rest. What a learned fusion adds it made of the words, so
    the rest is theirs. An input that pulls away from the item brought nothing.
    """
    if photo is None or words is None:
        return Pull(0.0, 1.0) if photo is None else Pull(1.0, 0.0)
    of_photo = float(np.linalg.lstsq(np.stack([photo, words], axis=1), fused.vector)[0][0])
    from_photo = of_photo * float(photo @ item)
    from_words = max(0.0, float(fused.vector @ item) - from_photo)
    from_photo = max(0.0, from_photo)
    total = from_photo + from_words
    if total <= 0.0:
        return Pull(fused.image, fused.text)
    return Pull(from_photo / total, from_words / total)


def shares(ranked: Ranked, wanted: Wanted, split: Pull) -> dict[str, float]:
    """`photo`, `words` and each attribute by its share of the score, largest first, summing to 1.

    The terms are those the score is the weighted mean of: weight by part over their total. Empty when nothing of the
    score came from anywhere.
    """
    terms: dict[str, float] = {}
    for name, value in ranked.parts.items():
        for source, term in _sources(name, ranked.weights.get(name, 0.0) * max(0.0, value), ranked, wanted, split):
            terms[source] = terms.get(source, 0.0) + term
    return _of_one(terms)


def _sources(name: str, term: float, ranked: Ranked, wanted: Wanted, split: Pull) -> list[tuple[str, float]]:
    if name in BOTH:
        return [("photo", term * split.photo), ("words", term * split.words)]
    if name in SAID:
        return [("words", term)]
    if name == "attributes":
        fits = {f: float(attribute_scores([ranked.item], {f: v})[0]) for f, v in wanted.facets.items()}
        total = sum(fits.values())
        return [(facet, term * fit / total) for facet, fit in fits.items()] if total > 0 else []
    return [(name, term)]


def _of_one(terms: Mapping[str, float]) -> dict[str, float]:
    """Shares rounded so that they still sum to 1: what rounding loses, the largest remainders get back."""
    total = sum(terms.values())
    if not np.isfinite(total) or total <= 0.0:
        return {}
    unit = 10**DIGITS
    exact = {name: term / total * unit for name, term in terms.items()}
    whole = {name: int(share) for name, share in exact.items()}
    missing = unit - sum(whole.values())
    for name in sorted(exact, key=lambda n: whole[n] - exact[n])[:missing]:
        whole[name] += 1
    return {name: share / unit for name, share in sorted(whole.items(), key=lambda e: (-e[1], e[0])) if share}
