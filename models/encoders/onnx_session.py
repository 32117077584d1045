"""ONNX Runtime sessions on the device that was asked for, and on no other."""

from importlib import import_module
from pathlib import Path
from typing import Any

import torch

from models.contracts import ModelUnavailable
from models.encoders.batches import one_line

PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}


def onnxruntime() -> Any:
    """The package. Raises ModelUnavailable where it is not installed."""
    try:
        return import_module("onnxruntime")
    except ModuleNotFoundError as error:
        raise ModelUnavailable(
            "an exported model needs the package onnxruntime (or onnxruntime-gpu): pip install 'tryon[export]'"
        ) from error


def pick_onnx_device(wanted: str) -> str:
    """`auto` is the GPU where this build of ONNX Runtime has its provider; an explicit `cuda` without it raises."""
    has_cuda = PROVIDERS["cuda"] in onnxruntime().get_available_providers()
    if wanted == "auto":
        return "cuda" if has_cuda and torch.cuda.is_available() else "cpu"
    kind = wanted.partition(":")[0]
    if kind not in PROVIDERS:
        raise ModelUnavailable(f"an exported model runs on cpu or cuda, not on {wanted!r}")
    if kind == "cuda" and not has_cuda:
        raise ModelUnavailable(
            f"device {wanted!r} was asked for but this ONNX Runtime has no CUDA; install onnxruntime-gpu or use 'cpu'"
        )
    return wanted


def open_session(graph: Path, device: str) -> Any:
    """An inference session with as many threads as torch was given, so that one setting governs both.

    Raises ModelUnavailable when the graph can't be read, or ONNX Runtime fell back to another provider.
    """
    library = onnxruntime()
    options = library.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    kind, _, number = device.partition(":")
    provider = (PROVIDERS[kind], {"device_id": int(number or 0)} if kind == "cuda" else {})
    try:
        session = library.InferenceSession(graph, options, providers=[provider])
    except Exception as error:  # ONNX Runtime's own errors share no base but Exception
        raise ModelUnavailable(f"graph {graph} cannot be loaded: {one_line(error)}") from error
    if session.get_providers()[0] != PROVIDERS[kind]:
        raise ModelUnavailable(f"ONNX Runtime refused {device!r} and would compute on {session.get_providers()[0]}")
    return session
