"""Makes a network in evaluation mode faster without changing what it computes."""

import copy
from itertools import pairwise
from typing import TypeGuard

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

TOLERANCE = 1e-3
QUICK_GELU = ("QuickGELU", "QuickGELUActivation")
"""What open_clip and transformers call x · sigmoid(1.702 x), the activation that CLIP was trained with."""

STEEPNESS = 1.702


def fused(network: nn.Module, example: Tensor) -> nn.Module:
    """`network` with its batch norms folded into the convolutions before them.

    What stands next to each other in a module need not follow each other in its forward pass, so the result is held
    against the original on `example`; where they disagree the original comes back.
    """
    candidate = copy.deepcopy(network).eval()
    fold_neighbours(candidate)
    with torch.inference_mode():
        wanted, got = network.eval()(example), candidate(example)
    close = torch.allclose(wanted, got, rtol=TOLERANCE, atol=TOLERANCE * float(wanted.abs().max()))
    return candidate if close else network


def fold_neighbours(network: nn.Module) -> int:
    """Fold each batch norm into a convolution of its width defined right before it, in place. Returns how many."""
    folded = 0
    for parent in list(network.modules()):
        children = list(parent.named_children())
        for (_, conv), (name, norm) in pairwise(children):
            if isinstance(conv, nn.Conv2d) and is_norm(norm) and norm.num_features == conv.out_channels:
                fold(conv, norm)
                setattr(parent, name, leftover(norm))
                folded += 1
    return folded


def is_norm(module: nn.Module) -> TypeGuard[nn.BatchNorm2d]:
    """Whether a module is a batch norm that has learned statistics and weights."""
    return isinstance(module, nn.BatchNorm2d) and module.running_mean is not None and module.affine


@torch.no_grad()
def fold(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
    """Make `conv` alone compute what `norm` made of its output."""
    mean, variance = norm.get_buffer("running_mean"), norm.get_buffer("running_var")
    conv.weight, conv.bias = fuse_conv_bn_weights(
        conv.weight, conv.bias, mean, variance, norm.eps, norm.weight, norm.bias
    )
    conv.requires_grad_(False)


def leftover(norm: nn.Module) -> nn.Module:
    """What a folded norm still does: the activation that timm's `BatchNormAct2d` carries, or nothing."""
    act = getattr(norm, "act", None)
    return act if isinstance(act, nn.Module) else nn.Identity()


@torch.no_grad()
def with_silu(network: nn.Module) -> int:
    """Let each perceptron with a QuickGELU between its two layers use torch's SiLU, in place. Returns how many.

    1.702 · quick(x) = silu(1.702 x): the layer before takes on the factor, the one after it gives it back. One pass
    over the widest activations of a transformer instead of three, and no room of its own. `network` is in float32.
    """
    return sum([_silu_in(parent) for parent in list(network.modules())])


def _silu_in(parent: nn.Module) -> bool:
    """Held against the original as above: the two layers may have something else between them."""
    quick = [name for name, child in parent.named_children() if type(child).__name__ in QUICK_GELU]
    match [child for child in parent.children() if isinstance(child, nn.Linear)], quick:
        case [before, after], [name] if before.out_features == after.in_features:
            original = getattr(parent, name)
        case _:
            return False
    example = torch.randn(2, before.in_features, generator=torch.Generator().manual_seed(0))
    wanted = parent(example)
    _scale(before, after, STEEPNESS)
    setattr(parent, name, nn.SiLU(inplace=True))
    close = torch.allclose(wanted, parent(example), rtol=TOLERANCE, atol=TOLERANCE * float(wanted.abs().max()))
    if not close:
        _scale(before, after, 1 / STEEPNESS)
        setattr(parent, name, original)
    return close


def _scale(before: nn.Linear, after: nn.Linear, factor: float) -> None:
    before.weight.mul_(factor)
    if before.bias is not None:
        before.bias.mul_(factor)
    after.weight.div_(factor)
