"""Encoders that transformers loads: CLIP, SigLIP, SigLIP 2 and Chinese-CLIP, from a folder or the hub."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.contracts import RGB, Box, ModelUnavailable
from models.encoders.batches import BatchedEncoder, TokenBatches, one_line
from models.encoders.device import pick_device, pick_precision, precision_for
from models.encoders.frames import frame_of
from models.encoders.landing import to_device
from models.encoders.metadata import Metadata, folder_revision, read_metadata
from models.encoders.revision import module_revision
from models.encoders.speed import with_silu
from models.registry import ModelSpec

MODEL_TYPES = frozenset({"clip", "siglip", "siglip2", "chinese_clip", "altclip"})
WITH_TOKENS = frozenset({"clip", "siglip"})
PREPROCESS = "transformers-1"


class TransformersEncoder(BatchedEncoder):
    """A dual encoder with `get_image_features` and `get_text_features`, in evaluation mode."""

    def __init__(self, model: Any, processor: Any, spec: ModelSpec, device: str, precision: torch.dtype | None) -> None:
        """`precision`: None for what suits the model on this CPU."""
        super().__init__(spec, device, precision_for(precision, model))
        with_silu(model.eval().requires_grad_(False).float())
        self._model = model.to(device=device, dtype=self._precision)
        self._images_in, self._tokenizer = processor.image_processor, processor.tokenizer
        # SigLIP was trained on texts padded to full length and attends to the padding.
        self._padding = "max_length" if model.config.model_type.startswith("siglip") else "longest"
        self._length = int(model.config.text_config.max_position_embeddings)

    @property
    def network(self) -> Any:
        """The torch model in evaluation mode: what an export traces."""
        return self._model

    @property
    def image_processor(self) -> Any:
        return self._images_in

    @property
    def tokenizer(self) -> Any:
        return self._tokenizer

    @property
    def text_padding(self) -> tuple[str, int]:
        """`longest` or `max_length`, and the most tokens of a text."""
        return self._padding, self._length

    def _prepared(self, picture: RGB) -> tuple[Mapping[str, Tensor], int]:
        inputs = dict(self._images_in(images=[picture], return_tensors="pt"))
        return inputs, inputs["pixel_values"][0, 0].numel()

    def _batch(self, prepared: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
        batch = {name: torch.cat([one[name] for one in prepared]) for name in prepared[0]}
        kinds = {name: self._precision if values.is_floating_point() else None for name, values in batch.items()}
        return {name: to_device(values, self._device, kinds[name]) for name, values in batch.items()}

    def _frame(self, picture: RGB) -> Box:
        return frame_in(self._images_in, picture)

    def _images(self, batch: Mapping[str, Tensor]) -> Tensor:
        return pooled(self._model.get_image_features(**batch))

    def _texts(self, texts: Sequence[str]) -> Tensor:
        return pooled(self._model.get_text_features(**self._ids(texts)))

    def _ids(self, texts: Sequence[str]) -> Any:
        inputs = self._tokenizer(
            list(texts), padding=self._padding, truncation=True, max_length=self._length, return_tensors="pt"
        )
        return inputs.to(self._device)

    @classmethod
    def from_folder(
        cls, folder: Path, *, name: str, device: str = "auto", precision: str = "auto"
    ) -> "TransformersEncoder":
        """Load what `save_pretrained` wrote. Nothing is asked from the hub. Raises ModelUnavailable in one line."""
        kind = model_type(folder)
        if kind not in MODEL_TYPES:
            known = ", ".join(sorted(MODEL_TYPES))
            raise ModelUnavailable(f"model folder {folder} holds a {kind!r} model; known are {known}")
        try:
            metadata, revision = read_metadata(folder), folder_revision(folder)
        except (OSError, ValueError) as error:
            raise ModelUnavailable(f"model folder {folder} cannot be loaded: {one_line(error)}") from error
        return cls._load(str(folder), name, revision, metadata, device, precision, local=True, cache_dir=None)

    @classmethod
    def from_hub(
        cls, repository: str, *, device: str = "auto", precision: str = "auto", cache_dir: Path | None = None
    ) -> "TransformersEncoder":
        """Load `org/name` from the hub or its cache. Raises ModelUnavailable when it can't be fetched."""
        return cls._load(repository, repository, None, Metadata(), device, precision, local=False, cache_dir=cache_dir)

    @classmethod
    def _load(
        cls, source: str, name: str, revision: str | None, metadata: Metadata, device: str, precision: str,
        *, local: bool, cache_dir: Path | None,
    ) -> "TransformersEncoder":  # fmt: skip
        from transformers import AutoModel, AutoProcessor

        processors: Any = AutoProcessor
        where = pick_device(device)
        dtype = pick_precision(precision, where)
        try:
            model = AutoModel.from_pretrained(source, local_files_only=local, cache_dir=cache_dir)
            processor = processors.from_pretrained(source, local_files_only=local, cache_dir=cache_dir)
        except Exception as error:  # transformers and the hub client raise anything from OSError to httpx's own
            raise ModelUnavailable(
                f"model {name} cannot be had ({one_line(error)}); give the hub access, or name a local folder"
            ) from error
        if not hasattr(model, "get_image_features") or model.config.model_type not in MODEL_TYPES:
            raise ModelUnavailable(f"model {name} is a {model.config.model_type!r}; known are {sorted(MODEL_TYPES)}")
        spec = ModelSpec(
            name=name, revision=revision or module_revision(model), dims=dims(model), preprocess_version=PREPROCESS,
            cosine_scale=metadata.cosine_scale, cosine_shift=metadata.cosine_shift, temperature=metadata.temperature,
            facets=metadata.facets,
        )  # fmt: skip
        known = TransformersTokenEncoder if model.config.model_type in WITH_TOKENS else TransformersEncoder
        return known(model, processor, spec, where, dtype)


class TransformersTokenEncoder(TransformersEncoder, TokenBatches):
    """CLIP and SigLIP, whose final projection also works on a single patch or word."""

    def _image_tokens(self, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        return image_tokens(self._model, batch["pixel_values"])

    def _text_tokens(self, texts: Sequence[str]) -> tuple[Tensor, Tensor, Tensor]:
        return text_tokens(self._model, self._tokenizer.pad_token_id, **self._ids(texts))


def image_tokens(model: Any, pixel_values: Tensor) -> tuple[Tensor, Tensor]:
    """Vectors (n, d) and tokens (n, rows, cols, d) of input pictures (n, 3, h, w), of any length."""
    out = model.vision_model(pixel_values=pixel_values)
    side = model.config.vision_config.patch_size
    rows, cols = (int(length) // side for length in pixel_values.shape[-2:])
    patches = out.last_hidden_state[:, -rows * cols :]
    if model.config.model_type == "siglip":  # attention over one patch alone gives that patch's own value
        tokens = model.vision_model.head(patches.reshape(-1, 1, patches.shape[-1]))
        vectors = out.pooler_output
    else:
        tokens = model.visual_projection(model.vision_model.post_layernorm(patches))
        vectors = model.visual_projection(out.pooler_output)
    return vectors, tokens.reshape(pixel_values.shape[0], rows, cols, -1)  # len() would fix an exported graph


def text_tokens(model: Any, pad: int, **inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Vectors (n, d), tokens (n, t, d) of any length, and which tokens are no padding, bool (n, t)."""
    out = model.text_model(**inputs)
    if model.config.model_type == "siglip":
        vectors, tokens = out.pooler_output, model.text_model.head(out.last_hidden_state)
        mask = inputs["input_ids"] != pad
        mask[:, 0] = True  # an empty text is all padding, or padding and its end are one token
    else:
        vectors, tokens = model.text_projection(out.pooler_output), model.text_projection(out.last_hidden_state)
        mask = inputs["attention_mask"].bool()
    return vectors, tokens, mask


def frame_in(image_processor: Any, picture: RGB) -> Box:
    """Where in the frame that `image_processor` makes the whole picture lies."""
    size, crop = dict(image_processor.size), getattr(image_processor, "crop_size", None)
    if "height" in size:
        return frame_of(picture.size, (size["width"], size["height"]), "squash")
    return frame_of(picture.size, (crop["width"], crop["height"]) if crop else (1, 1), "shortest")


def model_type(folder: Path) -> str:
    """The `model_type` of a folder's `config.json`, empty where it says none. Raises ModelUnavailable without one."""
    try:
        return str(json.loads((folder / "config.json").read_text("utf-8")).get("model_type", ""))
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"model folder {folder} has no readable config.json: {one_line(error)}") from error


def pooled(output: Any) -> Tensor:
    """Features as a tensor: newer versions of transformers wrap them with the tower's other outputs."""
    rows: Tensor = output if isinstance(output, Tensor) else output.pooler_output
    return rows


def dims(model: Any) -> int:
    """Length of an embedding: CLIP projects to it, SigLIP's is the width of its vision tower."""
    projected = getattr(model.config, "projection_dim", None)
    return int(projected if projected is not None else model.config.vision_config.hidden_size)
