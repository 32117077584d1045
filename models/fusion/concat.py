"""The concatenating baseline's network."""

import torch
from torch import nn
from torch.nn import functional

from models.fusion.network import Composed, Shape, silence
from models.fusion.tokens import Inputs


class ConcatNetwork(nn.Module):
    """The baseline: both pooled vectors side by side through a linear map and one hidden layer, no tokens, no gate."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.skip = nn.Linear(2 * shape.dims, shape.dims, bias=False)
        self.out = nn.Sequential(nn.Linear(2 * shape.dims, shape.width), nn.GELU(), nn.Linear(shape.width, shape.dims))
        silence(self.out)

    def forward(self, inputs: Inputs) -> Composed:
        both = torch.cat([inputs.image, inputs.text], dim=1)
        wish = self.skip(both).float() + self.out(both).float()
        return Composed(functional.normalize(wish, dim=-1), torch.ones(len(wish)))
