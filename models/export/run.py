"""`tryon export`: a folder that holds the exported model, or nothing at all."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from models.contracts import ModelError
from models.encoders.batches import one_line
from models.encoders.onnx_fronts import OnnxFront, open_front
from models.encoders.onnx_manifest import Front, Graph, Manifest, Source, read_manifest
from models.encoders.onnx_runtime import OnnxEncoder
from models.export.graphs import need_exporter, write_graph
from models.export.int8 import FLOORS, shrinker
from models.export.parity import GATES, Advance, Embedded, Parity, compare, embed
from models.export.sample import SIZE, Sample, sample
from models.export.source import Original, open_original, write_front, write_metadata
from models.export.towers import Tower, towers

Format = Literal["onnx", "int8", "pruned"]
TUNING = {"onnx": 0, "int8": 128, "pruned": 768}
"""Pictures and names that something is fitted on."""

HINTS = {
    "onnx": "Serve the model with torch",
    "int8": "Take the onnx export, or tune on pictures of the kind you serve (a data folder)",
    "pruned": "Keep more channels, fine-tune for more steps, or take the int8 export",
}
"""What to do instead, by format."""


class ExportFailed(ModelError):
    """Nothing was written; the message says why. `parity` is there when it was the gate."""

    def __init__(self, reason: str, parity: Parity | None = None) -> None:
        super().__init__(reason)
        self.parity = parity


@dataclass(frozen=True, slots=True)
class Options:
    """What may be chosen.

    Attributes:
        data: folder whose `val` split is compared and whose `train` split tunes; None draws garments instead.
        opset: ONNX operator set; None is the exporter's own choice.
        keep: share of the channels that pruning leaves.
        steps: batches of the fine-tune that follows pruning.
        gate: whether a failed gate leaves nothing.
        size: pictures in the compared gallery.
    """

    data: Path | None = None
    opset: int | None = None
    keep: float = 0.9
    steps: int = 400
    gate: bool = True
    size: int = SIZE


@dataclass(frozen=True, slots=True)
class Exported:
    folder: Path
    parity: Parity


def quiet(_stage: str, _done: int, _total: int) -> None:
    """No progress is shown."""


def export(
    model: str,
    form: Format,
    out: Path,
    options: Options = Options(),
    advance: Advance = quiet,
) -> Exported:
    """Export `model` into the new folder `out`, which `load_encoder(str(out))` loads.

    Raises:
        ExportFailed: `out` holds something already, or the parity gate failed; nothing is left behind.
        ModelUnavailable: the model can't be had, or can't be exported; one line.
        FileNotFoundError: `options.data` lacks a file.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ExportFailed(f"{out} is there already; name a new folder")
    need_exporter()
    original, held = open_original(model), sample(options.data, options.size, TUNING[form])
    with _building(out) as folder:
        parity = Export(original, held, folder, form, options, advance).run()
        if options.gate and not parity.passed:
            said = "; ".join(parity.failures)
            raise ExportFailed(f"the {form} export of {model} differs too much: {said}. {HINTS[form]}", parity)
        parity.save(folder)
    return Exported(out, parity)


@dataclass(frozen=True)
class Export:
    """One run, into a folder that nobody sees yet."""

    original: Original
    sample: Sample
    folder: Path
    form: Format
    options: Options
    advance: Advance

    def run(self) -> Parity:
        """Everything but `parity.json`, and how near it came."""
        front = write_front(self.original, self.folder)
        write_metadata(self.original, self.folder)
        reference = embed(self.original.encoder, self.sample, "the original's rows", self.advance)
        traced = towers(self.original.encoder, open_front(self.folder, front), front)
        if self.form == "pruned":
            self._prune(traced, open_front(self.folder, front))
        self._write(traced, front)
        return self._shrunk(front, reference) if self.form == "int8" else self._parity(reference)

    def _prune(self, traced: Sequence[Tower], feed: OnnxFront) -> None:
        """Shrink the original's own networks; its rows are known by now, and nobody needs it any more."""
        from models.export.distil import lessons, short_distillation
        from models.export.prune import prune

        encoder = self.original.encoder
        taught = (
            lessons([read() for read in self.sample.tuning], feed.pictures, encoder.encode_images),
            lessons(self.sample.said, feed.texts, encoder.encode_texts),
        )
        for tower, lesson in zip(traced, taught, strict=True):
            prune(tower, lesson.inputs, self.options.keep, self.advance)
            short_distillation(tower, lesson, self.options.steps, self.advance)

    def _write(self, traced: Sequence[Tower], front: Front) -> None:
        """Both graphs, and the manifest that makes the folder loadable."""
        graphs: list[Graph] = []
        for tower in traced:
            self.advance("graphs", len(graphs), len(traced))
            graphs.append(write_graph(tower, self.folder, self.options.opset))
        self.advance("graphs", len(graphs), len(traced))
        spec = self.original.encoder.spec
        Manifest(
            format=self.form, dims=spec.dims, preprocess_version=spec.preprocess_version, front=front,
            image=graphs[0], text=graphs[1], source=Source(name=spec.name, revision=spec.revision),
        ).save(self.folder)  # fmt: skip

    def _shrunk(self, front: Front, reference: Embedded) -> Parity:
        """Both graphs in eight bits, sparing more of them until the gate holds or nothing is left to spare."""
        manifest, feed = read_manifest(self.folder), open_front(self.folder, front)
        with shrinker(self.folder, manifest, feed, self.sample, self.original.encoder, self.advance) as smaller:
            for floor in FLOORS:
                smaller.shrink(floor)
                parity = self._parity(reference)
                if parity.passed:
                    break
        return parity

    def _parity(self, reference: Embedded) -> Parity:
        encoder = OnnxEncoder.from_folder(self.folder, name=self.form, device="cpu")
        rows = embed(encoder, self.sample, "the export's rows", self.advance)
        return compare(reference, rows, self.sample, GATES[self.form])


@contextmanager
def _building(out: Path) -> Iterator[Path]:
    """A folder beside `out` that takes its name when all went well, and vanishes otherwise."""
    part = out.parent / f".{out.name}.{os.getpid()}.part"
    part.mkdir(parents=True)
    try:
        yield part
        try:
            if out.is_dir():
                out.rmdir()  # empty, as was checked: a rename over a folder is not portable
            part.rename(out)
        except OSError as error:
            raise ExportFailed(f"{out} was written meanwhile, or cannot be: {one_line(error)}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
