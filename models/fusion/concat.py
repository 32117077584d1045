"""The concatenating baseline's network."""

import torch
from torch import nn
from torch.nn import functional

from models.fusion.network import Composed, Shape
from models.fusion.tokens import Inputs


class ConcatNetwork(nn.Module):
    """The baseline: both pooled vectors side by side through one hidden layer, no tokens, no gate."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(2 * shape.dims, 2 * shape.width), nn.GELU(), nn.Linear(2 * shape.width, shape.dims)
        )

    def forward(self, inputs: Inputs) -> Composed:
        wish = self.layers(torch.cat([inputs.image, inputs.text], dim=1)).float()
        return Composed(functional.normalize(wish, dim=-1), torch.ones(len(wish)))
