"""Decides from a model's name what loads it."""

import re
from importlib import resources
from pathlib import Path

from models.contracts import Encoder, ModelUnavailable
from models.encoders.onnx_manifest import MANIFEST_FILE
from models.encoders.open_clip_folder import CONFIG_FILE

SHIPPED = "tryon-mini"
HUB = "hf-hub:"
LOCAL = "local-dir:"
ARCHITECTURE = re.compile(r"[\w.-]+")
REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


def shipped_folder(name: str = SHIPPED) -> Path:
    """Folder of a model that comes with the code."""
    return Path(str(resources.files("models"))) / "weights" / name


def load_encoder(
    name: str, *, device: str = "auto", precision: str = "auto", cache_dir: Path | str | None = None
) -> Encoder:
    """The encoder that `name` stands for.

    Args:
        name: `tryon-mini`; a folder (also with `local-dir:`); `hf-hub:org/name` for open_clip; `architecture:tag` or
            `architecture/tag` for open_clip's own; `org/name` for transformers.
        device: `auto`, `cpu`, `cuda`, `cuda:1` …; never another than asked for.
        precision: `auto`, `fp32`, `fp16`, `bf16`.
        cache_dir: where downloads are kept.
    Raises: ModelUnavailable, its message one line that says what was tried and what to do.
    """
    cache = Path(cache_dir) if cache_dir else None
    if name == SHIPPED:
        return from_folder(shipped_folder(), name, device, precision)
    if name.startswith(LOCAL):
        return from_folder(Path(name.removeprefix(LOCAL)).expanduser(), name, device, precision)
    if name.startswith(HUB):
        from models.encoders.open_clip import OpenClipEncoder

        return OpenClipEncoder.from_hub(name.removeprefix(HUB), device=device, precision=precision, cache_dir=cache)
    folder = Path(name).expanduser()
    if folder.is_dir():
        return from_folder(folder, name, device, precision)
    return from_name(name, device, precision, cache)


def from_folder(folder: Path, name: str, device: str, precision: str) -> Encoder:
    """A folder by its files: an export's manifest, open_clip's config, else a transformers `config.json`."""
    if not folder.is_dir():
        raise ModelUnavailable(f"model {name}: there is no folder {folder}")
    if (folder / MANIFEST_FILE).is_file():
        from models.encoders.onnx_runtime import OnnxEncoder

        return OnnxEncoder.from_folder(folder, name=name, device=device, precision=precision)
    if (folder / CONFIG_FILE).is_file():
        from models.encoders.open_clip import OpenClipEncoder

        return OpenClipEncoder.from_folder(folder, name=name, device=device, precision=precision)
    if (folder / "config.json").is_file():
        from models.encoders.transformers import TransformersEncoder

        return TransformersEncoder.from_folder(folder, name=name, device=device, precision=precision)
    raise ModelUnavailable(
        f"model folder {folder} has neither {CONFIG_FILE} (open_clip) nor config.json (transformers)"
    )


def from_name(name: str, device: str, precision: str, cache: Path | None) -> Encoder:
    """An architecture with a tag, or a hub id: `ViT-B-32/openai` is the former, as open_clip knows a ViT-B-32."""
    if name.startswith(("/", ".", "~")):
        raise ModelUnavailable(f"model {name}: there is no such folder")
    head, colon, tag = name.partition(":")
    if colon and ARCHITECTURE.fullmatch(head) and tag:
        return _from_tag(head, tag, device, precision, cache)
    head, _, tag = name.partition("/")
    if REPOSITORY.fullmatch(name) and not _is_architecture(head):
        from models.encoders.transformers import TransformersEncoder

        return TransformersEncoder.from_hub(name, device=device, precision=precision, cache_dir=cache)
    if REPOSITORY.fullmatch(name):
        return _from_tag(head, tag, device, precision, cache)
    raise ModelUnavailable(
        f"unknown model {name!r}; use {SHIPPED}, a folder, {HUB}org/name, architecture:tag such as ViT-B-32:openai, "
        "or org/name for transformers"
    )


def _from_tag(architecture: str, tag: str, device: str, precision: str, cache: Path | None) -> Encoder:
    from models.encoders.open_clip import OpenClipEncoder

    return OpenClipEncoder.from_tag(architecture, tag, device=device, precision=precision, cache_dir=cache)


def _is_architecture(name: str) -> bool:
    import open_clip

    return name in open_clip.list_models()
