"""What identifies a model: everything that makes two vectors comparable."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class FacetHead:
    """What a model learned to tell of one facet (pattern, season …) from a picture's vector: a linear layer.

    Attributes:
        values: ids of the taxonomy.
        weights: shape (values, dims), float32. bias: shape (values,), float32.
    """

    values: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def logits(self, images: NDArray[np.float32]) -> NDArray[np.float64]:
        """Of unit rows, shape (n, dims): (n, values); softmax over the last axis gives calibrated probabilities."""
        found: NDArray[np.float64] = images.astype(np.float64) @ self.weights.T + self.bias
        return found


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A loaded model, frozen.

    Two vectors may be compared only when their `revision` and `preprocess_version` agree.

    Attributes:
        name: what the operator asked for (`tryon-mini`, `ViT-B-32:openai`, a folder, a hub id).
        revision: short content hash of the weights and config; changes whenever a vector could.
        dims: length of an embedding.
        preprocess_version: version of everything that happens to pixels and words before the encoder.
        cosine_scale: slope of the logistic curve that turns a cosine into a score from 0 to 1.
        cosine_shift: the cosine that scores 0.5 on that curve.
        temperature: logit scale (1 / softmax temperature) for zero-shot classification.
        origin: revision of the model this one was exported from, in whose space it is: what was trained on that one's
            vectors (a fusion) fits this one's too. Empty for a model that is no export.
        facets: by facet, what the model learned to tell without words; empty for a model nobody taught that.
    """

    name: str
    revision: str
    dims: int
    preprocess_version: str
    cosine_scale: float = 10.0
    cosine_shift: float = 0.3
    temperature: float = 100.0
    origin: str = ""
    facets: Mapping[str, FacetHead] = field(default_factory=dict, compare=False)
