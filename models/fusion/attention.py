"""The attention fusion's network: pooled photo and words look at image and text tokens."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.fusion.network import Composed, Shape, silence
from models.fusion.tokens import Inputs

START = 0.5
"""Where the gate starts, before the sigmoid: a little nearer to the wish."""


class AttentionNetwork(nn.Module):
    """The pooled photo, the pooled words and a free slot look at all tokens, block by block.

    What they find is added to a linear map of photo and words (`skip`), which training starts from a closed form.

    Cross-attention from a few latents (Perceiver, Jaegle et al. 2021, arXiv:2103.03206) costs a fraction of attention
    between all tokens; the gated residual on the photo is that of TIRG (Vo et al. 2019, arXiv:1812.07119).
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width = shape.width
        self.image_in, self.text_in = nn.Linear(shape.dims, width), nn.Linear(shape.dims, width)
        self.slot = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        self.places = nn.Parameter(torch.randn(1, shape.layout.places, width) * 0.02)
        self.sorts = nn.Parameter(torch.randn(4, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width, shape.heads) for _ in range(shape.blocks))
        self.norm = nn.LayerNorm(3 * width)
        self.out = nn.Sequential(nn.Linear(3 * width, 2 * width), nn.GELU(), nn.Linear(2 * width, shape.dims))
        self.skip = nn.Linear(2 * shape.dims, shape.dims, bias=False)
        self.gate = nn.Linear(3 * width, 1)
        silence(self.out)
        nn.init.zeros_(self.gate.weight)
        nn.init.constant_(self.gate.bias, START)

    def forward(self, inputs: Inputs) -> Composed:
        latents = torch.cat(
            [
                self.image_in(inputs.image)[:, None] + self.sorts[0],
                self.text_in(inputs.text)[:, None] + self.sorts[1],
                self.slot.expand(len(inputs.image), -1, -1),
            ],
            dim=1,
        )
        tokens = torch.cat(
            [self.image_in(inputs.grid) + self.places + self.sorts[2], self.text_in(inputs.words) + self.sorts[3]],
            dim=1,
        )
        real = torch.cat([inputs.seen[:, None].expand(-1, inputs.grid.shape[1]), inputs.said], dim=1)
        for block in self.blocks:
            latents = block(latents, tokens, real)
        read = self.norm(latents.flatten(1))
        wish = self.skip(torch.cat([inputs.image, inputs.text], dim=1)).float() + self.out(read).float()
        return Composed(functional.normalize(wish, dim=-1), self.gate(read).float().sigmoid().squeeze(-1))


class Block(nn.Module):
    """Latents look at themselves and at the tokens, then each is thought over."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before, self.tokens, self.after = nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)
        self.query, self.both, self.mix = nn.Linear(width, width), nn.Linear(width, 2 * width), nn.Linear(width, width)
        self.think = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, latents: Tensor, tokens: Tensor, real: Tensor) -> Tensor:
        """latents (n, l, w), tokens (n, t, w), real (n, t) → (n, l, w)."""
        own = self.before(latents)
        key, value = self.both(torch.cat([own, self.tokens(tokens)], dim=1)).chunk(2, dim=-1)
        mask = torch.cat([real.new_ones(len(real), latents.shape[1]), real], dim=1)[:, None, None]
        found = functional.scaled_dot_product_attention(
            self._split(self.query(own)), self._split(key), self._split(value), attn_mask=mask
        )
        latents = latents + self.mix(found.transpose(1, 2).flatten(2))
        thought: Tensor = latents + self.think(self.after(latents))
        return thought

    def _split(self, rows: Tensor) -> Tensor:
        """(n, l, w) → (n, heads, l, w / heads)."""
        return rows.view(*rows.shape[:2], self.heads, -1).transpose(1, 2)
