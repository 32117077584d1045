"""Reads a model folder in open_clip's format and points its text tower at the folder instead of the hub."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CONFIG_FILE = "open_clip_config.json"
WEIGHT_FILES = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin", "model.safetensors")


def read_config(folder: Path) -> dict[str, Any]:
    """The folder's `open_clip_config.json`. Raises OSError or ValueError where there is none that can be read."""
    config = json.loads((folder / CONFIG_FILE).read_text("utf-8"))
    if not isinstance(config, dict) or "model_cfg" not in config:
        raise ValueError(f"{CONFIG_FILE} has no model_cfg")
    return config


def with_local_text(config: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """`config` with a Hugging Face text tower read from `folder`.

    open_clip finds the tokenizer beside the weights but hands `hf_model_name` to transformers as it stands, which asks
    the hub. The weights come from the checkpoint in any case, so only the tower's config must be local.
    """
    model = dict(config["model_cfg"])
    text = dict(model["text_cfg"])
    if "hf_model_name" in text and (folder / "config.json").is_file():
        text |= {"hf_model_name": str(folder), "hf_model_pretrained": False}
    return {**config, "model_cfg": {**model, "text_cfg": text}}
