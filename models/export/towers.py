"""A model's two towers as modules with named inputs and outputs: what a graph is traced from."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from PIL import Image
from torch import Tensor, nn

from models.encoders.onnx_fronts import Arrays, OnnxFront
from models.encoders.onnx_manifest import Front
from models.encoders.open_clip import OpenClipEncoder
from models.encoders.open_clip_tokens import image_forward, text_forward
from models.encoders.transformers import WITH_TOKENS, TransformersEncoder, image_tokens, pooled, text_tokens
from models.export.source import Exportable

ROWS, IMAGE_TOKENS, TEXT_TOKENS = ("rows",), ("rows", "tokens"), ("rows", "tokens", "mask")
Compute = Callable[..., Any]
"""Tensors in the order of the inputs' names → rows, or a tuple that begins with them."""

Forward = tuple[Compute, tuple[str, ...]]
"""What computes a tower, and its outputs' names."""

SAID = ("a red dress", "white shirt for the office, with long sleeves")


class Traced(nn.Module):
    """`compute` as a module that owns `network`, so that an exporter finds its weights."""

    def __init__(self, network: nn.Module, compute: Compute) -> None:
        super().__init__()
        self.network, self._compute = network, compute
        self.eval()

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        made = self._compute(*inputs)
        return made if isinstance(made, tuple) else (made,)


@dataclass(frozen=True)
class Tower:
    """One tower, ready to be traced.

    Attributes:
        inputs: an example batch of two, by name.
        outputs: names in order; `rows` (n, d) of any length, and `tokens` where the tower gives them.
        lengths: inputs whose second dimension varies too.
    """

    name: str
    module: Traced
    inputs: dict[str, Tensor]
    outputs: tuple[str, ...]
    lengths: frozenset[str] = frozenset()


def towers(encoder: Exportable, front: OnnxFront, how: Front) -> tuple[Tower, Tower]:
    """The image and the text tower of `encoder`, fed by `front`."""
    pictures = [Image.effect_mandelbrot((60 + n, 80), (-2, -1, 1, 1), 20).convert("RGB") for n in (0, 9)]
    images, texts = _tensors(front.pictures(pictures)), _tensors(front.texts(SAID))
    known = (
        _open_clip(encoder) if isinstance(encoder, OpenClipEncoder) else _transformers(encoder, (*images,), (*texts,))
    )
    (see, seen), (read, said) = known
    if ROWS in (seen, said):  # tokens serve together or not at all
        see, seen, read, said = _first(see), ROWS, _first(read), ROWS
    varying = frozenset(texts) if how.padding == "longest" else frozenset()
    return (
        Tower("image", Traced(encoder.network, see), images, seen),
        Tower("text", Traced(encoder.network, read), texts, said, varying),
    )


def _open_clip(encoder: OpenClipEncoder) -> tuple[Forward, Forward]:
    network = encoder.network
    see, read = image_forward(network), text_forward(network)
    image: Forward = (see, IMAGE_TOKENS) if see else (network.encode_image, ROWS)
    text: Forward = (read, TEXT_TOKENS) if read else (network.encode_text, ROWS)
    return image, text


def _transformers(
    encoder: TransformersEncoder, seen: tuple[str, ...], read: tuple[str, ...]
) -> tuple[Forward, Forward]:
    network, pad = encoder.network, encoder.tokenizer.pad_token_id
    if network.config.model_type not in WITH_TOKENS:
        return (
            (lambda *given: pooled(network.get_image_features(**_named(seen, given))), ROWS),
            (lambda *given: pooled(network.get_text_features(**_named(read, given))), ROWS),
        )
    return (
        (partial(image_tokens, network), IMAGE_TOKENS),
        (lambda *given: text_tokens(network, pad, **_named(read, given)), TEXT_TOKENS),
    )


def _named(names: tuple[str, ...], given: tuple[Tensor, ...]) -> dict[str, Tensor]:
    return dict(zip(names, given, strict=True))


def _first(compute: Compute) -> Compute:
    """Only the rows of what `compute` gives."""

    def rows(*inputs: Tensor) -> Any:
        made = compute(*inputs)
        return made[0] if isinstance(made, tuple) else made

    return rows


def _tensors(arrays: Arrays) -> dict[str, Tensor]:
    return {name: torch.from_numpy(values) for name, values in arrays.items()}
