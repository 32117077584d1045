"""Which fusions an encoder can have. Loads torch only where there are trained ones."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from models.contracts import Fusion, ModelUnavailable
from models.fusion.weighted import WeightedFusion
from models.registry import ModelSpec

CONFIG = "fusion.json"
TRAINED = ("attention", "concat")
"""The fusions that need weights, best first."""


def shipped_fusion() -> Path:
    """The fusion weights that come with the code; the folder may be absent."""
    return Path(str(resources.files("models"))) / "weights" / "tryon-fusion"


def fusions(spec: ModelSpec | None = None, folder: Path | None = None) -> Mapping[str, Fusion]:
    """Every fusion by the name a request selects it with.

    A trained one belongs to one revision of an encoder. Where the weights are of another, its name still answers, with
    the weighted fusion: `Fusion.kind` and `Fused.kind` then say `weighted`.

    Args:
        spec: the encoder's; None gives the weighted fusion under every name.
        folder: an operator's own weights; None for those that come with the code.
    Raises: ModelUnavailable when `folder` is named but is no fusion folder, or the weights are broken.
    """
    weighted: Fusion = WeightedFusion()
    found = dict.fromkeys((*TRAINED, weighted.kind), weighted)
    if folder is not None and not (folder / CONFIG).is_file():
        raise ModelUnavailable(f"fusion folder {folder} has no {CONFIG}")
    folder = folder or shipped_fusion()
    if spec is None or not (folder / CONFIG).is_file():
        return found
    from models.fusion.load import read

    return found | read(folder, spec)
