"""Eight-bit graphs: static for convolutional towers (per channel, calibrated), dynamic for transformers.

Static ranges are measured on calibration pictures (Jacob et al. 2018, arXiv:1712.05877); weights are signed and have a
scale a channel, without which depthwise convolutions lose most of what they say. Dynamic ranges are each input's own.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from models.encoders.onnx_fronts import Arrays

Quantise = Callable[[Path, Sequence[str]], None]
"""Write a quantised graph to a path, leaving the named nodes in float."""

HEAVY = ("Conv", "Gemm", "MatMul")
GROUPS = 8


def is_convolutional(graph: Path) -> bool:
    """Whether most of what costs is convolutions."""
    count = Counter(node.op_type for node in _load(graph).graph.node)
    return count["Conv"] > count["MatMul"] + count["Gemm"]


def heavy_groups(graph: Path, groups: int = GROUPS) -> list[list[str]]:
    """Names of the nodes that cost, in the order of computation, cut into `groups` of about one size."""
    names = [node.name for node in _load(graph).graph.node if node.op_type in HEAVY]
    edges = [round(n * len(names) / groups) for n in range(groups + 1)]
    return [names[start:end] for start, end in pairwise(edges) if end > start]


def static(graph: Path, batches: Sequence[Arrays]) -> Quantise:
    """All operators in eight bits, ranges from `batches`."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Reader(CalibrationDataReader):  # type: ignore[misc]  # the package has no types
        def __init__(self) -> None:
            self._left = iter(batches)

        def get_next(self) -> Mapping[str, Any] | None:
            return next(self._left, None)

    def write(path: Path, kept: Sequence[str]) -> None:
        with _quiet():
            quantize_static(
                graph, path, Reader(), quant_format=QuantFormat.QDQ, per_channel=True, nodes_to_exclude=list(kept),
                activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            )  # fmt: skip

    return write


def dynamic(graph: Path) -> Quantise:
    """Matrix products and embeddings in eight bits."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    def write(path: Path, kept: Sequence[str]) -> None:
        with _quiet():
            quantize_dynamic(graph, path, per_channel=True, weight_type=QuantType.QInt8, nodes_to_exclude=list(kept))

    return write


def prepared(graph: Path, out: Path) -> Path:
    """`graph` optimised by ONNX Runtime and without the exporter's notes on shapes, which its rewriting outdates."""
    import onnx
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with _quiet():
        quant_pre_process(graph, out, skip_symbolic_shape=True)
    model = onnx.load(out)
    del model.graph.value_info[:]
    onnx.save(model, out)
    return out


def least_harmful(
    quantise: Quantise, groups: Sequence[Sequence[str]], out: Path, cosine: Callable[[], float], floor: float
) -> float:
    """Write `out` with as many nodes in eight bits as let `cosine()` of it reach `floor`.

    Where all of them do not, each group is spared alone to see which helps most; then groups are spared in that order.
    Returns: the cosine reached; it may miss the floor when nothing in eight bits holds it.
    """
    quantise(out, [])
    reached = cosine()
    if reached >= floor:
        return reached
    gains = []
    for group in groups:
        quantise(out, group)
        gains.append(cosine())
    order = sorted(range(len(groups)), key=lambda n: -gains[n])
    for count in range(1, len(groups) + 1):
        spared = [name for n in order[:count] for name in groups[n]]
        quantise(out, spared)
        reached = cosine()
        if reached >= floor:
            break
    return reached


def _load(graph: Path) -> Any:
    import onnx

    return onnx.load(graph, load_external_data=False)


@contextmanager
def _quiet() -> Iterator[None]:
    """The package advises on the root logger what has been done already."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(level)
