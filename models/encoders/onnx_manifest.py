"""What an exported folder says of itself: which graphs, and what happens to pictures and words before them."""

import hashlib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from models.encoders.metadata import BLOCK, OURS

MANIFEST_FILE = "tryon_onnx.json"
PARITY_FILE = "parity.json"
NO_VECTOR_CHANGES = OURS | {PARITY_FILE, "README.md"}
"""Calibration and measurements: they say something of the vectors and change none."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Graph(_Entry):
    """One tower: its file, its inputs and outputs by name. `rows` (n, d) comes first; `tokens` where there are any."""

    file: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


class Front(_Entry):
    """What makes arrays of pictures and words.

    Attributes:
        kind: whose preprocessing files lie beside the graphs.
        pad: id of the token that fills up a text; None where the tower reads every position.
        padding: `longest` where the text graph takes any length, `max_length` where it takes one.
        length: most tokens of a text.
    """

    kind: Literal["open_clip", "transformers"]
    pad: int | None
    padding: Literal["longest", "max_length"]
    length: int


class Source(_Entry):
    """The model that was exported."""

    name: str
    revision: str


class Manifest(_Entry):
    """`tryon_onnx.json`."""

    format: Literal["onnx", "int8", "pruned"]
    dims: int
    preprocess_version: str
    front: Front
    image: Graph
    text: Graph
    source: Source

    def save(self, folder: Path) -> None:
        (folder / MANIFEST_FILE).write_text(self.model_dump_json(indent=2) + "\n", "utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Raises OSError where it is missing, ValueError where it can't be read."""
    return Manifest.model_validate_json((folder / MANIFEST_FILE).read_text("utf-8"))


def exported_revision(folder: Path) -> str:
    """First 12 hex digits of SHA-256 over names and contents of all files a vector depends on."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name not in NO_VECTOR_CHANGES:
            digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
            with path.open("rb") as file:
                while block := file.read(BLOCK):
                    digest.update(block)
    return digest.hexdigest()[:12]
