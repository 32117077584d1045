"""A short fine-tune of a shrunk tower onto the rows that the whole one gave (Hinton et al. 2015, arXiv:1503.02531)."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor
from torch.nn import functional

from models.contracts import Matrix
from models.encoders.onnx_fronts import Arrays
from models.export.parity import Advance
from models.export.towers import Tower

BATCH = 16
RATE = 1e-5
WARM_UP = 20
"""Steps until the rate is reached: Adam's first ones know no scale yet."""
SEED = 7
HELD_BACK = 6

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Lessons:
    """Batches of a tower's inputs, in their order, with the original's unit rows for each."""

    inputs: Sequence[tuple[Tensor, ...]]
    rows: Sequence[Tensor]


def lessons(
    things: Sequence[Thing], arrays: Callable[[Sequence[Thing]], Arrays], encode: Callable[[Sequence[Thing]], Matrix]
) -> Lessons:
    """`things` as a graph would be fed them, and what the original makes of them."""
    cut = [things[start : start + BATCH] for start in range(0, len(things), BATCH)]
    inputs = [tuple(torch.from_numpy(values) for values in arrays(batch).values()) for batch in cut]
    return Lessons(inputs, [torch.from_numpy(encode(batch)) for batch in cut])


def short_distillation(tower: Tower, taught: Lessons, steps: int, advance: Advance) -> None:
    """`steps` batches of Adam on 1 - cosine, in place, rate falling to nothing. The tower stays in evaluation mode:
    its statistics are folded away or not to be moved by so little.

    Adam's steps are as long for a loss of a hundredth as for one of one, and so few pictures are soon known by heart:
    some batches only measure, and where the tower comes no nearer on those, its weights stay what they were.
    """
    weights = [value for value in tower.module.parameters() if value.is_floating_point()]
    taught, held = _parted(taught)
    before, near = [value.detach().clone() for value in weights], nearness(tower, held)
    optimiser = torch.optim.Adam(weights, lr=RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: rate_at(step, steps))
    order = torch.Generator().manual_seed(SEED)
    for step in range(steps):
        pick = int(torch.randint(len(taught.inputs), (1,), generator=order))
        made = tower.module(*taught.inputs[pick])[0]
        loss = (1 - functional.cosine_similarity(made, taught.rows[pick], dim=-1)).mean()
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
        advance(f"fine-tune, {tower.name}", step + 1, steps)
    tower.module.requires_grad_(False)
    if steps and not nearness(tower, held) > near:
        for value, kept in zip(weights, before, strict=True):
            value.data.copy_(kept)


@torch.no_grad()
def nearness(tower: Tower, taught: Lessons) -> float:
    """Mean cosine between the tower's rows and the original's."""
    pairs = zip(taught.inputs, taught.rows, strict=True)
    found = [functional.cosine_similarity(tower.module(*given)[0], rows, dim=-1) for given, rows in pairs]
    return float(torch.cat(found).mean())


def _parted(taught: Lessons) -> tuple[Lessons, Lessons]:
    """What is learned from, and one batch in so many that only measures; too few to part serve for both."""
    parts = tuple(
        Lessons(
            [given for n, given in enumerate(taught.inputs) if (n % HELD_BACK == 0) is measures],
            [rows for n, rows in enumerate(taught.rows) if (n % HELD_BACK == 0) is measures],
        )
        for measures in (False, True)
    )
    return (parts[0], parts[1]) if parts[0].inputs else (taught, taught)


def rate_at(step: int, steps: int) -> float:
    """Share of the full rate: up in a line, down on half a cosine."""
    return min(1.0, (step + 1) / WARM_UP) * 0.5 * (1 + math.cos(math.pi * min(step, steps) / max(1, steps)))
