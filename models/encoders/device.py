"""Where a model computes and in what precision."""

import torch
from torch import nn

from models.contracts import ModelUnavailable

PRECISIONS = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}

PATCHES = 1
"""The convolutions of a transformer: one cuts the picture into patches, where that is none either."""


def pick_device(wanted: str) -> str:
    """`auto` is the GPU where there is one. An explicit `cuda` without CUDA raises: slow in silence is worse."""
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    kind = wanted.partition(":")[0]
    if kind == "cuda" and not torch.cuda.is_available():
        raise ModelUnavailable(
            f"device {wanted!r} was asked for but torch sees no CUDA GPU; use device 'auto' or 'cpu'"
        )
    if kind not in ("cuda", "cpu", "mps"):
        raise ModelUnavailable(f"unknown device {wanted!r}; use auto, cpu, cuda or cuda:<n>")
    return wanted


def pick_precision(wanted: str, device: str) -> torch.dtype | None:
    """`auto` is half precision on a GPU; on a CPU it is None, for the model to say: see `precision_for`."""
    if wanted == "auto":
        return torch.float16 if device.startswith("cuda") else None
    if wanted not in PRECISIONS:
        raise ModelUnavailable(f"unknown precision {wanted!r}; use auto, {', '.join(PRECISIONS)}")
    return PRECISIONS[wanted]


def precision_for(picked: torch.dtype | None, tower: nn.Module) -> torch.dtype:
    """What was picked, or what suits a CPU and the `tower` for pictures best.

    Intel's matrix extensions (AMX) multiply bfloat16 several times as fast as float32, and a transformer is little else
    than such products. A convolutional network gains less and loses more: `tryon-mini` finds 0.934 of fitting kinds for
    photos of val instead of 0.936.
    """
    if picked is not None:
        return picked
    multiplies = sum(isinstance(module, nn.Conv2d) for module in tower.modules()) <= PATCHES
    return torch.bfloat16 if multiplies and torch.cpu.get_capabilities().get("amx_bf16") else torch.float32


def named(precision: torch.dtype) -> str:
    """As the settings have it."""
    return next(name for name, kind in PRECISIONS.items() if kind == precision)
