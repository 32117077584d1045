"""What a frozen encoder makes of everything that a fusion is trained on, computed once and kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.contracts import RGB, Matrix, TokenEncoder
from models.fusion import mean_unit
from models.fusion.tokens import Layout, padded, pooled
from models.training.features import Advance, ArrayStore, quiet
from models.training.fusion_loop import Said
from models.training.prepare import digest

CHUNK = 64
Views = Callable[[], Sequence[RGB]]
"""Reads one thing's pictures: views whose mean stands for it."""

Halves = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class FusionFeatures:
    """An encoder with a folder that remembers its outputs. bfloat16 inside, like all frozen features."""

    encoder: TokenEncoder
    layout: Layout
    folder: Path
    advance: Advance = quiet

    def pictures(self, name: str, keys: Sequence[str], reads: Sequence[Views]) -> tuple[Matrix, Halves]:
        """Things as the service embeds them, from disk as far as they are there.

        Args: keys: what tells each thing from any other, aligned with `reads`.
        Returns: unit means (n, d) of their views, and pooled unit tokens (n, places, d) of the first of those.
        """
        dims, places = self.encoder.spec.dims, self.layout.places
        rows = self._kept(f"{name}-tokens", keys, reads, dims * (1 + places), self._with_tokens)
        return _unit(rows[:, :dims]), rows[:, dims:].reshape(-1, places, dims)

    def vectors(self, name: str, keys: Sequence[str], reads: Sequence[Views]) -> Matrix:
        """Unit vectors (n, d) of things whose tokens nobody needs, each from its first view."""
        return _unit(self._kept(name, keys, reads, self.encoder.spec.dims, self._plain))

    def _kept(
        self, name: str, keys: Sequence[str], reads: Sequence[Views], width: int,
        embed: Callable[[Sequence[Sequence[RGB]]], Halves],
    ) -> Halves:  # fmt: skip
        spec = self.encoder.spec
        known = digest([spec.revision, spec.preprocess_version, repr(self.layout), *keys])
        store = ArrayStore(self.folder / f"{name}-{known}", (len(reads), width))
        for start in range(store.done, len(reads), CHUNK):
            pictures = [read() for read in reads[start : start + CHUNK]]  # a segmenter may not run in half precision
            with torch.autocast("cpu", torch.bfloat16):
                store.append(start, embed(pictures))
            self.advance(name, store.done, len(reads))
        return store.rows()

    def texts(self, texts: Sequence[str]) -> Said:
        """Vectors and padded tokens of texts."""
        path = self.folder / f"texts-{digest([self.encoder.spec.revision, repr(self.layout), *texts])}.pt"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            torch.save(self._said(texts), path)
        vectors, tokens, real = torch.load(path, weights_only=True)
        return Said(vectors, tokens, real)

    def _with_tokens(self, things: Sequence[Sequence[RGB]]) -> Halves:
        seen = self.encoder.encode_image_tokens([views[0] for views in things])
        more = iter(self.encoder.encode_images([view for views in things for view in views[1:]]))
        pairs = zip(seen.vectors, things, strict=True)
        means = [mean_unit([first, *(next(more) for _ in views[1:])]) for first, views in pairs]
        grids = pooled(seen.tokens, self.layout).reshape(len(things), -1)
        return np.concatenate([np.stack(means), grids], axis=1).astype(np.float16)

    def _plain(self, things: Sequence[Sequence[RGB]]) -> Halves:
        return self.encoder.encode_images([views[0] for views in things]).astype(np.float16)

    def _said(self, texts: Sequence[str]) -> tuple[Tensor, Tensor, Tensor]:
        """Short texts go with short ones, so that little is padding."""
        order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
        vectors = np.empty((len(texts), self.encoder.spec.dims), np.float32)
        tokens: list[NDArray[np.float32] | None] = [None] * len(texts)
        for start in range(0, len(order), CHUNK):
            rows = order[start : start + CHUNK]
            said = self.encoder.encode_text_tokens([texts[n] for n in rows])
            vectors[rows] = said.vectors
            for n, one in zip(rows, said.tokens, strict=True):
                tokens[n] = one
            self.advance("words", start + len(rows), len(order))
        every, real = padded(tokens, vectors.shape[1], self.layout.words)
        return torch.from_numpy(vectors), every.half(), real


def _unit(halves: Halves) -> Matrix:
    """Full precision, and of length 1 again after the rounding."""
    rows: Matrix = halves.astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows
