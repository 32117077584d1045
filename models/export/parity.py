"""How far an export is from its original, and whether that is near enough."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from models.contracts import Encoder, Matrix
from models.encoders.onnx_manifest import PARITY_FILE
from models.evaluation.retrieval import precision_at, ranks, recall_at, top
from models.export.sample import Pictures, Sample

Advance = Callable[[str, int, int], None]
"""Told (stage, done, total)."""

CHUNK = 64
NEAREST = 10


@dataclass(frozen=True, slots=True)
class Gate:
    """What must hold: least cosines (None: any), and the most that a retrieval figure may lose."""

    mean: float
    least: float | None
    loss: float = 0.01


GATES = {"onnx": Gate(0.999, 0.999), "int8": Gate(0.98, None), "pruned": Gate(0.98, None)}


@dataclass(frozen=True, slots=True)
class Cosines:
    """Between each original row and the export's."""

    mean: float
    least: float
    rows: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A retrieval figure with the original and with the export."""

    name: str
    original: float
    exported: float


@dataclass(frozen=True)
class Embedded:
    """A sample's rows by one encoder, unit length."""

    gallery: Matrix
    photos: Matrix
    names: Matrix
    wishes: Matrix


@dataclass(frozen=True, slots=True)
class Parity:
    """Everything that was compared, and what of it failed the gate (in words)."""

    source: str
    image: Cosines
    text: Cosines
    figures: tuple[Kept, ...]
    gate: Gate
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.failures

    def save(self, folder: Path) -> None:
        entry = {"passed": self.passed, **asdict(self)}
        (folder / PARITY_FILE).write_text(json.dumps(entry, indent=2) + "\n", "utf-8")


def embed(encoder: Encoder, sample: Sample, stage: str, advance: Advance) -> Embedded:
    """Every picture and text of `sample`."""
    pictures = [*sample.gallery, *sample.photos]
    rows = embed_pictures(encoder, pictures, stage, advance)
    count = len(sample.gallery)
    texts = encoder.encode_texts(sample.names), encoder.encode_texts(sample.wishes)
    return Embedded(rows[:count], rows[count:], *texts)


def embed_pictures(encoder: Encoder, pictures: Pictures, stage: str, advance: Advance) -> Matrix:
    """Unit rows, pictures read batch by batch."""
    parts = [np.zeros((0, encoder.spec.dims), np.float32)]
    for start in range(0, len(pictures), CHUNK):
        parts.append(encoder.encode_images([read() for read in pictures[start : start + CHUNK]]))
        advance(stage, min(start + CHUNK, len(pictures)), len(pictures))
    return np.concatenate(parts)


def compare(original: Embedded, exported: Embedded, sample: Sample, gate: Gate) -> Parity:
    """Pure: cosines row by row, and the figures against both galleries."""
    image = _cosines((original.gallery, exported.gallery), (original.photos, exported.photos))
    text = _cosines((original.names, exported.names), (original.wishes, exported.wishes))
    kept = []
    for own, gallery in (("the original's gallery", original.gallery), ("its own gallery", exported.gallery)):
        kept += [
            Kept(
                f"photo → kind@{NEAREST}, {own}",
                _kinds(original.photos, original.gallery, sample),
                _kinds(exported.photos, gallery, sample),
            ),
            Kept(
                f"name → picture R@{NEAREST}, {own}",
                _recall(original.names, original.gallery, sample),
                _recall(exported.names, gallery, sample),
            ),
        ]
    return Parity(sample.source, image, text, tuple(kept), gate, tuple(_failures(image, text, kept, gate)))


def _kinds(photos: Matrix, gallery: Matrix, sample: Sample) -> float:
    return precision_at(top(photos, gallery, NEAREST), sample.labels, sample.wanted)


def _recall(names: Matrix, gallery: Matrix, sample: Sample) -> float:
    return recall_at(ranks(names, gallery, sample.name_rows), NEAREST)


def cosine(one: Matrix, other: Matrix) -> Matrix:
    """Row by row, shape (n,)."""
    found: Matrix = np.einsum("nd,nd->n", one, other)
    return found


def _cosines(*pairs: tuple[Matrix, Matrix]) -> Cosines:
    each = np.concatenate([cosine(one, other) for one, other in pairs])
    return Cosines(float(each.mean()), float(each.min()), len(each))


def _failures(image: Cosines, text: Cosines, figures: list[Kept], gate: Gate) -> list[str]:
    said = []
    for name, found in (("image", image), ("text", text)):
        if not found.mean >= gate.mean:  # so written, NaN fails
            said.append(f"{name} cosine {found.mean:.4f} on average, {gate.mean} asked")
        if gate.least is not None and not found.least >= gate.least:
            said.append(f"{name} cosine {found.least:.4f} at worst, {gate.least} asked")
    said += [
        f"{kept.name} fell from {kept.original:.3f} to {kept.exported:.3f}"
        for kept in figures
        if not kept.original - kept.exported <= gate.loss
    ]
    return said
