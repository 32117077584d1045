"""What a model folder says of itself beyond open_clip's config, and the hash that names its contents."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

METADATA_FILE = "tryon.json"
HASHED = frozenset({".json", ".safetensors", ".bin", ".txt", ".model", ".pt"})
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Metadata:
    """Calibration of a model's cosines, see `ModelSpec`; the defaults suit an unknown CLIP."""

    cosine_scale: float = 10.0
    cosine_shift: float = 0.3
    temperature: float = 100.0


def read_metadata(folder: Path) -> Metadata:
    """The folder's `tryon.json`, or the defaults where there is none. Raises ValueError when it can't be read."""
    path = folder / METADATA_FILE
    if not path.is_file():
        return Metadata()
    try:
        found = json.loads(path.read_text("utf-8"))["calibration"]
        return Metadata(float(found["scale"]), float(found["shift"]), float(found["temperature"]))
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{METADATA_FILE} lacks {error}") from error


def folder_revision(folder: Path) -> str:
    """First 12 hex digits of SHA-256 over names and contents of weights, configs and tokenizer.

    Our own metadata stays out: recalibrating does not change a vector.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in HASHED and path.name != METADATA_FILE:
            digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
            with path.open("rb") as file:
                while block := file.read(BLOCK):
                    digest.update(block)
    return digest.hexdigest()[:12]
