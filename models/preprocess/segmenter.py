"""`tryon-cut`, the segmenter that ships: a small network that tells a garment from a bed, a floor or a wall (F2)."""

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.torch import load_file

from models.contracts import RGB, ModelUnavailable
from models.preprocess.masks import Masks
from models.preprocess.segmenter_net import SKIN, SUBJECT, CutNet, as_input, soft_masks, squeezed

NAME = "tryon-cut"
WEIGHTS_FILE, CONFIG_FILE = "model.safetensors", "config.json"


def segmenter_folder() -> Path:
    """Folder of the segmenter that comes with the code."""
    return Path(str(resources.files("models"))) / "weights" / NAME


@dataclass(frozen=True, slots=True)
class TryonCut:
    """The network with its weights. For any number of threads, each of which had best keep to one core."""

    network: CutNet
    version: str

    @classmethod
    def from_folder(cls, folder: Path | None = None) -> "TryonCut":
        """Raises ModelUnavailable where the folder lacks its files or holds another network's."""
        place = folder or segmenter_folder()
        try:
            config = json.loads((place / CONFIG_FILE).read_text("utf-8"))
            network = CutNet()
            network.load_state_dict({name: value.float() for name, value in load_file(place / WEIGHTS_FILE).items()})
        except FileNotFoundError as error:
            raise ModelUnavailable(f"segmenter {place}: {error.filename} is missing") from error
        except (RuntimeError, ValueError, KeyError, SafetensorError) as error:
            raise ModelUnavailable(f"segmenter {place}: these are not the weights of {NAME}") from error
        return cls(network.eval().requires_grad_(False), f"{NAME}@{config['revision']}")

    @property
    def precise(self) -> bool:
        return True

    def masks(self, photo: RGB) -> Masks:
        """Probabilities over the photo squeezed into a square of half the network's input."""
        planes = soft_masks(self.network, as_input(squeezed(photo)[None]))[0].numpy().astype(np.float32)
        return Masks(subject=planes[SUBJECT], skin=planes[SKIN])
