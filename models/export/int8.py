"""Turns an exported folder's two graphs into eight-bit ones, as near to the float rows as is asked."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np

from models.contracts import Matrix
from models.encoders.batches import unit_rows
from models.encoders.onnx_fronts import Arrays, OnnxFront
from models.encoders.onnx_manifest import Graph, Manifest
from models.encoders.onnx_runtime import Tower
from models.export.parity import Advance, cosine
from models.export.quantise import Quantise, dynamic, heavy_groups, is_convolutional, least_harmful, prepared, static
from models.export.sample import Sample
from models.export.source import Exportable

FLOORS = (0.985, 0.99, 0.995)
"""Mean cosines on tuning inputs that are tried one after the other until the gate holds."""

BATCH = 16
HELD_BACK = 4
"""One tuning batch in so many only measures; the others set the ranges."""

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Side:
    """One tower.

    Attributes:
        folder, graph: where its eight-bit graph is written.
        plain: its graph in float, prepared, kept elsewhere.
        batches: tuning inputs, with the rows the original gives them.
    """

    folder: Path
    graph: Graph
    plain: Path
    batches: Sequence[Arrays]
    rows: Sequence[Matrix]

    def shrink(self, floor: float) -> float:
        """Write the graph with as many nodes in eight bits as reach `floor`; returns the mean cosine reached."""
        return least_harmful(
            self._quantise, heavy_groups(self.plain), self.folder / self.graph.file, self._cosine, floor
        )

    @cached_property
    def _quantise(self) -> Quantise:
        ranged = [batch for n, batch in enumerate(self.batches) if n % HELD_BACK]
        return static(self.plain, ranged or self.batches) if is_convolutional(self.plain) else dynamic(self.plain)

    def _cosine(self) -> float:
        tower = Tower(self.folder, self.graph, "cpu")
        held = list(zip(self.batches, self.rows, strict=True))[::HELD_BACK]
        found = [cosine(unit_rows(tower.tensors(batch, ("rows",))[0]), rows) for batch, rows in held]
        return float(np.concatenate(found).mean())


@dataclass(frozen=True)
class Shrinker:
    """Both towers of one folder."""

    sides: tuple[Side, Side]
    advance: Advance

    def shrink(self, floor: float) -> None:
        """Write both graphs in eight bits."""
        stage = f"eight bits, cosine {floor}"
        for done, side in enumerate(self.sides):
            self.advance(stage, done, len(self.sides))
            side.shrink(floor)
        self.advance(stage, len(self.sides), len(self.sides))


@contextmanager
def shrinker(
    folder: Path, manifest: Manifest, feed: OnnxFront, sample: Sample, original: Exportable, advance: Advance
) -> Iterator[Shrinker]:
    """For the float graphs in `folder`, which are kept in a place of their own as long as this is open."""
    with tempfile.TemporaryDirectory(prefix="tryon-export-") as name:
        kept = Path(name)
        pictures = [read() for read in sample.tuning]

        def side(graph: Graph, batches: list[Arrays], rows: list[Matrix]) -> Side:
            return Side(folder, graph, prepared(folder / graph.file, kept / graph.file), batches, rows)

        image = side(manifest.image, *_tuning(pictures, feed.pictures, original.encode_images))
        yield Shrinker((image, side(manifest.text, *_tuning(sample.said, feed.texts, original.encode_texts))), advance)


def _tuning(
    things: Sequence[Thing], arrays: Callable[[Sequence[Thing]], Arrays], encode: Callable[[Sequence[Thing]], Matrix]
) -> tuple[list[Arrays], list[Matrix]]:
    """Inputs batch by batch, and the rows the original gives them."""
    cut = [things[start : start + BATCH] for start in range(0, len(things), BATCH)]
    return [arrays(batch) for batch in cut], [encode(batch) for batch in cut]
