"""What speaks for a suggestion beside its parts: shares of the score, and what in the photo mattered (F15). Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.recommendations.decide import Decision
from app.recommendations.ranking import Ranked
from app.recommendations.relevance import Relevance, relevance_of
from app.recommendations.shares import pull, shares
from models.contracts import WHOLE, Vector
from models.engine import QueryPart


@dataclass(frozen=True, slots=True)
class Evidence:
    """Shares by source, empty where there is nothing to say; None without a photo or without its tokens."""

    shares: Mapping[str, float]
    relevance: Relevance | None = None


def evidence_of(
    decision: Decision, words: Vector | None, aspect: float, vector_of: Callable[[int], Vector]
) -> dict[str, Evidence]:
    """By item id.

    Args:
        words: the text's vector, shape (d,), or None.
        aspect: the first photo's width by its height.
        vector_of: the image vector, shape (d,), of an item's row.
    """
    return {
        ranked.item.id: _evidence(ranked, decision, words, aspect, vector_of(ranked.row)) for ranked in decision.ranked
    }


def _evidence(ranked: Ranked, decision: Decision, words: Vector | None, aspect: float, item: Vector) -> Evidence:
    garment = decision.garments[ranked.item.id]
    split = pull(garment.part.fused, garment.part.image, words, item)
    return Evidence(shares(ranked, garment.wanted, split), _relevance(garment.part, aspect, item))


def _relevance(part: QueryPart, aspect: float, item: Vector) -> Relevance | None:
    if part.tokens is None:
        return None
    region = part.tokens_region.box if part.tokens_region else WHOLE
    return relevance_of(part.tokens, part.tokens_frame, region, aspect, item)
