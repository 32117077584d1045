"""What every encoder does alike: cut work into batches, and hand back unit float32 rows."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.contracts import RGB, Matrix
from models.registry import ModelSpec

Thing = TypeVar("Thing")
BATCH = 64


class BatchedEncoder(ABC):
    """The `Encoder` Protocol around one batch forward a tower."""

    def __init__(self, spec: ModelSpec, device: str) -> None:
        self._spec, self._device = spec, device

    @property
    def spec(self) -> ModelSpec:
        return self._spec

    @property
    def device(self) -> str:
        return self._device

    def encode_images(self, pictures: Sequence[RGB]) -> Matrix:
        """Unit rows (n, dims), float32. Pictures are resized as the model's own config says."""
        return in_batches(pictures, self._images, self._spec.dims)

    def encode_texts(self, texts: Sequence[str]) -> Matrix:
        """Unit rows (n, dims), float32. A text past the model's context is cut."""
        return in_batches(texts, self._texts, self._spec.dims)

    @abstractmethod
    def _images(self, pictures: Sequence[RGB]) -> Tensor:
        """Rows of one batch, shape (b, dims), of any length and float type."""

    @abstractmethod
    def _texts(self, texts: Sequence[str]) -> Tensor:
        """Rows of one batch, shape (b, dims), of any length and float type."""


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
