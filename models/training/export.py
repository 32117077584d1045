"""Writes a trained model as a folder open_clip loads: half-precision weights beside config and tokenizer."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import nn

from models.encoders.metadata import METADATA_FILE
from models.training.calibrate import Calibration

WEIGHTS_FILE = "open_clip_model.safetensors"


def write_weights(model: nn.Module, folder: Path) -> None:
    """Every tensor of the model in float16; integer buffers as they are."""
    state = {
        name: (value.half() if value.is_floating_point() else value).contiguous()
        for name, value in model.state_dict().items()
    }
    save_file(state, folder / WEIGHTS_FILE, metadata={"format": "pt"})
    (folder / WEIGHTS_FILE).chmod(0o644)


def write_metadata(folder: Path, name: str, calibration: Calibration, figures: Mapping[str, Any]) -> None:
    """Write `tryon.json`: the model's name, its calibration, and what was measured when it was made."""
    entry = {"name": name, "calibration": asdict(calibration), "figures": dict(figures)}
    (folder / METADATA_FILE).write_text(json.dumps(entry, indent=2, ensure_ascii=False) + "\n", "utf-8")
