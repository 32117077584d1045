"""The model that a fine-tuning starts from: a folder in our own format, checked and taken apart."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import open_clip
from safetensors import SafetensorError
from tokenizers import Tokenizer
from torch import nn

from models.encoders.load import LOCAL, SHIPPED, shipped_folder
from models.encoders.metadata import folder_revision
from models.encoders.open_clip_folder import CONFIG_FILE, WEIGHT_FILES, read_config, with_local_text
from models.training.backbones import MEAN, STD
from models.training.errors import CannotTrain

COPIED = (CONFIG_FILE, "config.json", "tokenizer.json", "tokenizer_config.json")
"""What a tuned model shares with its start. Facet heads do not come along: they were fitted on its vectors, and
the successor is taught its own."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a model has settled: length of an embedding, height and width of its pictures, longest text in tokens."""

    dims: int
    image_size: tuple[int, int]
    text_length: int


@dataclass(frozen=True)
class Start:
    """A loaded start: the model in float32 and evaluation mode, its tokenizer, and the hash of its folder."""

    model: nn.Module
    tokenizer: Tokenizer
    revision: str


def start_folder(name: str) -> Path:
    """The folder that a start's name stands for: the shipped model, or a folder, also with `local-dir:`.

    Raises CannotTrain where there is no such folder.
    """
    folder = shipped_folder() if name == SHIPPED else Path(name.removeprefix(LOCAL)).expanduser()
    if not folder.is_dir():
        raise CannotTrain(f"start {name}: there is no such folder; use {SHIPPED} or a model folder of `tryon train`")
    return folder


def start_shape(folder: Path) -> Shape:
    """Raises CannotTrain, in one line, for a folder that is not of our own format."""
    missing = [file for file in COPIED if not (folder / file).is_file()]
    if missing or not any((folder / file).is_file() for file in WEIGHT_FILES):
        raise CannotTrain(f"start {folder}: only model folders of `tryon train` can be tuned; it lacks "
                          f"{', '.join(missing) or WEIGHT_FILES[0]}")  # fmt: skip
    try:
        config = read_config(folder)
        return _shape(config["model_cfg"], config.get("preprocess_cfg", {}))
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise CannotTrain(
            f"start {folder}: only a timm trunk with a Hugging Face text tower, as `tryon train` makes them, "
            f"can be tuned; its {CONFIG_FILE} has another {error}"
        ) from error


def _shape(model: dict[str, Any], preprocess: dict[str, Any]) -> Shape:
    """Raises KeyError or ValueError that names what is not as ours."""
    vision, text = model["vision_cfg"], model["text_cfg"]
    wanted = {
        "timm_pool": (vision["timm_pool"], "avg"), "timm_proj": (vision["timm_proj"], "mlp"),
        "timm_model_name": ("timm_model_name" in vision, True), "hf_model_name": ("hf_model_name" in text, True),
        "hf_proj_type": (text["hf_proj_type"], "mlp"), "hf_pooler_type": (text["hf_pooler_type"], "mean_pooler"),
        "mean": (preprocess["mean"], [*MEAN]), "std": (preprocess["std"], [*STD]),
        "resize_mode": (preprocess["resize_mode"], "longest"),
    }  # fmt: skip
    for name, (found, ours) in wanted.items():
        if found != ours:
            raise ValueError(name)
    height, width = vision["image_size"]
    return Shape(int(model["embed_dim"]), (int(height), int(width)), int(text["context_length"]))


def load_start(folder: Path, staging: Path, image_size: tuple[int, int] | None = None) -> Start:
    """Load the model of `folder` and put what it shares with its successor into `staging`.

    The successor reads pictures of `image_size`, height and width in pixels, or of the model's own where it is None;
    trunks that can be tuned pool over whatever they are given.

    Raises CannotTrain for weights that do not fit.
    """
    try:
        text = with_local_text(read_config(folder), folder)["model_cfg"]["text_cfg"]
        model = open_clip.create_model(f"local-dir:{folder}", text_cfg=text, require_pretrained=True)
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except (OSError, ValueError, KeyError, RuntimeError, TypeError, SafetensorError) as error:
        reason = " ".join(str(error).split())[:200]
        raise CannotTrain(f"start {folder}: cannot be loaded: {reason}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    staging.mkdir(parents=True, exist_ok=True)
    for file in COPIED:
        shutil.copy2(folder / file, staging / file)
    if image_size is not None:
        _resize(staging, image_size)
    return Start(model.float().eval(), tokenizer, folder_revision(folder))


def _resize(folder: Path, image_size: tuple[int, int]) -> None:
    """Write the size of pictures into a folder's open_clip config."""
    config = read_config(folder)
    config["model_cfg"]["vision_cfg"]["image_size"] = [*image_size]
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n", "utf-8")
