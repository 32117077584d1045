"""Cuts a backbone in two: the first stages stay frozen, so what they give is computed once; the rest is tuned on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from timm.layers.padding import pad_same
from torch import Tensor, nn
from torch.nn import functional

Trunk = Any
"""timm's EfficientNet: `conv_stem`, `bn1`, `blocks`, `conv_head`, `bn2`, `global_pool` (not typed by timm)."""


class Stem(nn.Module):
    """The frozen part: pictures (n, 3, h, w) → activations (n, rows, columns, channels), channels last for storage."""

    def __init__(self, trunk: Trunk, stages: int) -> None:
        super().__init__()
        self.begin = nn.Sequential(trunk.conv_stem, trunk.bn1)
        self.blocks = nn.Sequential(*trunk.blocks[:stages])

    def forward(self, pictures: Tensor) -> Tensor:
        out: Tensor = self.blocks(self.begin(pictures))
        return out.permute(0, 2, 3, 1)


class Rest(nn.Module):
    """The tuned part, sharing its weights with `trunk`: activations of a `Stem` → pooled features (n, width)."""

    def __init__(self, trunk: Trunk, stages: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*trunk.blocks[stages:])
        self.end = nn.Sequential(trunk.conv_head, trunk.bn2)
        self.pool = trunk.global_pool

    def forward(self, activations: Tensor) -> Tensor:
        pooled: Tensor = self.pool(self.end(self.blocks(activations.permute(0, 3, 1, 2))))
        return pooled

    def train(self, mode: bool = True) -> "Rest":
        """Batch norms keep the statistics they were pretrained with: a batch mixes studio, phone and drawing."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return self


class Depthwise(torch.autograd.Function):
    """A depthwise convolution whose backward runs in float32: oneDNN's in bfloat16 is twenty times slower."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, stride: tuple[int, ...], padding: tuple[int, ...]) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.shape = (stride, padding)
        return functional.conv2d(x, weight.to(x.dtype), None, stride, padding, 1, x.shape[1])

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> tuple[Tensor | None, Tensor, None, None]:
        x, weight = ctx.saved_tensors
        stride, padding = ctx.shape
        wanted, width = [ctx.needs_input_grad[0], True, False], x.shape[1]
        to_x, to_weight, _ = torch.ops.aten.convolution_backward(
            grads[0].float(), x.float(), weight.float(), None, stride, padding, (1, 1), False, (0, 0), width, wanted
        )
        return (to_x.to(x.dtype) if to_x is not None else None), to_weight, None, None


class _HalfDepthwise(nn.Module):
    """Stands in for a depthwise convolution without bias, with its weight."""

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        self.weight, self.conv = conv.weight, (conv,)  # in a tuple: not a child, or its weight would be listed twice

    def forward(self, x: Tensor) -> Tensor:
        (conv,) = self.conv
        padding = conv.padding
        if type(conv).__name__ == "Conv2dSame":  # timm's, padded as TensorFlow does
            x = pad_same(x, [*conv.kernel_size], [*conv.stride], [*conv.dilation])
            x = x.contiguous(memory_format=torch.channels_last)
            padding = (0, 0)
        with torch.autocast("cpu", enabled=False):
            out: Tensor = Depthwise.apply(x.to(torch.bfloat16), self.weight, conv.stride, padding)
        return out


@contextmanager
def quick_depthwise(network: nn.Module) -> Iterator[None]:
    """Within, depthwise convolutions of `network` compute in bfloat16 and differentiate in float32. CPU only."""
    swapped = []
    for parent in list(network.modules()):
        for name, conv in list(parent.named_children()):
            if isinstance(conv, nn.Conv2d) and conv.groups == conv.in_channels > 1 and conv.bias is None:
                setattr(parent, name, _HalfDepthwise(conv))
                swapped.append((parent, name, conv))
    try:
        yield
    finally:
        for parent, name, conv in swapped:
            setattr(parent, name, conv)
