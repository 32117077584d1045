"""A deterministic stand-in for tests. Never used outside them: it knows nothing of clothes."""

import hashlib
from collections.abc import Sequence

import numpy as np

from models.contracts import RGB, Matrix, Vector
from models.registry import ModelSpec


class FakeEncoder:
    """Hashes pixels and words into unit vectors: the same input gives the same row, different inputs unrelated ones."""

    def __init__(self, dims: int = 16, name: str = "fake") -> None:
        self._spec = ModelSpec(name=name, revision=f"fake-{dims}", dims=dims, preprocess_version="fake-1")

    @property
    def spec(self) -> ModelSpec:
        return self._spec

    @property
    def device(self) -> str:
        return "cpu"

    def encode_images(self, pictures: Sequence[RGB]) -> Matrix:
        """Rows from a picture's size and pixels."""
        return self._rows([f"{picture.size}".encode() + picture.tobytes() for picture in pictures])

    def encode_texts(self, texts: Sequence[str]) -> Matrix:
        """Rows from the words as they stand."""
        return self._rows([text.encode() for text in texts])

    def _rows(self, contents: Sequence[bytes]) -> Matrix:
        if not contents:
            return np.zeros((0, self._spec.dims), dtype=np.float32)
        return np.stack([self._row(content) for content in contents])

    def _row(self, content: bytes) -> Vector:
        seed = int.from_bytes(hashlib.sha256(content).digest()[:8])
        row = np.random.default_rng(seed).normal(size=self._spec.dims).astype(np.float32)
        return row / np.linalg.norm(row)
