"""A closer look at the best candidates: the query's tokens meet those kept of each item (late interaction). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.recommendations.ranking import Scores
from app.settings import RerankSettings
from models.contracts import Tokens
from models.engine import QueryPart
from models.index.delta import Stitched
from models.interaction import ItemTokens, flat, max_sim, standing


@dataclass(frozen=True, slots=True)
class CloserLook:
    """What the best candidates are compared with, token by token.

    Attributes:
        tokens: of the query, unit rows (t, d).
        items: of every row of the snapshot, shape (count, k, d), int8; only those of the best are read.
        depth: how many are the best. weight: what standing out among them adds to the log-odds of a score.
    """

    tokens: Tokens
    items: ItemTokens | Stitched[np.int8]
    depth: int
    weight: float

    def __call__(self, rows: Sequence[int], scores: Scores) -> Scores:
        """Where each candidate stands, from -1 to 1, shape (n,); NaN for those not looked at or without tokens."""
        best = np.argsort(-scores, kind="stable")[: self.depth]
        likeness = max_sim(self.tokens, np.asarray(self.items[np.asarray(rows, np.intp)[best]]))
        stands = np.full(len(scores), np.nan)
        stands[best] = np.where(np.isnan(likeness), np.nan, standing(likeness))
        return stands


def closer_look(
    part: QueryPart, words: Tokens | None, items: ItemTokens | Stitched[np.int8] | None, settings: RerankSettings
) -> CloserLook | None:
    """How the candidates for one garment are looked at again; None where there is nothing to do it with.

    Words say what should be otherwise than in the photo, so where there are any, theirs are the tokens, and they count
    as much as the fusion heeded them. A photo without words is compared by its own.
    """
    if items is None or not settings.on:
        return None
    if words is not None:
        return _look(words, items, settings.depth, settings.words * part.fused.text)
    if part.tokens is None:
        return None
    return _look(flat(part.tokens, part.tokens_frame), items, settings.depth, settings.photo * part.fused.image)


def _look(tokens: Tokens, items: ItemTokens | Stitched[np.int8], depth: int, weight: float) -> CloserLook | None:
    return CloserLook(tokens, items, depth, weight) if weight > 0 and len(tokens) else None
