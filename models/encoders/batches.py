"""What every encoder does alike: cut work into batches, take it apart in stages, hand back unit float32 rows."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.contracts import RGB, Box, Encoder, ImageTokens, Matrix, Ready, TextTokens, Tokens
from models.encoders.device import named
from models.encoders.landing import Landed
from models.registry import ModelSpec

Thing = TypeVar("Thing")
BATCH = 64


class BatchedEncoder(ABC):
    """The `StagedEncoder` Protocol around one batch forward a tower."""

    def __init__(self, spec: ModelSpec, device: str, precision: torch.dtype = torch.float32) -> None:
        self._spec, self._device, self._precision = spec, device, precision
        self._compiled: dict[str, Callable[[Any], Any]] = {}

    @property
    def spec(self) -> ModelSpec:
        return self._spec

    @property
    def device(self) -> str:
        return self._device

    @property
    def precision(self) -> str:
        """`fp32`, `fp16` or `bf16`: what the towers take; a graph that was exported may compute in less."""
        return named(self._precision)

    def encode_images(self, pictures: Sequence[RGB]) -> Matrix:
        """Unit rows (n, dims), float32. Pictures are resized as the model's own config says."""
        return in_batches(pictures, lambda batch: self._images(self._gathered(batch)), self._spec.dims)

    def encode_texts(self, texts: Sequence[str]) -> Matrix:
        """Unit rows (n, dims), float32. A text past the model's context is cut."""
        return in_batches(texts, self._texts, self._spec.dims)

    def prepare(self, picture: RGB) -> Ready:
        """Resized, normalised, still on the CPU."""
        value, pixels = self._prepared(picture)
        return Ready(value, pixels, self._frame(picture))

    @torch.inference_mode()
    def begin(self, inputs: Sequence[Ready] | Sequence[str], *, tokens: bool) -> Landed:
        """One forward pass over pictures or texts. On CUDA it is under way when this returns."""
        del tokens  # this one gives none
        words, pictures = _apart(inputs)
        images: Callable[[Any], Tensor] = self._compiled.get("images", self._images)
        return Landed.of(self._texts(words) if words else images(self._put(pictures)))

    def compile(self, backend: str = "inductor") -> None:
        """Have `begin` compute pictures by what torch.compile makes of the tower; it is made at the first batch.

        One for all batch sizes: recompiling for each would stop a service for minutes.
        """
        self._compiled["images"] = torch.compile(self._images, dynamic=True, backend=backend)

    def _put(self, pictures: Sequence[Ready]) -> Any:
        return self._batch([ready.value for ready in pictures])

    def _gathered(self, pictures: Sequence[RGB]) -> Any:
        return self._batch([self._prepared(picture)[0] for picture in pictures])

    @abstractmethod
    def _prepared(self, picture: RGB) -> tuple[Any, int]:
        """One picture as the tower takes it, and how many pixels it has then. Called by several threads at a time."""

    @abstractmethod
    def _batch(self, prepared: Sequence[Any]) -> Any:
        """Put together, on the device."""

    @abstractmethod
    def _images(self, batch: Any) -> Tensor:
        """Rows of one batch, shape (b, dims), of any length and float type."""

    @abstractmethod
    def _texts(self, texts: Sequence[str]) -> Tensor:
        """Rows of one batch, shape (b, dims), of any length and float type."""

    @abstractmethod
    def _frame(self, picture: RGB) -> Box:
        """Where in the input frame the whole picture lies."""


class TokenBatches(BatchedEncoder):
    """The `TokenEncoder` Protocol around one batch forward a tower."""

    def encode_image_tokens(self, pictures: Sequence[RGB]) -> ImageTokens:
        """Vectors as `encode_images` gives them, with the grid they were pooled from."""
        if not len(pictures):
            return ImageTokens(self.encode_images([]), np.zeros((0, 1, 1, self._spec.dims), np.float32), ())
        with torch.inference_mode():
            parts = [self._image_tokens(self._gathered(batch)) for batch in _batches(pictures)]
        vectors, tokens = (np.concatenate([unit_rows(part[n]) for part in parts]) for n in (0, 1))
        return ImageTokens(vectors, tokens, tuple(self._frame(picture) for picture in pictures))

    def encode_text_tokens(self, texts: Sequence[str]) -> TextTokens:
        """Vectors as `encode_texts` gives them, with the tokens they were pooled from."""
        vectors, tokens = [self.encode_texts([])], list[Tokens]()
        for batch in _batches(texts):
            with torch.inference_mode():
                rows, states, mask = self._text_tokens(batch)
            vectors.append(unit_rows(rows))
            used = mask.cpu().numpy()
            tokens += [one[kept] for one, kept in zip(unit_rows(states), used, strict=True)]
        return TextTokens(np.concatenate(vectors), tuple(tokens))

    @torch.inference_mode()
    def begin(self, inputs: Sequence[Ready] | Sequence[str], *, tokens: bool) -> Landed:
        """As `BatchedEncoder` has it, tokens with it where they are wanted."""
        if not tokens:
            return super().begin(inputs, tokens=False)
        words, pictures = _apart(inputs)
        if words:
            return Landed.of(*self._text_tokens(words))
        images: Callable[[Any], tuple[Tensor, Tensor]] = self._compiled.get("tokens", self._image_tokens)
        return Landed.of(*images(self._put(pictures))).within([ready.frame for ready in pictures])

    def compile(self, backend: str = "inductor") -> None:
        """As `BatchedEncoder` has it, with tokens too."""
        super().compile(backend)
        self._compiled["tokens"] = torch.compile(self._image_tokens, dynamic=True, backend=backend)

    @abstractmethod
    def _image_tokens(self, batch: Any) -> tuple[Tensor, Tensor]:
        """One batch: rows (b, dims) and tokens (b, rows, cols, dims), of any length and float type."""

    @abstractmethod
    def _text_tokens(self, texts: Sequence[str]) -> tuple[Tensor, Tensor, Tensor]:
        """One batch: rows (b, dims), tokens (b, t, dims) and which of them are no padding, bool (b, t)."""


def precision_of(encoder: Encoder) -> str:
    """What an encoder computes in, `auto` having been decided."""
    return encoder.precision if isinstance(encoder, BatchedEncoder) else "fp32"


def _apart(inputs: Sequence[Ready] | Sequence[str]) -> tuple[list[str], list[Ready]]:
    """Texts and pictures: one of the two is empty."""
    return [one for one in inputs if isinstance(one, str)], [one for one in inputs if isinstance(one, Ready)]


def _batches(things: Sequence[Thing]) -> list[Sequence[Thing]]:
    return [things[start : start + BATCH] for start in range(0, len(things), BATCH)]


def unit_rows(values: Tensor) -> NDArray[np.float32]:
    """Scaled to length 1 along the last dimension, float32."""
    return np.ascontiguousarray(functional.normalize(values.float(), dim=-1).cpu().numpy(), dtype=np.float32)


def in_batches(things: Sequence[Thing], encode: Callable[[Sequence[Thing]], Tensor], dims: int) -> Matrix:
    """`encode` applied to batches of `things`: unit rows, shape (n, dims), float32; (0, dims) for none."""
    if not len(things):
        return np.zeros((0, dims), dtype=np.float32)
    with torch.inference_mode():
        parts = [encode(batch) for batch in _batches(things)]
    return unit_rows(torch.cat([part.float() for part in parts]))


def one_line(error: BaseException) -> str:
    """The first line of what an error says, short enough for a start-up message."""
    text = str(error).strip().splitlines()
    return (text[0] if text else type(error).__name__)[:200]
