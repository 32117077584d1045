"""Fusions that were trained for one encoder: `attention` and `concat`."""

from dataclasses import dataclass

import numpy as np
import torch

from models.contracts import Fused, Signal, Vector, Weights
from models.fusion.network import FusionNetwork
from models.fusion.tokens import Layout, inputs_of
from models.fusion.vectors import unit
from models.fusion.weighted import alone, blend, image_share

HALF = 0.5


@dataclass(frozen=True, slots=True)
class TrainedFusion:
    """A network's composed wish, as far from the photo as its gate opens.

    A request that names a weight takes the gate's place: at 1 the photo alone, from there to 0.5 towards the composed
    wish, which still knows what the photo showed, and on to the words alone at 0.

    Attributes:
        gated: whether the network's gate is trained; without one the shares tell which input the result is nearer to.
    """

    kind: str
    network: FusionNetwork
    layout: Layout
    gated: bool = True

    @torch.inference_mode()
    def fuse(self, image: Signal | None, text: Signal | None, weights: Weights) -> Fused:
        """One unit vector, shape (d,). Given one input it is that input, whatever the weights.

        Raises:
            ValueError: neither is given, a weight is outside 0 to 1, or both are zero.
        """
        share = image_share(weights, -1.0)
        if image is None or text is None:
            return alone(image, text, self.kind)
        composed = self.network(inputs_of(image, text, self.layout))
        wish = np.ascontiguousarray(composed.wish[0].numpy(), dtype=np.float32)
        if share < 0 and self.gated:
            return blend(image.vector, wish, 1.0 - float(composed.gate[0]), self.kind)
        if share < 0:
            return by_nearness(image.vector, wish, text.vector, self.kind)
        return steered(image.vector, wish, text.vector, share, self.kind)


def by_nearness(image: Vector, wish: Vector, text: Vector, kind: str) -> Fused:
    """`wish`, with the shares in proportion to its cosines with the photo and the words, where those are positive."""
    to_image, to_text = max(0.0, float(wish @ image)), max(0.0, float(wish @ text))
    image_part = to_image / (to_image + to_text) if to_image + to_text > 0 else HALF
    return Fused(wish, kind, image_part, 1.0 - image_part)


def steered(image: Vector, wish: Vector, text: Vector, share: float, kind: str) -> Fused:
    """On the way from the words (`share` 0) over the composed wish (0.5) to the photo (1)."""
    near = (wish, image) if share >= HALF else (text, wish)
    along = 2 * share - 1 if share >= HALF else 2 * share
    vector = unit((1 - along) * near[0] + along * near[1])
    return Fused(near[1] if vector is None else vector, kind, share, 1.0 - share)
