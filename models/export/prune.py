"""Structured channel pruning: whole inner channels of MBConv expansions, MLP heads and feed-forward layers.

The dependency graph (Fang et al. 2023, arXiv:2301.12900; package torch-pruning) says what must shrink together, so that
no architecture is named here. What a block loses is made up for by solving anew for the layer that reads the channels
which stay (He et al. 2017, arXiv:1707.06168), and by a short distillation onto the original's rows.
"""

import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from models.export.parity import Advance
from models.export.towers import Tower

ROUND = 8
"""Widths stay multiples of this: vector registers like them."""

RIDGE = 1e-3
MIXING = ("transpose", "permute", "bmm", "softmax", "attention")
"""In the names of operations that split channels into heads: those widths are not free."""

Batches = Sequence[tuple[Tensor, ...]]


@dataclass(frozen=True)
class Inner:
    """A layer that makes channels nobody but `reader` sees, each on its own between the two."""

    maker: nn.Module
    reader: nn.Linear | nn.Conv2d
    width: int


def prune(tower: Tower, batches: Batches, keep: float, advance: Advance) -> int:
    """Shrink `tower`'s network in place to a share `keep` of its inner channels. Returns how many layers shrank.

    Args: batches: inputs on which channels are weighed, in the order of the tower's inputs.
    """
    module = tower.module.requires_grad_(True)
    graph = dependencies(tower)
    found = inner_layers(module, graph)
    weighed = moments(module, found, batches)
    for done, (inner, moment) in enumerate(zip(found, weighed, strict=True)):
        advance(f"pruning, {tower.name}", done, len(found))
        _shrink(graph, inner, moment, keep)
    advance(f"pruning, {tower.name}", len(found), len(found))
    return len(found)


def dependencies(tower: Tower) -> Any:
    """torch-pruning's graph of what must shrink together."""
    import torch_pruning

    return torch_pruning.DependencyGraph().build_dependency(
        tower.module, example_inputs=tuple(tower.inputs.values()), verbose=False
    )


def inner_layers(module: nn.Module, graph: Any) -> list[Inner]:
    """Layers of `module` whose output channels can go without touching a residual stream or the embedding."""
    found = []
    for layer in module.modules():
        if isinstance(layer, nn.Linear) or (isinstance(layer, nn.Conv2d) and layer.groups == 1):
            reader = _only_reader(graph, layer)
            if reader is not None:
                found.append(Inner(layer, reader, reader.weight.shape[1]))
    return found


def _only_reader(graph: Any, layer: nn.Module) -> nn.Linear | nn.Conv2d | None:
    """The one layer that mixes what `layer` makes; None where it has several readers or shares its channels."""
    if layer not in graph.module2node:
        return None
    makers: list[nn.Module] = []
    readers: list[nn.Linear | nn.Conv2d] = []
    group = graph.get_pruning_group(layer, graph.get_pruner_of_module(layer).prune_out_channels, idxs=[0])
    for dependency, _ in group:
        target = dependency.target.module
        if isinstance(target, nn.Linear | nn.Conv2d) and not _depthwise(target):
            (makers if graph.is_out_channel_pruning_fn(dependency.handler) else readers).append(target)
        elif not isinstance(target, nn.Conv2d | nn.BatchNorm2d) and not _carries(target, layer):
            return None
    reader = readers[0] if len(readers) == 1 and makers == [layer] else None
    pointwise = isinstance(reader, nn.Linear) or (reader is not None and reader.kernel_size == (1, 1))
    return reader if pointwise else None


def _carries(operation: nn.Module, maker: nn.Module) -> bool:
    """Whether each channel passes alone: through point-wise arithmetic, and through the flattening around a linear
    layer. After a convolution a reshape ends the map, and what reads tokens counts on the trunk's width there."""
    kind = type(operation).__name__
    if kind == "_ElementWiseOp":
        return not any(name in str(operation).lower() for name in MIXING)
    return kind == "_ReshapeOp" and isinstance(maker, nn.Linear)


def _depthwise(layer: nn.Module) -> bool:
    return isinstance(layer, nn.Conv2d) and layer.groups > 1


@torch.inference_mode()
def moments(module: nn.Module, layers: Sequence[Inner], batches: Batches) -> list[Tensor]:
    """Second moments of what each reader reads, a constant 1 as its last channel; shape (width + 1, width + 1)."""
    sums = [torch.zeros(inner.width + 1, inner.width + 1) for inner in layers]

    def adding(total: Tensor) -> Any:
        def hook(_: nn.Module, given: tuple[Tensor, ...]) -> None:
            read = given[0].movedim(1, -1) if given[0].ndim == 4 else given[0]  # noqa: PLR2004 - a picture's map
            flat = read.reshape(-1, read.shape[-1]).float()
            flat = torch.cat([flat, torch.ones(len(flat), 1)], dim=1)
            total.add_(flat.T @ flat)

        return hook

    with ExitStack() as stack:
        for inner, total in zip(layers, sums, strict=True):
            stack.callback(inner.reader.register_forward_pre_hook(adding(total)).remove)
        for batch in batches:
            module(*batch)
    return sums


@torch.no_grad()
def _shrink(graph: Any, inner: Inner, moment: Tensor, keep: float) -> None:
    """Drop the channels that say least, and let the reader make the best of the others."""
    count = math.ceil(inner.width * keep / ROUND) * ROUND  # upwards: keeping everything must change nothing
    if count >= inner.width:
        return
    reader = inner.reader
    weight = reader.weight.detach().flatten(1)
    said = moment.diagonal()[:-1] * weight.square().sum(0)
    kept = said.topk(count).indices.sort().values
    bias = reader.bias.detach() if reader.bias is not None else torch.zeros(len(weight))
    solved = refit(torch.cat([weight, bias[:, None]], dim=1), moment, kept, fixed=reader.bias is None)
    gone = sorted(set(range(inner.width)) - set(kept.tolist()))
    group = graph.get_pruning_group(inner.maker, graph.get_pruner_of_module(inner.maker).prune_out_channels, idxs=gone)
    group.prune()
    reader.weight.data = solved[:, :count].reshape(reader.weight.shape).contiguous()
    if reader.bias is not None:
        reader.bias.data = solved[:, count].contiguous()


def refit(weight: Tensor, moment: Tensor, kept: Tensor, *, fixed: bool = False) -> Tensor:
    """The least-squares layer that reads only the channels `kept` in place of `weight`, which reads all.

    Args:
        weight: shape (out, width + 1), the bias last.
        moment: second moments of all channels and a constant 1, shape (width + 1, width + 1).
        fixed: without a bias: the constant is not among what is read.
    Returns: shape (out, len(kept) + 1), the bias last.
    """
    rows = kept if fixed else torch.cat([kept, torch.tensor([len(moment) - 1])])
    some = moment[rows][:, rows].double()
    some += RIDGE * some.diagonal().mean() * torch.eye(len(rows), dtype=some.dtype)
    # The ridge pulls towards the old weights and not towards zero: a channel that is never on keeps what it was.
    old = weight[:, rows].double()
    rest = weight.double() @ moment[:, rows].double() - old @ moment[rows][:, rows].double()
    solved = (old + torch.linalg.solve(some, rest.T).T).float()
    return torch.cat([solved, torch.zeros(len(solved), 1)], dim=1) if fixed else solved
