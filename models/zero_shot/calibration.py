"""Probabilities that mean what they say: how far they are off, and the temperature that mends them. Pure."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

BINS = 15

SCALES = np.geomspace(1.0, 400.0, 240)
"""Logit scales among which one is looked for, two and a half per cent apart; CLIP's own end at 100."""

Scores = NDArray[np.float64]


def expected_calibration_error(confidences: Iterable[float], correct: Iterable[bool], bins: int = BINS) -> float:
    """How far confidence is from accuracy, 0 to 1 (Guo et al. 2017, 'On Calibration of Modern Neural Networks', eq. 5).

    Predictions are sorted by confidence into `bins` of equal width, (0, 1/bins], (1/bins, 2/bins] … with 0 itself in
    the first; each bin's gap between mean confidence and accuracy weighs as much as it holds predictions.

    Args:
        confidences: probability of each predicted label, 0 to 1, shape (n,).
        correct: whether each prediction was right, shape (n,).
    Raises: ValueError for no predictions, unequal lengths, no bins, or a confidence that is no probability.
    """
    sure = np.fromiter(confidences, dtype=np.float64)
    right = np.fromiter(correct, dtype=np.float64)
    if not len(sure) or len(sure) != len(right) or bins < 1:
        raise ValueError(f"{len(sure)} confidences, {len(right)} outcomes and {bins} bins give no calibration error")
    if not ((sure >= 0) & (sure <= 1)).all():
        raise ValueError("a confidence is not between 0 and 1")
    # Edges are compared as they are, so that a confidence of exactly 0.2 stands in (2/15, 3/15] and not beyond it.
    place = np.clip(np.searchsorted(np.arange(1, bins + 1) / bins, sure, side="left"), 0, bins - 1)
    gaps = np.bincount(place, right - sure, bins)
    return float(np.abs(gaps).sum() / len(sure))


def softmax(logits: Scores) -> Scores:
    """Along the last axis, shape as given, safe from overflow."""
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Scores = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return shares


def fit_temperature(cosines: NDArray[np.floating], right: NDArray[np.bool_]) -> float:
    """The logit scale under which what is right is likeliest (temperature scaling, Guo et al. 2017, section 4.2).

    Args:
        cosines: of each picture with each label, shape (n, labels).
        right: which labels are true of it, shape (n, labels); a picture may have several, their shares add up.
    Returns: one of SCALES, to multiply cosines with.
    Raises: ValueError for pictures without a right label, or no pictures.
    """
    if not len(cosines) or not right.any(axis=1).all():
        raise ValueError("every picture needs a label that is right")
    losses = [log_loss(softmax(scale * cosines.astype(np.float64)), right) for scale in SCALES]
    return float(SCALES[int(np.argmin(losses))])


def log_loss(shares: Scores, right: NDArray[np.bool_]) -> float:
    """Mean of -log of the share that right labels have together; `shares` and `right` are (n, labels)."""
    return float(-np.log(np.maximum((shares * right).sum(axis=1), np.finfo(np.float64).tiny)).mean())
