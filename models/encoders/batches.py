"""What every encoder does alike: cut work into batches, and hand back unit float32 rows."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.contracts import Matrix

Thing = TypeVar("Thing")
BATCH = 64


def in_batches(things: Sequence[Thing], encode: Callable[[Sequence[Thing]], Tensor], dims: int) -> Matrix:
    """`encode` applied to batches of `things`: unit rows, shape (n, dims), float32; (0, dims) for none."""
    if not len(things):
        return np.zeros((0, dims), dtype=np.float32)
    with torch.inference_mode():
        parts = [encode(things[start : start + BATCH]) for start in range(0, len(things), BATCH)]
    rows = functional.normalize(torch.cat([part.float() for part in parts]), dim=-1)
    return np.ascontiguousarray(rows.cpu().numpy(), dtype=np.float32)


def one_line(error: BaseException) -> str:
    """The first line of what an error says, short enough for a start-up message."""
    text = str(error).strip().splitlines()
    return (text[0] if text else type(error).__name__)[:200]
