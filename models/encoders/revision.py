"""A content hash for models that have no folder of ours."""

import hashlib

import torch
from torch import nn


def module_revision(model: nn.Module) -> str:
    """First 12 hex digits of SHA-256 over every tensor's name, shape and bytes."""
    digest = hashlib.sha256()
    for name, value in model.state_dict().items():
        digest.update(f"{name}{tuple(value.shape)}".encode())
        digest.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:12]
