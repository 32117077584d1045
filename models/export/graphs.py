"""Traces a tower into an ONNX file."""

import logging
import warnings
from importlib import import_module
from pathlib import Path

import torch

from models.contracts import ModelUnavailable
from models.encoders.batches import one_line
from models.encoders.onnx_manifest import Graph
from models.export.towers import Tower

ONE_FILE = 1_500_000_000
"""Bytes of weights that still fit one file: protobuf ends at two gigabytes."""


def need_exporter() -> None:
    """Raises ModelUnavailable, one line, where a package that exporting needs is not installed."""
    for package in ("onnx", "onnxruntime", "onnxscript"):
        try:
            import_module(package)
        except ModuleNotFoundError as error:
            raise ModelUnavailable(f"exporting needs the package {package}: pip install 'tryon[export]'") from error


def write_graph(tower: Tower, folder: Path, opset: int | None = None) -> Graph:
    """Trace `tower` into `folder/<name>.onnx`, with any batch and, where the tower allows, any text length.

    Raises ModelUnavailable, one line, for a tower that can't be traced.
    """
    file = f"{tower.name}.onnx"
    batch, length = torch.export.Dim("batch"), torch.export.Dim("length")
    shapes = tuple({0: batch, 1: length} if name in tower.lengths else {0: batch} for name in tower.inputs)
    weights = sum(value.nbytes for value in tower.module.state_dict().values())
    quiet = logging.getLogger("torch.onnx")
    level = quiet.level
    quiet.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), torch.inference_mode(mode=False):
            warnings.simplefilter("ignore")  # the exporter's own, about its internals
            torch.onnx.export(
                tower.module, tuple(tower.inputs.values()), folder / file, dynamo=True, opset_version=opset,
                input_names=list(tower.inputs), output_names=list(tower.outputs), dynamic_shapes=(shapes,),
                external_data=weights > ONE_FILE, verbose=False,
            )  # fmt: skip
    except Exception as error:  # torch.export, dynamo and onnxscript raise what they like
        raise ModelUnavailable(f"the {tower.name} tower does not export to ONNX: {one_line(error)}") from error
    finally:
        quiet.setLevel(level)
    _check_free(tower, folder / file)
    return Graph(file=file, inputs=tuple(tower.inputs), outputs=tower.outputs)


def _check_free(tower: Tower, path: Path) -> None:
    """The exporter has a second way that fixes sizes without a word where the first one fails."""
    import onnx

    for value in onnx.load(path, load_external_data=False).graph.input:
        free = 2 if value.name in tower.lengths else 1
        if not all(dim.dim_param for dim in value.type.tensor_type.shape.dim[:free]):
            raise ModelUnavailable(f"the {tower.name} tower exports to ONNX only with a fixed size of {value.name!r}")
