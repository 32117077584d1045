"""The seams of the machine-learning library: what an encoder, a fusion, an index and a preprocessor promise.

Implementations translate their own library's errors into the ones below, most specific first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.registry import ModelSpec

Vector: TypeAlias = NDArray[np.float32]
"""One unit-length embedding, shape (d,), float32."""

Matrix: TypeAlias = NDArray[np.float32]
"""Unit-length embeddings as rows, shape (n, d), float32."""

Mask: TypeAlias = NDArray[np.bool_]
"""Which rows of an index a search may return, shape (n,)."""

RGB: TypeAlias = Image.Image
"""An upright Pillow picture in mode RGB, without metadata."""


class ModelError(Exception):
    """Base of what the model library raises on purpose."""


class ModelUnavailable(ModelError):
    """The named model cannot be had: not installed, not on disk, not reachable. The message is one line."""


class IndexCorrupt(ModelError):
    """A snapshot on disk is incomplete or does not match its manifest."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result: a row of the index and its cosine with the query."""

    row: int
    score: float


@dataclass(frozen=True, slots=True)
class Weights:
    """How much photo and words count, each from 0 to 1; None leaves it to the fusion."""

    image: float | None = None
    text: float | None = None


@dataclass(frozen=True, slots=True)
class Fused:
    """One query vector and how it came about. `image + text == 1`."""

    vector: Vector
    kind: str
    image: float
    text: float


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a photo that holds one garment, as fractions of width and height (left, top, right, bottom)."""

    box: tuple[float, float, float, float]
    part: str = "garment"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A photo made ready for the encoder: crops with their background replaced, and where they came from."""

    crops: tuple[RGB, ...]
    regions: tuple[Region, ...] = field(default=())


@runtime_checkable
class Encoder(Protocol):
    """Image and text towers in one space. Calls are blocking and may run on any one thread at a time."""

    @property
    def spec(self) -> ModelSpec: ...

    @property
    def device(self) -> str: ...

    def encode_images(self, pictures: Sequence[RGB]) -> Matrix:
        """Embed pictures of any size. Shape (n, d), unit rows; (0, d) for none."""
        ...

    def encode_texts(self, texts: Sequence[str]) -> Matrix:
        """Embed texts in any language the model knows. Shape (n, d), unit rows; (0, d) for none."""
        ...


@runtime_checkable
class Fusion(Protocol):
    """Photo and words into one query vector (F5)."""

    @property
    def kind(self) -> str: ...

    def fuse(self, image: Vector | None, text: Vector | None, weights: Weights) -> Fused:
        """Raises ValueError when neither is given or both weights are zero."""
        ...


@runtime_checkable
class Preprocessor(Protocol):
    """Finds the garments in an untrusted but decoded photo."""

    @property
    def version(self) -> str: ...

    def prepare(self, photo: RGB, photo_kind: str) -> Prepared:
        """`photo_kind` is `auto`, `garment` or `person`; a person yields one crop a garment, largest first."""
        ...


@runtime_checkable
class VectorIndex(Protocol):
    """Immutable nearest-neighbour search by inner product over unit rows."""

    @property
    def dims(self) -> int: ...

    def __len__(self) -> int: ...

    def search(self, query: Vector, k: int, allowed: Mask | None = None) -> list[Hit]:
        """The `k` best rows, best first, only among `allowed`; fewer when fewer are allowed."""
        ...
