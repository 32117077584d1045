"""What a run that starts from a trained model does beside training: begin where it was, and stay near it."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.taxonomy import taxonomy
from models.training.facets import places
from models.training.prepare import TextTower
from models.training.task import TryOnTask

Weights = dict[str, Tensor]
OF_THE_MODEL = ("image.", "text.", "scales.")
"""What of a task ends in the model; classifiers and remembered garments do not."""


@torch.no_grad()
def begin_trained(task: TryOnTask, model: nn.Module, tower: TextTower) -> Weights:
    """Make a fresh `task` around a trained `model` give what the model gives, in place.

    Logit scales are the model's own, and classifiers start as what it takes each value's name for, so that the first
    steps do not tear at weights that are right. Call on the CPU. Returns the weights to stay near, see `blend`.
    """
    for part in (task.image, task.text):
        part.unfold()
    for scale in task.scales.parameters():
        scale.copy_(model.get_parameter("logit_scale"))
    task.eval()
    for facet, layer in task.classifiers.items():
        names = [taxonomy().name_of(facet, id_, "en") for id_ in places()[facet]]
        layer.get_parameter("weight").copy_(functional.normalize(task.text(tower.of(names))))
    return {name: value.clone() for name, value in task.state_dict().items() if name.startswith(OF_THE_MODEL)}


@torch.no_grad()
def blend(task: TryOnTask, begun: Weights, share: float) -> None:
    """Keep `share` of what training changed, in place (WiSE-FT, Wortsman et al. 2022, arXiv:2109.01903)."""
    now = task.state_dict()
    mixed = {name: torch.lerp(old, now[name].to(old), share) for name, old in begun.items() if old.is_floating_point()}
    task.load_state_dict(now | mixed)
