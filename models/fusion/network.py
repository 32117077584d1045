"""The trained fusions' networks: photo and words in, a composed wish and a gate out."""

from dataclasses import dataclass, field
from typing import Protocol

from torch import Tensor, nn
from torch.nn import functional

from models.fusion.tokens import Inputs, Layout


@dataclass(frozen=True, slots=True)
class Shape:
    """A network's sizes: `dims` of the encoder, `width` inside, attention `heads` and `blocks`, its token layout."""

    dims: int
    width: int = 128
    heads: int = 4
    blocks: int = 2
    layout: Layout = field(default_factory=Layout)


@dataclass(frozen=True, slots=True)
class Composed:
    """For each of n queries what is wished for, unit rows (n, d), and how far to go there, (n,) from 0 to 1."""

    wish: Tensor
    gate: Tensor

    def vectors(self, image: Tensor) -> Tensor:
        """`unit((1 - gate) * image + gate * wish)`: with the gate shut, the photo as it is."""
        gate = self.gate[:, None]
        return functional.normalize((1 - gate) * image + gate * self.wish, dim=-1)


class FusionNetwork(Protocol):
    """What `attention` and `concat` share."""

    def __call__(self, inputs: Inputs) -> Composed: ...


def silence(layers: nn.Sequential) -> None:
    """Let the last of `layers` give nothing but zeros until it is trained."""
    for parameter in list(layers.parameters())[-2:]:
        nn.init.zeros_(parameter)
