"""The baseline fusion: a weighted sum of photo and words."""

from dataclasses import dataclass

import numpy as np

from models.contracts import Fused, Vector, Weights
from models.fusion.vectors import unit


@dataclass(frozen=True, slots=True)
class WeightedFusion:
    """`unit(w_i * image + w_t * text)` with `w_i + w_t = 1`.

    Late fusion by linear combination, a usual baseline of composed retrieval (Vo et al. 2019, arXiv:1812.07119).

    Attributes:
        default_image: weight of the photo, 0 to 1, where the request names none.
    """

    default_image: float = 0.6

    def __post_init__(self) -> None:
        if not 0.0 <= self.default_image <= 1.0:
            raise ValueError(f"default_image must be from 0 to 1, not {self.default_image}")

    @property
    def kind(self) -> str:
        return "weighted"

    def fuse(self, image: Vector | None, text: Vector | None, weights: Weights) -> Fused:
        """One unit vector, shape (d,). Given one input it is that input, whatever the weights.

        Raises:
            ValueError: neither is given, a weight is outside 0 to 1, or both are zero.
        """
        image_weight = self._image_weight(weights)
        if image is None and text is None:
            raise ValueError("a photo or words are needed")
        if text is None:
            return Fused(vector=_as_vector(image), kind=self.kind, image=1.0, text=0.0)
        if image is None:
            return Fused(vector=_as_vector(text), kind=self.kind, image=0.0, text=1.0)
        vector = unit(image_weight * image + (1.0 - image_weight) * text)
        if vector is None:  # opposite inputs of equal weight have no common direction
            vector = _as_vector(image)
        return Fused(vector=vector, kind=self.kind, image=image_weight, text=1.0 - image_weight)

    def _image_weight(self, weights: Weights) -> float:
        for name, value in (("image", weights.image), ("text", weights.text)):
            if value is not None and not 0.0 <= value <= 1.0:
                raise ValueError(f"the {name} weight must be from 0 to 1, not {value}")
        if weights.image is None:
            return self.default_image if weights.text is None else 1.0 - weights.text
        if weights.text is None:
            return weights.image
        total = weights.image + weights.text
        if total == 0.0:
            raise ValueError("the image and text weights cannot both be zero")
        return weights.image / total


def _as_vector(vector: Vector | None) -> Vector:
    return np.asarray(vector, dtype=np.float32)
