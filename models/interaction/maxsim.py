"""MaxSim: each token of a query looks for its best match among an item's tokens, and the matches are averaged.

ColBERT's late interaction (Khattab & Zaharia 2020, arXiv:2004.12832), with the mean in place of the sum so that photos
and texts of any length compare.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.contracts import Tokens

ItemTokens: TypeAlias = NDArray[np.int8]
"""Tokens of one item (k, d) or of many (n, k, d), each row scaled so that its largest number is 127. A row of zeros is
no token; an item of nothing else has none."""

Likeness: TypeAlias = NDArray[np.float64]
"""One number an item, shape (n,); NaN for those of which nothing is known."""

WORST = -1.0
"""The cosine of opposites."""

FLAT = 1e-6
"""Likenesses that differ by less than this do not differ."""

REACH = 2.0
"""So many standard deviations from the mean are as far as a candidate can stand out."""


def max_sim(query: Tokens, items: ItemTokens) -> Likeness:
    """Mean over the query's tokens of their best cosine with each item's, shape (n,); NaN for items without tokens.

    Args:
        query: unit rows (t, d), t of at least 1.
        items: shape (n, k, d).
    """
    rows = items.astype(np.float32)
    lengths = np.linalg.norm(rows, axis=2)
    there = lengths > 0
    rows /= np.where(there, lengths, 1.0)[..., None]
    cosines = np.where(there[..., None], rows @ query.T, WORST)
    likeness = cosines.max(axis=1).mean(axis=1, dtype=np.float64)
    return np.where(there.any(axis=1), likeness, np.nan)


def standing(likeness: Likeness) -> Likeness:
    """Where each candidate stands among all of them, shape (n,), from -1 to 1; 0 for the middle and for the unknown.

    Cosines of tokens spread differently with every encoder; a place among the best candidates does not.
    """
    known = ~np.isnan(likeness)
    if not known.any():
        return np.zeros_like(likeness)
    spread = float(likeness[known].std())
    if spread < FLAT:
        return np.zeros_like(likeness)
    places = (likeness - likeness[known].mean()) / (REACH * spread)
    return np.where(known, places, 0.0).clip(-1.0, 1.0)
