"""The network of `tryon-cut`: the first stages of EfficientNet-Lite0 and a small decoder, picture in, two masks out."""

from typing import Any

import numpy as np
import timm
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from models.contracts import RGB

TRUNK = "tf_efficientnet_lite0"
STAGES = 5
"""Stages of the trunk that are kept: the last of them halves the picture four times."""

TAPS = (0, 1, 2, 4)
"""Stages the decoder reads, at 1/2, 1/4, 1/8 and 1/16 of the picture."""

TAP_WIDTHS = (16, 24, 40, 112)
SIDE = 144
"""Side of the square a photo is squeezed into."""

SUBJECT, SKIN = 0, 1
"""Channels: all that is not background; of it, what is no garment (head, hands, legs)."""


class CutNet(nn.Module):
    """(n, 3, h, w) in [-1, 1], sides multiples of 16 → logits (n, 2, h/2, w/2): subject, skin.

    The trunk's batch norms are folded into its convolutions (they are never trained here), which halves its time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trunk = folded_trunk(timm.create_model(TRUNK, pretrained=False).eval())
        self.decoder = Decoder()

    def forward(self, pictures: Tensor) -> Tensor:
        logits: Tensor = self.decoder(self.taps(pictures))
        return logits

    def taps(self, pictures: Tensor) -> list[Tensor]:
        """What the decoder reads, finest first."""
        found = []
        features = self.trunk[0](pictures)
        for number, stage in enumerate(self.trunk[1:]):
            features = stage(features)
            if number in TAPS:
                found.append(features)
        return found


class Decoder(nn.Module):
    """From coarse to fine with lateral connections (Lin et al. 2017, feature pyramid networks)."""

    def __init__(self) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = TAP_WIDTHS
        self.context = nn.ModuleList([_conv(sixteenth, 64), _conv(64, 64, dilation=2)])
        self.whole = nn.Linear(64, 64)
        self.lateral8, self.mix8 = nn.Conv2d(eighth, 64, 1), _conv(64, 48)
        self.lateral4, self.mix4 = nn.Conv2d(quarter, 48, 1), _conv(48, 32)
        self.lateral2, self.mix2 = nn.Conv2d(half, 32, 1), _conv(32, 24)
        self.out = nn.Conv2d(24, 2, 1)

    def forward(self, taps: list[Tensor]) -> Tensor:
        half, quarter, eighth, deep = taps
        for layer in self.context:
            deep = functional.relu(layer(deep))
        deep = deep + self.whole(deep.mean(dim=(2, 3)))[:, :, None, None]
        deep = functional.relu(self.mix8(_doubled(deep) + self.lateral8(eighth)))
        deep = functional.relu(self.mix4(_doubled(deep) + self.lateral4(quarter)))
        deep = functional.relu(self.mix2(_doubled(deep) + self.lateral2(half)))
        logits: Tensor = self.out(deep)
        return logits


def folded_trunk(network: Any) -> nn.Sequential:
    """Stem and first stages of a timm EfficientNet in eval mode, batch norms folded into the convolutions."""
    stem = nn.Sequential(fuse_conv_bn_eval(network.conv_stem, network.bn1), network.bn1.act)
    stages = list(network.blocks[:STAGES])
    for stage in stages:
        for block in stage:
            for conv, norm in _INVERTED if hasattr(block, "conv_pwl") else _SEPARABLE:
                _fold(block, conv, norm)
    return nn.Sequential(stem, *stages)


# Each convolution of timm's two block types and the batch norm that follows it.
_SEPARABLE = (("conv_dw", "bn1"), ("conv_pw", "bn2"))
_INVERTED = (("conv_pw", "bn1"), ("conv_dw", "bn2"), ("conv_pwl", "bn3"))


def _fold(block: Any, conv: str, norm: str) -> None:
    activation = getattr(block, norm).act
    setattr(block, conv, fuse_conv_bn_eval(getattr(block, conv), getattr(block, norm)))
    setattr(block, norm, activation)


def _conv(inputs: int, outputs: int, dilation: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation)


def _doubled(features: Tensor) -> Tensor:
    return functional.interpolate(features, scale_factor=2, mode="bilinear", align_corners=False)


def soft_masks(network: CutNet, pictures: Tensor) -> Tensor:
    """Probabilities (n, 2, h/2, w/2)."""
    with torch.inference_mode():
        return torch.sigmoid(network(pictures))


def squeezed(photo: RGB) -> NDArray[np.uint8]:
    """A photo as the network takes it, (SIDE, SIDE, 3)."""
    return np.asarray(photo.resize((SIDE, SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0))


def as_input(pictures: NDArray[np.uint8]) -> Tensor:
    """uint8 (n, h, w, 3) → float32 (n, 3, h, w) in [-1, 1]."""
    return torch.from_numpy(np.array(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
