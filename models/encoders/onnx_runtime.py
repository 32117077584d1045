"""Encoders that ONNX Runtime computes, from a folder that `tryon export` wrote."""

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.contracts import RGB, Box, ModelUnavailable
from models.encoders.batches import BatchedEncoder, TokenBatches, one_line
from models.encoders.metadata import Metadata, read_metadata
from models.encoders.onnx_fronts import Arrays, OnnxFront, open_front
from models.encoders.onnx_manifest import Graph, Manifest, exported_revision, read_manifest
from models.encoders.onnx_session import onnxruntime, open_session, pick_onnx_device
from models.registry import ModelSpec

PICTURES = 4
"""Dimensions of an array of pictures: (n, 3, height, width)."""


class Tower:
    """One graph in a session."""

    def __init__(self, folder: Path, graph: Graph, device: str) -> None:
        self._graph = graph
        self._session: Any = open_session(folder / graph.file, device)
        self._wanted_only = onnxruntime().RunOptions()
        # Without this the tokens' projection would be computed where only the vector is asked for.
        self._wanted_only.only_execute_path_to_fetches = True

    def run(self, arrays: Arrays, outputs: Sequence[str]) -> list[NDArray[Any]]:
        """The named outputs for one batch."""
        fed = {name: arrays[name] for name in self._graph.inputs}
        made: list[NDArray[Any]] = self._session.run(list(outputs), fed, self._wanted_only)
        return made

    def tensors(self, arrays: Arrays, outputs: Sequence[str]) -> list[Tensor]:
        return [torch.from_numpy(one) for one in self.run(arrays, outputs)]


class OnnxEncoder(BatchedEncoder):
    """Two graphs in ONNX Runtime behind the `Encoder` Protocol, preprocessing as the exported model had it."""

    def __init__(self, folder: Path, manifest: Manifest, front: OnnxFront, spec: ModelSpec, device: str) -> None:
        super().__init__(spec, device)
        self._front, self._manifest = front, manifest
        self._image = Tower(folder, manifest.image, device)
        self._text = Tower(folder, manifest.text, device)

    @property
    def manifest(self) -> Manifest:
        return self._manifest

    def standing_in(self, about: Metadata | None) -> Self:
        """This encoder in the place of the model it was exported from: under that one's revision, as its vectors may
        be compared with that one's. Its `device` says what computes them: `cpu int8`.

        Args: about: what that model's folder says of itself today; None keeps what it said when it was exported.
        """
        twin = copy(self)
        twin._spec = replace(self._spec, revision=self._manifest.source.revision, origin="")
        if about is not None:
            twin._spec = replace(
                twin._spec, cosine_scale=about.cosine_scale, cosine_shift=about.cosine_shift,
                temperature=about.temperature, facets=about.facets,
            )  # fmt: skip
        twin._device = f"{self._device} {self._manifest.format}"
        return twin

    def compile(self, backend: str = "inductor") -> None:
        """Raises ModelUnavailable: ONNX Runtime optimises its graphs itself."""
        del backend
        raise ModelUnavailable("exported graphs are not for torch.compile; use runtime torch, or leave it out")

    def _prepared(self, picture: RGB) -> tuple[Arrays, int]:
        arrays = self._front.pictures([picture])
        return arrays, max(one[0, 0].size for one in arrays.values() if one.ndim == PICTURES)

    def _batch(self, prepared: Sequence[Arrays]) -> Arrays:
        return {name: np.concatenate([one[name] for one in prepared]) for name in prepared[0]}

    def _frame(self, picture: RGB) -> Box:
        return self._front.frame(picture)

    def _images(self, batch: Arrays) -> Tensor:
        return self._image.tensors(batch, ("rows",))[0]

    def _texts(self, texts: Sequence[str]) -> Tensor:
        return self._text.tensors(self._front.texts(texts), ("rows",))[0]

    @classmethod
    def from_folder(cls, folder: Path, *, name: str, device: str = "auto", precision: str = "auto") -> "OnnxEncoder":
        """Load what `tryon export` wrote. Raises ModelUnavailable, one line."""
        if precision not in ("auto", "fp32"):
            raise ModelUnavailable(
                f"model folder {folder} was exported and computes as its graphs say; precision {precision!r} needs the "
                "original model"
            )
        where = pick_onnx_device(device)
        try:
            manifest, metadata = read_manifest(folder), read_metadata(folder)
            front = open_front(folder, manifest.front)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelUnavailable(f"model folder {folder} cannot be loaded: {one_line(error)}") from error
        spec = ModelSpec(
            name=name, revision=exported_revision(folder), dims=manifest.dims,
            preprocess_version=manifest.preprocess_version, cosine_scale=metadata.cosine_scale,
            cosine_shift=metadata.cosine_shift, temperature=metadata.temperature, facets=metadata.facets,
            origin=manifest.source.revision,
        )  # fmt: skip
        tokens = "tokens" in manifest.image.outputs and "tokens" in manifest.text.outputs
        return (OnnxTokenEncoder if tokens else OnnxEncoder)(folder, manifest, front, spec, where)


class OnnxTokenEncoder(OnnxEncoder, TokenBatches):
    """Graphs that also give tokens."""

    def _image_tokens(self, batch: Arrays) -> tuple[Tensor, Tensor]:
        rows, tokens = self._image.tensors(batch, ("rows", "tokens"))
        return rows, tokens

    def _text_tokens(self, texts: Sequence[str]) -> tuple[Tensor, Tensor, Tensor]:
        rows, tokens, mask = self._text.tensors(self._front.texts(texts), ("rows", "tokens", "mask"))
        return rows, tokens, mask.bool()
