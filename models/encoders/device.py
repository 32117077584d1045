"""Where a model computes and in what precision."""

import torch

from models.contracts import ModelUnavailable

PRECISIONS = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


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


def pick_precision(wanted: str, device: str) -> torch.dtype:
    """`auto` is half precision on a GPU and float32 on a CPU."""
    if wanted == "auto":
        return torch.float16 if device.startswith("cuda") else torch.float32
    if wanted not in PRECISIONS:
        raise ModelUnavailable(f"unknown precision {wanted!r}; use auto, {', '.join(PRECISIONS)}")
    return PRECISIONS[wanted]
