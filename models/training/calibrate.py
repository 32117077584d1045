"""Turns cosines into scores a shopper can read, and logits into probabilities; fitted on training data only."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

Cosines = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Calibration:
    """`score = sigmoid(scale * (cosine - shift))`; `temperature` is the logit scale for zero-shot labels."""

    scale: float
    shift: float
    temperature: float


def logistic(matching: Cosines, wrong: Cosines) -> tuple[float, float]:
    """Scale and shift of the logistic curve that tells matching from wrong pairs best, both sides weighing the same.

    Platt (1999), 'Probabilistic outputs for support vector machines', in one dimension.
    """
    x = torch.from_numpy(np.concatenate([matching, wrong])).double()
    y = torch.cat([torch.ones(len(matching)), torch.zeros(len(wrong))]).double()
    weight = torch.where(y == 1, 0.5 / len(matching), 0.5 / len(wrong)).double()
    scale = torch.tensor(10.0, dtype=torch.float64, requires_grad=True)
    shift = torch.tensor(float(x.mean()), dtype=torch.float64, requires_grad=True)
    optimizer: Any = torch.optim.LBFGS([scale, shift], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = functional.binary_cross_entropy_with_logits(scale * (x - shift), y, weight=weight, reduction="sum")
        torch.autograd.backward(loss)
        return loss

    optimizer.step(closure)
    return scale.item(), shift.item()
