"""Tokens brought to the one shape that a trained fusion reads, whatever encoder they come from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.contracts import Signal, Tokens

SOFTEST = 1e-6


@dataclass(frozen=True, slots=True)
class Layout:
    """How many tokens a fusion reads: a picture's grid is averaged to `rows` x `cols`, a text is cut at `words`."""

    rows: int = 4
    cols: int = 3
    words: int = 16

    @property
    def places(self) -> int:
        return self.rows * self.cols


@dataclass(frozen=True, slots=True)
class Inputs:
    """A batch of photos with words. float32 and bool.

    Attributes:
        image, text: unit rows (n, d).
        grid: image tokens (n, places, d). seen: which photos have any, (n,).
        words: text tokens (n, t, d). said: which of them are real, (n, t).
    """

    image: Tensor
    text: Tensor
    grid: Tensor
    seen: Tensor
    words: Tensor
    said: Tensor


def inputs_of(image: Signal, text: Signal, layout: Layout) -> Inputs:
    """One photo with words as a batch of one; what has no tokens is marked so."""
    vector = torch.from_numpy(np.array(image.vector, np.float32))[None]
    words, said = padded([text.tokens], vector.shape[1], layout.words)
    grid = torch.zeros(1, layout.places, vector.shape[1])
    if image.tokens is not None:
        grid = torch.from_numpy(pooled(image.tokens[None], layout))
    seen = torch.tensor([image.tokens is not None])
    return Inputs(vector, torch.from_numpy(np.array(text.vector, np.float32))[None], grid, seen, words, said)


def pooled(grids: Tokens, layout: Layout) -> Tokens:
    """Grids (n, rows, cols, d) averaged to the layout's, unit again: (n, places, d) float32."""
    maps = torch.from_numpy(np.array(grids, np.float32)).permute(0, 3, 1, 2)
    averaged = functional.adaptive_avg_pool2d(maps, (layout.rows, layout.cols)).flatten(2).transpose(1, 2)
    unit: Tokens = functional.normalize(averaged, dim=-1, eps=SOFTEST).numpy()
    return unit


def padded(texts: Sequence[Tokens | None], dims: int, words: int) -> tuple[Tensor, Tensor]:
    """Tokens of texts as (n, t, dims) and which are real, (n, t); t is the longest, from 1 to `words`."""
    cut = [np.zeros((0, dims), np.float32) if one is None else np.asarray(one, np.float32)[:words] for one in texts]
    longest = max([1, *map(len, cut)])
    tokens, said = torch.zeros(len(cut), longest, dims), torch.zeros(len(cut), longest, dtype=torch.bool)
    for n, one in enumerate(cut):
        tokens[n, : len(one)] = torch.from_numpy(one)
        said[n, : len(one)] = True
    return tokens, said
