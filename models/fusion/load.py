"""Reads and writes a folder of fusion weights."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from models.contracts import Fusion, ModelUnavailable
from models.fusion.attention import AttentionNetwork
from models.fusion.choose import CONFIG
from models.fusion.concat import ConcatNetwork
from models.fusion.network import Shape
from models.fusion.tokens import Layout
from models.fusion.trained import TrainedFusion
from models.registry import ModelSpec

NETWORKS: Mapping[str, Callable[[Shape], nn.Module]] = {"attention": AttentionNetwork, "concat": ConcatNetwork}


def save(
    folder: Path, networks: Mapping[str, nn.Module], shape: Shape, revision: str, facts: Mapping[str, Any]
) -> None:
    """Write `networks` in half precision with what is needed to load them. `facts` is kept for people."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, network in networks.items():
        halves = {name: value.detach().half().contiguous() for name, value in network.state_dict().items()}
        save_file(halves, folder / f"{kind}.safetensors")
    config = {"format": 1, "revision": revision, "shape": asdict(shape), "kinds": list(networks), "facts": dict(facts)}
    (folder / CONFIG).write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", "utf-8")


def read(folder: Path, spec: ModelSpec) -> dict[str, Fusion]:
    """The fusions of a folder by name; none when its weights are of another encoder's revision.

    Raises: ModelUnavailable in one line when the folder cannot be read.
    """
    try:
        config = json.loads((folder / CONFIG).read_text("utf-8"))
        if config["revision"] not in (spec.revision, spec.origin):
            return {}
        shape = Shape(**{**config["shape"], "layout": Layout(**config["shape"]["layout"])})
        return {kind: _one(folder, kind, shape) for kind in config["kinds"]}
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        line = next(iter(str(error).splitlines()), type(error).__name__)
        raise ModelUnavailable(f"fusion folder {folder} cannot be loaded: {line}") from error


def _one(folder: Path, kind: str, shape: Shape) -> Fusion:
    network = NETWORKS[kind](shape)
    network.load_state_dict({k: v.to(torch.float32) for k, v in load_file(folder / f"{kind}.safetensors").items()})
    network.eval().requires_grad_(False)
    return fusion_of(kind, network, shape)


def fusion_of(kind: str, network: nn.Module, shape: Shape) -> TrainedFusion:
    """A network as the fusion it was trained to be."""
    return TrainedFusion(kind=kind, network=partial(network), layout=shape.layout, gated=kind == "attention")
