"""What a frozen backbone sees, computed once: a float16 array on disk, written in chunks, resumable after a stop."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from models.contracts import RGB

Features = NDArray[np.float16]
"""Backbone outputs, float16: shape (n, width) when pooled, (n, rows, columns, channels) from an early stage."""

Advance = Callable[[str, int, int], None]
"""Called with a label, rows done and rows in all."""

Transform = Callable[[RGB], RGB]
"""Brings a picture to the size the backbone reads."""

CHUNK = 256


def quiet(_label: str, _done: int, _total: int) -> None:
    """Reports nothing."""


@dataclass(frozen=True)
class ImageFeatures:
    """A frozen image backbone with the transform that feeds it and the folder that remembers its outputs."""

    trunk: nn.Module
    transform: Transform
    folder: Path
    advance: Advance = quiet

    def of(self, name: str, pictures: Sequence[Callable[[], RGB]]) -> Features:
        """Features of `pictures`, from disk as far as they are there. `name` must change when the pictures do."""
        if not pictures:
            return np.empty((0, *self._shape), np.float16)
        store = ArrayStore(self.folder / name, (len(pictures), *self._shape))
        trunk = fast(self.trunk) if store.done < len(pictures) else self.trunk
        for start, batch in self._batches(pictures, store.done):
            store.append(start, embed(trunk, batch))
            self.advance(name, store.done, len(pictures))
        return store.rows()

    def _batches(self, pictures: Sequence[Callable[[], RGB]], start: int) -> Iterator[tuple[int, Tensor]]:
        """Chunks of transformed pictures; the next one is decoded while the caller computes this one."""
        with ThreadPoolExecutor(2) as pool:
            starts = range(start, len(pictures), CHUNK)
            ahead = [pool.submit(self._load, pictures[at : at + CHUNK]) for at in starts[:1]]
            for at in starts:
                ready = ahead.pop(0)
                if at + CHUNK < len(pictures):
                    ahead.append(pool.submit(self._load, pictures[at + CHUNK : at + 2 * CHUNK]))
                yield at, ready.result()

    def _load(self, pictures: Sequence[Callable[[], RGB]]) -> Tensor:
        """(n, 3, h, w) float32 from -1 to 1, channels last."""
        pixels = np.stack([np.asarray(self.transform(read())) for read in pictures])
        return torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div_(127.5).sub_(1.0)

    @cached_property
    def _shape(self) -> tuple[int, ...]:
        """Shape of one row, asked of the backbone itself."""
        return embed(self.trunk, self._load([lambda: Image.new("RGB", (64, 64))])).shape[1:]


class ArrayStore:
    """An array on disk that grows by chunks and knows how far it has come."""

    def __init__(self, base: Path, shape: tuple[int, ...]) -> None:
        base.parent.mkdir(parents=True, exist_ok=True)
        self._array, self._state = base.with_suffix(".npy"), base.with_suffix(".json")
        self.shape = shape
        self.done = self._resume()

    def append(self, start: int, values: NDArray[np.float16]) -> None:
        """Write `values` at `start`; only then count them."""
        memory = np.lib.format.open_memmap(self._array, mode="r+")
        memory[start : start + len(values)] = values
        memory.flush()
        self.done = start + len(values)
        self._state.write_text(json.dumps({"done": self.done, "shape": self.shape}))

    def rows(self) -> Features:
        """The array as it lies on disk, mapped: early activations of a catalogue are larger than memory may be."""
        rows: Features = np.load(self._array, mmap_mode="r")
        return rows

    def _resume(self) -> int:
        if self._state.is_file() and self._array.is_file():
            state = json.loads(self._state.read_text())
            if tuple(state["shape"]) == self.shape:
                return int(state["done"])
        np.lib.format.open_memmap(self._array, mode="w+", dtype=np.float16, shape=self.shape).flush()
        return 0


def fast(network: nn.Module) -> nn.Module:
    """The same network with the memory layout CPUs convolve fastest."""
    return network.to(memory_format=torch.channels_last)


@torch.inference_mode()
def embed(trunk: nn.Module, batch: Tensor) -> Features:
    """(n, 3, h, w) float32 → float16 rows. bfloat16 inside: three times as fast where the CPU has it."""
    with torch.autocast("cpu", torch.bfloat16):
        out: Tensor = trunk(batch.to(memory_format=torch.channels_last))
    rows: Features = out.half().numpy()
    return rows
