"""Running out of memory: what it looks like, and how many inputs are tried together after it."""

import torch

OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "failed to allocate memory")
"""What the CUDA driver, torch's CPU allocator and ONNX Runtime say in errors that have no type of their own."""

GROWS_AFTER = 64
"""So many full batches in a row must fit before twice as many inputs are tried again."""


def out_of_memory(error: BaseException) -> bool:
    """Whether fewer inputs at a time might have worked."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(told in str(error).lower() for told in OUT_OF_MEMORY)


def reclaim() -> None:
    """Give the device back what a failed batch held, so that the next attempt finds room."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


class BatchCap:
    """How many inputs go together: half as many after memory ran out, twice as many again after it held for long.

    Not for two threads at once.
    """

    def __init__(self, most: int) -> None:
        self._most, self._now, self._held = most, most, 0

    @property
    def now(self) -> int:
        return self._now

    def ran_out(self, size: int) -> None:
        """A batch of `size` did not fit."""
        self._now, self._held = max(1, min(self._now, size) // 2), 0

    def held(self, size: int) -> None:
        """A batch of `size` fitted; only full ones tell anything."""
        if size < self._now or self._now == self._most:
            return
        self._held += 1
        if self._held >= GROWS_AFTER:
            self._now, self._held = min(self._most, 2 * self._now), 0
