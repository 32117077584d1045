"""A model as it is served: by torch, or by graphs that are exported once, kept, and held against it."""

import json
import logging
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.contracts import Encoder, ModelUnavailable
from models.encoders import load_encoder, transformers
from models.encoders.batches import one_line
from models.encoders.metadata import folder_revision, read_metadata
from models.encoders.onnx_manifest import MANIFEST_FILE, PARITY_FILE, Manifest, read_manifest
from models.encoders.onnx_runtime import OnnxEncoder
from models.encoders.onnx_session import pick_onnx_device
from models.encoders.open_clip import PREPROCESS
from models.export.source import folder_of

if TYPE_CHECKING:
    from models.export.parity import Advance
    from models.export.run import Exported, Options

log = logging.getLogger(__name__)

Runtime = Literal["torch", "onnx", "int8"]
Form = Literal["onnx", "int8"]
FORMS: dict[Runtime, tuple[Form, ...]] = {"torch": (), "onnx": ("onnx",), "int8": ("onnx", "int8")}
"""The exports a runtime needs. In eight bits only queries are computed, see `Served`."""

PREPROCESSING = {"open_clip": PREPROCESS, "transformers": transformers.PREPROCESS}
UNSAFE = re.compile(r"[^\w.-]+")
FIRST_START = 300
"""Drawn garments that the gate compares where nobody chose: few enough that a service may wait for them."""


@dataclass(frozen=True, slots=True)
class Served:
    """The encoders of one model, all of one revision.

    Attributes:
        queries: what shoppers' photos and words go through.
        stored: what a catalogue is embedded with. Never in eight bits: what is kept for long is kept exact, and an
            index serves whatever runtime computes the queries.
    """

    queries: Encoder
    stored: Encoder


def served(
    name: str,
    runtime: Runtime,
    exports: Path,
    *,
    device: str = "auto",
    precision: str = "auto",
) -> Served:
    """The model `name` on `runtime`, exported into a folder under `exports` where that was not done yet.

    Raises:
        ExportFailed: the export differs too much from the model, and by what; one line.
        ModelUnavailable: the model, a package or the device can't be had; one line.
    """
    folder = folder_of(name)
    if runtime == "torch" or (folder is not None and (folder / MANIFEST_FILE).is_file()):
        encoder = load_encoder(name, device=device, precision=precision)
        _check_form(encoder, runtime)
        return Served(encoder, encoder)
    where = _place(runtime, device, precision)
    prepare(name, runtime, exports)
    encoders = [_opened(export_folder(exports, name, form), name, where, precision) for form in FORMS[runtime]]
    return Served(queries=encoders[-1], stored=encoders[0])


def prepare(
    name: str,
    runtime: Runtime,
    exports: Path,
    options: "Options | None" = None,
    advance: "Advance | None" = None,
) -> "list[Exported]":
    """Export what `runtime` needs and is not in `exports` yet. Returns what was made now. Raises as `served`."""
    made: list[Exported] = []
    for form in FORMS[runtime]:
        folder = export_folder(exports, name, form)
        if not is_current(folder, name, form):
            shutil.rmtree(folder, ignore_errors=True)
            log.warning("exporting %s as %s into %s: this takes minutes, once", name, form, folder)
            made += _export(name, form, folder, options, advance)
    for one in made:
        image, text = one.parity.image.mean, one.parity.text.mean
        log.warning("exported into %s: cosine with the original %.4f (image), %.4f (text)", one.folder, image, text)
    return made


def export_folder(exports: Path, name: str, form: Form) -> Path:
    """Where an export of the model `name` is kept."""
    plain = UNSAFE.sub("-", name).strip("-.").lower()
    return exports / f"{plain}-{form}"


def is_current(folder: Path, name: str, form: Form) -> bool:
    """Whether `folder` holds an export of the model as it is now. Raises ModelUnavailable where it failed its gate."""
    try:
        manifest = read_manifest(folder)
    except (OSError, ValueError):
        return False
    source = folder_of(name)
    same = manifest.source.name == name if source is None else manifest.source.revision == folder_revision(source)
    known = manifest.preprocess_version == PREPROCESSING[manifest.front.kind]
    if not (same and known and manifest.format == form):
        return False
    _check_gate(folder, name, manifest)
    return True


def _place(runtime: Runtime, device: str, precision: str) -> str:
    """Where the graphs are computed. What would be refused after minutes of exporting is refused now."""
    if precision not in ("auto", "fp32"):
        raise ModelUnavailable(f"exported graphs compute as they were written; precision {precision!r} needs torch")
    if runtime == "int8" and device not in ("auto", "cpu"):
        raise ModelUnavailable(f"eight-bit graphs are computed by the CPU; on device {device!r} use onnx or torch")
    return pick_onnx_device("cpu" if runtime == "int8" else device)


def _export(
    name: str, form: Form, folder: Path, options: "Options | None", advance: "Advance | None"
) -> "list[Exported]":
    from models.export.run import ExportFailed, Options, export, quiet

    try:
        return [export(name, form, folder, options or Options(size=FIRST_START), advance or quiet)]
    except ExportFailed as failed:
        # Beside this process a worker or a second service may have been at the same, and sooner done.
        if failed.parity is None and is_current(folder, name, form):
            return []
        raise


def _check_gate(folder: Path, name: str, manifest: Manifest) -> None:
    """An export of `tryon export --no-gate` is for measuring, not for serving in its original's place."""
    try:
        found = json.loads((folder / PARITY_FILE).read_text("utf-8"))
        passed, failures = bool(found["passed"]), [str(one) for one in found["failures"]]
    except (OSError, ValueError, KeyError, TypeError):
        passed, failures = False, [f"{PARITY_FILE} cannot be read"]
    if not passed:
        said = "; ".join(failures)
        raise ModelUnavailable(
            f"the {manifest.format} export of {name} in {folder} failed its gate ({said}): delete it"
        )


def _check_form(encoder: Encoder, runtime: Runtime) -> None:
    """A folder that is an export already is served as what it is."""
    if isinstance(encoder, OnnxEncoder) and runtime not in ("torch", encoder.manifest.format):
        raise ModelUnavailable(
            f"model {encoder.spec.name} is an export already ({encoder.manifest.format}); name the model it was made "
            "from, or use runtime torch, which serves a model folder as it is"
        )


def _opened(folder: Path, name: str, device: str, precision: str) -> OnnxEncoder:
    source = folder_of(name)
    try:
        about = None if source is None else read_metadata(source)  # recalibrated since, it is the same model
    except ValueError as error:
        raise ModelUnavailable(f"model folder {source} cannot be loaded: {one_line(error)}") from error
    return OnnxEncoder.from_folder(folder, name=name, device=device, precision=precision).standing_in(about)
