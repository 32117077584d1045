"""The baseline fusion: a weighted sum of photo and words."""

from dataclasses import dataclass

import numpy as np

from models.contracts import Fused, Signal, Vector, Weights
from models.fusion.vectors import unit


@dataclass(frozen=True, slots=True)
class WeightedFusion:
    """`unit(w_i * image + w_t * text)` with `w_i + w_t = 1`.

    Late fusion by linear combination, a usual baseline of composed retrieval (Vo et al. 2019, arXiv:1812.07119).

    Attributes:
        default_image: weight of the photo, 0 to 1, where the request names none.
    """

    default_image: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 <= self.default_image <= 1.0:
            raise ValueError(f"default_image must be from 0 to 1, not {self.default_image}")

    @property
    def kind(self) -> str:
        return "weighted"

    def fuse(self, image: Signal | None, text: Signal | None, weights: Weights) -> Fused:
        """One unit vector, shape (d,). Given one input it is that input, whatever the weights.

        Raises:
            ValueError: neither is given, a weight is outside 0 to 1, or both are zero.
        """
        share = image_share(weights, self.default_image)
        if image is None or text is None:
            return alone(image, text, self.kind)
        return blend(image.vector, text.vector, share, self.kind)


def alone(image: Signal | None, text: Signal | None, kind: str) -> Fused:
    """The one input that there is, untouched. Raises ValueError when there is none."""
    if image is not None:
        return Fused(vector=np.asarray(image.vector, dtype=np.float32), kind=kind, image=1.0, text=0.0)
    if text is not None:
        return Fused(vector=np.asarray(text.vector, dtype=np.float32), kind=kind, image=0.0, text=1.0)
    raise ValueError("a photo or words are needed")


def blend(image: Vector, text: Vector, share: float, kind: str) -> Fused:
    """`unit(share * image + (1 - share) * text)`; the photo where the two cancel out."""
    vector = unit(share * image + (1.0 - share) * text)
    if vector is None:  # opposite inputs of equal weight have no common direction
        vector = np.asarray(image, dtype=np.float32)
    return Fused(vector=vector, kind=kind, image=share, text=1.0 - share)


def image_share(weights: Weights, default: float) -> float:
    """The photo's share of the query, 0 to 1, from what the request names; `default` where it names nothing.

    Raises ValueError for a weight outside 0 to 1, or when both are zero.
    """
    for name, value in (("image", weights.image), ("text", weights.text)):
        if value is not None and not 0.0 <= value <= 1.0:
            raise ValueError(f"the {name} weight must be from 0 to 1, not {value}")
    if weights.image is None:
        return default if weights.text is None else 1.0 - weights.text
    if weights.text is None:
        return weights.image
    total = weights.image + weights.text
    if total == 0.0:
        raise ValueError("the image and text weights cannot both be zero")
    return weights.image / total
