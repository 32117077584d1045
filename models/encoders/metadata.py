"""What a model folder says of itself beyond open_clip's config, and the hash that names its contents."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from models.encoders.facet_heads import HEADS_FILE, read_heads
from models.registry import FacetHead

METADATA_FILE = "tryon.json"
OURS = frozenset({METADATA_FILE, HEADS_FILE})
"""Files of our own that change no vector."""

HASHED = frozenset({".json", ".safetensors", ".bin", ".txt", ".model", ".pt"})
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Metadata:
    """Calibration of a model's cosines, see `ModelSpec`; the defaults suit an unknown CLIP."""

    cosine_scale: float = 10.0
    cosine_shift: float = 0.3
    temperature: float = 100.0
    facets: Mapping[str, FacetHead] = field(default_factory=dict)


def read_metadata(folder: Path) -> Metadata:
    """The folder's `tryon.json` and facet heads, or the defaults where there are none.

    Raises ValueError when they can't be read.
    """
    path, heads = folder / METADATA_FILE, read_heads(folder)
    if not path.is_file():
        return Metadata(facets=heads)
    try:
        found = json.loads(path.read_text("utf-8"))["calibration"]
        return Metadata(float(found["scale"]), float(found["shift"]), float(found["temperature"]), heads)
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{METADATA_FILE} lacks {error}") from error


def folder_revision(folder: Path) -> str:
    """First 12 hex digits of SHA-256 over names and contents of weights, configs and tokenizer.

    Our own metadata stays out: recalibrating does not change a vector.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in HASHED and path.name not in OURS:
            digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
            with path.open("rb") as file:
                while block := file.read(BLOCK):
                    digest.update(block)
    return digest.hexdigest()[:12]
