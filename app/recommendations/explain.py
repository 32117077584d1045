"""Why this garment: sentences drawn only from what really matched (F8), in the order of what brought the score. Pure.

What the shop's own data does not say, but was inferred from a title or a picture, is never stated: it "looks" so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.recommendations.claims import INFERRED, Asked, Claim, claims
from app.recommendations.ranking import Ranked
from app.recommendations.wording import Param, say

__all__ = ["MOST", "Asked", "Reason", "reasons"]

MOST = 4
"""Reasons a suggestion shows."""

ABOVE_ALL = 2.0
"""Weight of what speaks against a suggestion: it is said before anything that speaks for it."""

TASTE_SHARE = 0.15
"""A taste and a size move the score and have no share of it: they are told before the small shares."""

OTHER_SIZE = 0.9
"""A size that must be another than usual is told before all but the largest share."""

BESIDE = frozenset(
    {"on_sale", "lowest_price", "well_rated", "popular", "fit_note", "take_size", "in_usual_size", "not_in_usual_size"}
)
"""What is no reason for this garment rather than another: beside these it is said that it is among the nearest."""

NO_SHARES: Mapping[str, float] = MappingProxyType({})

LOOKS: Mapping[str, str] = {"photo": "photo", "item": "items"}
"""Which share speaks of a look, by what the look is of."""

SOURCES: Mapping[str, str] = {
    "same_kind": "kind",
    "same_colour": "colour",
    "near_colour": "colour",
    "near_kind": "kind",
    "likely_kind": "kind",
    "has_pattern": "pattern",
    "for_occasion": "usage",
    "for_season": "season",
    "is_the_one": "words",
    "has_brand": "words",
    "has_material": "words",
    "matches_word": "words",
}
"""Which share a reason speaks of. Those not listed brought nothing to the score: stock, prices, what was avoided."""


@dataclass(frozen=True, slots=True)
class Reason:
    """`code` and `params` for programs (taxonomy ids; `inferred` is 1 for what is not the shop's word), `text` for
    people.
    """

    code: str
    params: Mapping[str, Param]
    text: str


def reasons(ranked: Ranked, asked: Asked, shares: Mapping[str, float] = NO_SHARES) -> list[Reason]:
    """Up to `MOST` reasons for one suggestion, never none: what is wrong with it, then what brought most of its score
    by `shares` (see `shares.shares`), then what brought none of it.
    """
    found = list(claims(ranked, asked))
    if all(claim.code in BESIDE for claim in found):
        found.append(_nearest(asked, shares))
    found.sort(key=lambda claim: -_weight(claim, shares))
    return [Reason(f.code, f.params, _text(f, asked.locale)) for f in found[:MOST]]


def _nearest(asked: Asked, shares: Mapping[str, float]) -> Claim:
    by_look = asked.alike is not None and "words" not in shares
    return Claim("nearest", {"source": asked.model if by_look else "words"})


def _weight(found: Claim, shares: Mapping[str, float]) -> float:
    """How much of the score `found` speaks of."""
    match found.code:
        case "despite" | "not_in_usual_size":
            return ABOVE_ALL
        case "nearest":
            return 1.0
        case "take_size":
            return OTHER_SIZE
        case "similar_look" | "most_similar_look":  # said of words it is the vaguest reason of all, and comes last
            return shares.get(LOOKS.get(str(found.params["source"]), ""), 0.0)
        case "to_taste" | "in_usual_size":
            return TASTE_SHARE
        case code:
            return shares.get(SOURCES.get(code, ""), 0.0)


def _text(found: Claim, locale: str) -> str:
    message = found.code.replace("_", "-") + ("-inferred" if INFERRED in found.params else "")
    return say(locale, message, {**found.params, **found.shown})
