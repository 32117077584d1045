"""Encoders that open_clip loads: a folder in its format, a built-in architecture with a tag, or a hub id."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import open_clip
import torch
from open_clip.timm_model import TimmModel
from open_clip.transform import PreprocessCfg, image_transform_v2
from safetensors import SafetensorError
from torch import Tensor, nn

from models.contracts import RGB, Box, ModelUnavailable
from models.encoders.batches import BatchedEncoder, TokenBatches, one_line
from models.encoders.device import pick_device, pick_precision, precision_for
from models.encoders.frames import frame_of
from models.encoders.landing import to_device
from models.encoders.metadata import Metadata, folder_revision, read_metadata
from models.encoders.open_clip_folder import CONFIG_FILE, WEIGHT_FILES, read_config, with_local_text
from models.encoders.open_clip_tokens import ImageForward, TextForward, image_forward, text_forward
from models.encoders.revision import module_revision
from models.encoders.speed import fused, with_silu
from models.registry import ModelSpec

PREPROCESS = "open_clip-1"


class OpenClipEncoder(BatchedEncoder):
    """Any open_clip model in evaluation mode. Use one of the three class methods."""

    def __init__(self, model: Any, tokenizer: Any, spec: ModelSpec, device: str, precision: torch.dtype | None) -> None:
        """`precision`: None for what suits the model on this CPU."""
        super().__init__(spec, device, precision_for(precision, model.visual))
        cfg = PreprocessCfg(**model.visual.preprocess_cfg)
        self._transform: Callable[[RGB], Tensor] = image_transform_v2(cfg, is_train=False)
        self._tokenizer, self._pad = tokenizer, padding(model)
        model.eval().requires_grad_(False)
        if isinstance(model.visual, TimmModel):  # a convolutional trunk gains a third; transformers have none to fold
            model.visual = fused(model.visual, torch.randn(1, 3, *_size(model)))
        with_silu(model)
        self._model = model.to(device=device, dtype=self._precision).to(memory_format=torch.channels_last)
        height, width = _size(model)
        self._size, self._resize = (width, height), str(model.visual.preprocess_cfg.get("resize_mode") or "shortest")

    @property
    def network(self) -> Any:
        """The torch model in evaluation mode, batch norms folded: what an export traces."""
        return self._model

    @property
    def tokenizer(self) -> Any:
        return self._tokenizer

    def _prepared(self, picture: RGB) -> tuple[Tensor, int]:
        pixels = self._transform(picture)
        return pixels, pixels.shape[-1] * pixels.shape[-2]

    def _batch(self, prepared: Sequence[Tensor]) -> Tensor:
        batch = to_device(torch.stack(list(prepared)), self._device, self._precision)
        return batch.contiguous(memory_format=torch.channels_last)

    def _frame(self, picture: RGB) -> Box:
        return frame_of(picture.size, self._size, self._resize)

    def _images(self, batch: Tensor) -> Tensor:
        rows: Tensor = self._model.encode_image(batch)
        return rows

    def _texts(self, texts: Sequence[str]) -> Tensor:
        rows: Tensor = self._model.encode_text(self._ids(texts))
        return rows

    def _ids(self, texts: Sequence[str]) -> Tensor:
        ids: Tensor = self._tokenizer(list(texts))
        return to_device(trimmed(ids, self._pad), self._device)

    @classmethod
    def from_folder(
        cls, folder: Path, *, name: str, device: str = "auto", precision: str = "auto"
    ) -> "OpenClipEncoder":
        """Load a folder that holds `open_clip_config.json`, weights and tokenizer. Nothing is asked from the hub.

        Raises ModelUnavailable with one line that says what the folder lacks.
        """
        where, dtype = _where(device, precision)
        if not any((folder / file).is_file() for file in WEIGHT_FILES):
            raise ModelUnavailable(f"model folder {folder} has {CONFIG_FILE} but no weights ({WEIGHT_FILES[0]})")
        try:
            text = with_local_text(read_config(folder), folder)["model_cfg"]["text_cfg"]
            model = open_clip.create_model(f"local-dir:{folder}", text_cfg=text, require_pretrained=True)
            tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}")
            metadata = read_metadata(folder)
        except (OSError, ValueError, KeyError, RuntimeError, TypeError, SafetensorError) as error:
            raise ModelUnavailable(f"model folder {folder} cannot be loaded: {one_line(error)}") from error
        return _encoder(model, tokenizer, _spec(name, folder_revision(folder), model, metadata), where, dtype)

    @classmethod
    def from_tag(
        cls,
        architecture: str,
        tag: str,
        *,
        device: str = "auto",
        precision: str = "auto",
        cache_dir: Path | None = None,
    ) -> "OpenClipEncoder":
        """Load `ViT-B-32` with `openai`, say; the weights are downloaded unless `cache_dir` has them.

        Raises ModelUnavailable when open_clip knows no such pair or the download fails.
        """
        where, dtype = _where(device, precision)
        name, known = f"{architecture}:{tag}", open_clip.list_pretrained_tags_by_model(architecture)
        if architecture not in open_clip.list_models():
            raise ModelUnavailable(f"open_clip has no architecture {architecture!r}; see open_clip.list_models()")
        if tag not in known and not Path(tag).is_file():
            some = ", ".join(known) or "none"
            raise ModelUnavailable(f"open_clip has no weights {tag!r} for {architecture}; tags: {some}")
        return cls._named(name, architecture, tag, where, dtype, cache_dir)

    @classmethod
    def from_hub(
        cls, repository: str, *, device: str = "auto", precision: str = "auto", cache_dir: Path | None = None
    ) -> "OpenClipEncoder":
        """Load `org/name` from the Hugging Face hub. Raises ModelUnavailable when it can't be fetched."""
        where, dtype = _where(device, precision)
        name = f"hf-hub:{repository}"
        return cls._named(name, name, None, where, dtype, cache_dir)

    @classmethod
    def _named(
        cls,
        name: str,
        model_name: str,
        tag: str | None,
        device: str,
        precision: torch.dtype | None,
        cache_dir: Path | None,
    ) -> "OpenClipEncoder":
        folder = str(cache_dir) if cache_dir else None
        try:
            model = open_clip.create_model(model_name, pretrained=tag, cache_dir=folder, require_pretrained=True)
            tokenizer = open_clip.get_tokenizer(model_name, cache_dir=folder)
        except Exception as error:  # open_clip and the hub client raise anything from OSError to httpx's own
            raise ModelUnavailable(
                f"model {name} cannot be had ({one_line(error)}); give the hub access, or name a local folder"
            ) from error
        return _encoder(model, tokenizer, _spec(name, module_revision(model), model, Metadata()), device, precision)


class OpenClipTokenEncoder(OpenClipEncoder, TokenBatches):
    """An open_clip model whose towers say what is where."""

    def __init__(
        self, model: Any, tokenizer: Any, spec: ModelSpec, device: str, precision: torch.dtype | None,
        forwards: tuple[ImageForward, TextForward],
    ) -> None:  # fmt: skip
        super().__init__(model, tokenizer, spec, device, precision)
        self._image_forward, self._text_forward = forwards

    def _image_tokens(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        return self._image_forward(batch)

    def _text_tokens(self, texts: Sequence[str]) -> tuple[Tensor, Tensor, Tensor]:
        return self._text_forward(self._ids(texts))


def _encoder(
    model: Any, tokenizer: Any, spec: ModelSpec, device: str, precision: torch.dtype | None
) -> OpenClipEncoder:
    """With tokens where both towers can give them."""
    image, text = image_forward(model), text_forward(model)
    if image is None or text is None:
        return OpenClipEncoder(model, tokenizer, spec, device, precision)
    return OpenClipTokenEncoder(model, tokenizer, spec, device, precision, (image, text))


def padding(model: nn.Module) -> int | None:
    """The id a Hugging Face text tower masks, or None for towers that read every position."""
    config = getattr(getattr(model, "text", None), "config", None)
    pad = getattr(config, "pad_token_id", None)
    return int(pad) if pad is not None else None


def trimmed(ids: Tensor, pad: int | None) -> Tensor:
    """Token ids (n, length) without the columns that are padding in every row: masked anyway, and half the time."""
    if pad is None:
        return ids
    used = (ids != pad).any(0).nonzero()
    return ids[:, : int(used.max()) + 1] if len(used) else ids[:, :1]


def _where(device: str, precision: str) -> tuple[str, torch.dtype | None]:
    where = pick_device(device)
    return where, pick_precision(precision, where)


def _spec(name: str, revision: str, model: nn.Module, metadata: Metadata) -> ModelSpec:
    spec = ModelSpec(name=name, revision=revision, dims=_dims(model), preprocess_version=PREPROCESS)
    return replace(
        spec,
        cosine_scale=metadata.cosine_scale,
        cosine_shift=metadata.cosine_shift,
        temperature=metadata.temperature,
        facets=metadata.facets,
    )


@torch.inference_mode()
def _dims(model: Any) -> int:
    """Asked of the model itself: not every architecture keeps its embedding length under one name."""
    model.eval()  # in training mode the question itself would move batch statistics
    return int(model.encode_image(torch.zeros(1, 3, *_size(model))).shape[-1])


def _size(model: Any) -> tuple[int, int]:
    """Height and width of the input picture."""
    size = model.visual.preprocess_cfg["size"]
    return (size, size) if isinstance(size, int) else (int(size[0]), int(size[1]))
