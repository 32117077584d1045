"""The way from this process's memory to a device and back, without waiting where that can be helped.

On CUDA a copy overlaps with other work only from and into page-locked memory (CUDA C++ programming guide,
"Asynchronous Concurrent Execution"). Everything stays on the one stream that the forward thread uses: copies of a few
megabytes are a hundredth of a forward pass, and a stream of their own would save no more than that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.contracts import Box, Rows


def to_device(batch: Tensor, device: str, dtype: torch.dtype | None = None) -> Tensor:
    """A batch that was put together on the CPU, on `device`. Returns before a CUDA device has it."""
    if not device.startswith("cuda"):
        return batch.to(device, dtype)
    return batch.pin_memory().to(device, non_blocking=True).to(dtype or batch.dtype)


@dataclass(frozen=True, slots=True)
class Landed:
    """Results on their way back: the `Landing` of a torch encoder.

    Attributes:
        vectors: unit rows (n, d), float32, on the CPU once `event` has happened.
        tokens: of all inputs, unit, float16: (n, rows, cols, d) of pictures or (n, t, d) of texts.
        used: which tokens of each text are no padding, bool (n, t); None for pictures.
        event: None where nothing has to be waited for.
        frames: of pictures with tokens.
    """

    vectors: Tensor
    tokens: Tensor | None
    used: Tensor | None
    event: torch.Event | None
    frames: Sequence[Box] = ()

    @classmethod
    def of(cls, rows: Tensor, tokens: Tensor | None = None, used: Tensor | None = None) -> "Landed":
        """Of outputs of any length and float type: scaled to length 1 on the device, then copied."""
        vectors = functional.normalize(rows.float(), dim=-1)
        halves = None if tokens is None else functional.normalize(tokens.float(), dim=-1).half()
        if not rows.is_cuda:
            return cls(vectors, halves, used, None)
        copies = [None if one is None else _copied(one) for one in (vectors, halves, used)]
        event = torch.Event("cuda")
        event.record()
        return cls(copies[0] if copies[0] is not None else vectors, copies[1], copies[2], event)

    def within(self, frames: Sequence[Box]) -> "Landed":
        """The same, with where each picture lies."""
        return replace(self, frames=tuple(frames))

    def rows(self) -> Rows:
        if self.event is not None:
            self.event.synchronize()
        vectors = np.ascontiguousarray(self.vectors.cpu().numpy(), dtype=np.float32)
        if self.tokens is None:
            return Rows(vectors)
        tokens = self.tokens.cpu().numpy()
        if self.used is None:
            return Rows(vectors, list(tokens), self.frames)
        return Rows(vectors, [one[kept] for one, kept in zip(tokens, self.used.cpu().numpy(), strict=True)])


def _copied(value: Tensor) -> Tensor:
    """In page-locked memory, some time before an event that is recorded after this."""
    copy = torch.empty(value.shape, dtype=value.dtype, pin_memory=True)
    return copy.copy_(value, non_blocking=True)
