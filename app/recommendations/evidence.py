"""What speaks for a suggestion beside its parts: shares of the score, and what in the photo mattered (F15). Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from app.recommendations.decide import Decision, Garment
from app.recommendations.examples import ITEMS
from app.recommendations.ranking import Calibration, Ranked
from app.recommendations.relevance import Relevance, relevance_of
from app.recommendations.shares import pull, shares
from models.contracts import WHOLE, Vector
from models.engine import QueryPart


@dataclass(frozen=True, slots=True)
class Evidence:
    """Of one suggestion.

    Attributes:
        shares: of its score by source; empty where nothing of the score came from anywhere.
        alike: how much its picture is like the photo's garment, calibrated, 0 to 1; None without a photo. The part
            `image` of its score is the likeness with the whole query, words and all.
        relevance: what in the photo mattered; None without a photo or without its tokens.
    """

    shares: Mapping[str, float]
    alike: float | None = None
    relevance: Relevance | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """What is known besides the decision when it is looked at.

    Attributes:
        words: the text's vector, shape (d,), or None.
        aspect: the first photo's width by its height.
        vector_of: the image vector, shape (d,), of an item's row.
    """

    words: Vector | None
    aspect: float
    vector_of: Callable[[int], Vector]
    calibration: Calibration

    def evidence(self, decision: Decision) -> dict[str, Evidence]:
        """For every suggestion, by item id."""
        return {ranked.item.id: self._of(ranked, decision.garments[ranked.item.id]) for ranked in decision.ranked}

    def _of(self, ranked: Ranked, garment: Garment) -> Evidence:
        item, part = self.vector_of(ranked.row), garment.part
        found = _named(shares(ranked, garment.wanted, pull(part.fused, part.image, self.words, item)), part)
        if part.image is None:
            return Evidence(found)
        alike = float(self.calibration(np.asarray(part.image @ item)))
        return Evidence(found, alike, _relevance(part, self.aspect, item))


def _named(found: Mapping[str, float], part: QueryPart) -> Mapping[str, float]:
    """What catalogue items brought in a photo's place is called so."""
    if part.fused.kind != ITEMS:
        return found
    return {ITEMS if source == "photo" else source: share for source, share in found.items()}


def _relevance(part: QueryPart, aspect: float, item: Vector) -> Relevance | None:
    if part.tokens is None:
        return None
    region = part.tokens_region.box if part.tokens_region else WHOLE
    return relevance_of(part.tokens, part.tokens_frame, region, aspect, item)
