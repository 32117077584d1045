"""A deterministic stand-in for tests. Never used outside them: it knows nothing of clothes."""

import hashlib
from collections.abc import Sequence

import numpy as np

from models.contracts import RGB, WHOLE, ImageTokens, Matrix, TextTokens, Vector
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


class FakeTokenEncoder(FakeEncoder):
    """The same vectors, with tokens: a picture's quarters, and a text's words."""

    def encode_image_tokens(self, pictures: Sequence[RGB]) -> ImageTokens:
        """A 2 x 2 grid, each token hashed from its quarter of the picture."""
        grids = [self._rows([_quarter(picture, at) for at in range(4)]) for picture in pictures]
        tokens = np.array(grids, np.float32).reshape(len(pictures), 2, 2, self._spec.dims)
        return ImageTokens(self.encode_images(pictures), tokens, (WHOLE,) * len(pictures))

    def encode_text_tokens(self, texts: Sequence[str]) -> TextTokens:
        """A token a word, the text itself where it has none."""
        tokens = tuple(self.encode_texts(text.split() or [text]) for text in texts)
        return TextTokens(self.encode_texts(texts), tokens)


def _quarter(picture: RGB, at: int) -> bytes:
    w, h = max(1, picture.width // 2), max(1, picture.height // 2)
    left, top = at % 2 * (picture.width - w), at // 2 * (picture.height - h)
    return picture.crop((left, top, left + w, top + h)).tobytes()
