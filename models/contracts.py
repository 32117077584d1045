"""The seams of the machine-learning library: what an encoder, a fusion, an index and a preprocessor promise.

Implementations translate their own library's errors into the ones below, most specific first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.registry import ModelSpec

Vector: TypeAlias = NDArray[np.float32]
"""One unit-length embedding, shape (d,), float32."""

Matrix: TypeAlias = NDArray[np.float32]
"""Unit-length embeddings as rows, shape (n, d), float32."""

Tokens: TypeAlias = NDArray[np.float32]
"""Unit-length token embeddings in the joint space, shape (t, d), or (rows, cols, d) where they lie on a grid."""

HalfTokens: TypeAlias = NDArray[np.float16]
"""`Tokens` in half precision, as they are handed on and kept."""

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom as fractions of width and height."""

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)

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


class IndexRefused(ModelError):
    """A snapshot was built and does not find what it should; it never goes live."""


class IndexOvertaken(ModelError):
    """Another snapshot went live since the caller looked; that one stays."""


class IndexNotWritten(ModelError, OSError):
    """A snapshot could not be written: the disk is full, or not ours to write to. `errno` says which."""


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
class Signal:
    """What an encoder made of a photo or of words.

    Attributes:
        vector: the unit vector, shape (d,).
        tokens: its unit token vectors, shape (t, d) or (rows, cols, d); None where the encoder gives none.
    """

    vector: Vector
    tokens: Tokens | None = None


@dataclass(frozen=True, slots=True)
class Fused:
    """One query vector and how it came about. `image + text == 1`.

    Attributes:
        kind: the fusion that made it, which is not the one asked for where that one cannot serve this encoder.
    """

    vector: Vector
    kind: str
    image: float
    text: float


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a photo that holds one garment, as fractions of width and height (left, top, right, bottom)."""

    box: Box
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


@dataclass(frozen=True, slots=True)
class ImageTokens:
    """Pictures as vectors and as grids of tokens, from one forward pass.

    Attributes:
        vectors: unit rows (n, d), what `encode_images` gives.
        tokens: unit float32, shape (n, rows, cols, d), in the model's own input frame.
        frames: where in that frame each whole picture lies. A letterboxed picture lies inside it; one whose edges the
            model cuts off reaches beyond 0 and 1.
    """

    vectors: Matrix
    tokens: Tokens
    frames: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class TextTokens:
    """Texts as vectors and as tokens, from one forward pass.

    Attributes:
        vectors: unit rows (n, d), what `encode_texts` gives.
        tokens: for each text its unit tokens without padding, shape (t, d) float32, t of at least 1.
    """

    vectors: Matrix
    tokens: tuple[Tokens, ...]


@runtime_checkable
class TokenEncoder(Encoder, Protocol):
    """An encoder that also says what is where: tokens projected into the joint space. Optional."""

    def encode_image_tokens(self, pictures: Sequence[RGB]) -> ImageTokens:
        """Embed pictures of any size, none among them allowed."""
        ...

    def encode_text_tokens(self, texts: Sequence[str]) -> TextTokens:
        """Embed texts, none among them allowed."""
        ...


@dataclass(frozen=True, slots=True)
class Ready:
    """A picture as a model takes it, still in this process's memory.

    Attributes:
        value: the encoder's own; nobody else looks into it.
        pixels: how many it has now.
        frame: where in the model's input frame the whole picture lies, see `ImageTokens.frames`.
    """

    value: Any
    pixels: int
    frame: Box = WHOLE


@dataclass(frozen=True, slots=True)
class Rows:
    """What came of a batch.

    Attributes:
        vectors: unit rows (n, d).
        tokens: of each input, where they were asked for and the encoder gives any.
        frames: of each picture, see `ImageTokens.frames`; empty for texts and without tokens.
    """

    vectors: Matrix
    tokens: Sequence[HalfTokens] | None = None
    frames: Sequence[Box] = ()


@runtime_checkable
class Landing(Protocol):
    """A batch that a device was told to compute."""

    def rows(self) -> Rows:
        """Waits for it. Once, by any thread."""
        ...


@runtime_checkable
class StagedEncoder(Encoder, Protocol):
    """An encoder whose work comes apart, so that one batch is made ready and another handed over while a third is
    computed. Optional. `begin` may run on any one thread at a time, like all else of an encoder.
    """

    def prepare(self, picture: RGB) -> Ready:
        """The part that needs no device. Any number of threads may be in here."""
        ...

    def begin(self, inputs: Sequence[Ready] | Sequence[str], *, tokens: bool) -> Landing:
        """Pictures or texts, at least one. Comes back as soon as the device knows what to do."""
        ...


@runtime_checkable
class Fusion(Protocol):
    """Photo and words into one query vector (F5)."""

    @property
    def kind(self) -> str: ...

    def fuse(self, image: Signal | None, text: Signal | None, weights: Weights) -> Fused:
        """One input alone is the answer as it is. Raises ValueError when neither is given or both weights are zero."""
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
