"""Zero-shot classification: a picture against labels in words (F11)."""

import numpy as np
from numpy.typing import NDArray

from models.contracts import Matrix, Vector


def classify(image: Vector, labels: Matrix, temperature: float) -> NDArray[np.float32]:
    """Softmax over the cosines of a picture with its labels (Radford et al. 2021, CLIP, arXiv:2103.00020).

    Args:
        image: unit vector, shape (d,).
        labels: unit rows, shape (n, d).
        temperature: logit scale, which multiplies the cosines (`ModelSpec.temperature`).

    Returns:
        Probabilities, shape (n,), summing to 1; empty for no labels.
    """
    if not len(labels):
        return np.zeros(0, dtype=np.float32)
    logits = temperature * (labels @ image).astype(np.float64)
    exponentials = np.exp(logits - logits.max())
    return np.asarray(exponentials / exponentials.sum(), dtype=np.float32)
