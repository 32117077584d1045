"""Facet heads on disk, beside the model they were taught for: one safetensors file, values in its header."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from models.registry import FacetHead

HEADS_FILE = "facets.safetensors"
VALUES = "values"


def write_heads(folder: Path, heads: Mapping[str, FacetHead]) -> None:
    """Write every head in float16; 150 kB for a model of 512 dimensions."""
    tensors = {}
    for name, head in heads.items():
        tensors[f"{name}.weights"] = head.weights.astype(np.float16)
        tensors[f"{name}.bias"] = head.bias.astype(np.float16)
    values = json.dumps({name: head.values for name, head in heads.items()})
    save_file(tensors, folder / HEADS_FILE, metadata={VALUES: values})
    (folder / HEADS_FILE).chmod(0o644)


def read_heads(folder: Path) -> dict[str, FacetHead]:
    """The folder's heads; none where it has no such file. Raises ValueError when it can't be read."""
    path = folder / HEADS_FILE
    if not path.is_file():
        return {}
    try:
        with safe_open(path, framework="np") as file:
            values: dict[str, list[str]] = json.loads(file.metadata()[VALUES])
            return {
                name: FacetHead(
                    values=tuple(known),
                    weights=file.get_tensor(f"{name}.weights").astype(np.float32),
                    bias=file.get_tensor(f"{name}.bias").astype(np.float32),
                )
                for name, known in values.items()
            }
    except (SafetensorError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{HEADS_FILE} cannot be read: {error}") from error
