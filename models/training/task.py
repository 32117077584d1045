"""Owns the forward pass and the loss: two heads over frozen features, and how looks, photos and words pull on them."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.config import LossWeights
from models.training.facets import COLOUR, KIND, agreement, families
from models.training.losses import multi_positive, same, supervised

PAIRINGS = ("names", "captions", "photos", "photo_captions", "photo_labels", "shade")
MAX_SCALE = 100.0


@dataclass(frozen=True, slots=True)
class Step:
    """One batch of frozen features. n garments (the first `studio` of them from the catalogue), p photos, m captions.

    Attributes:
        looks: image features (n, image width). facets: (n, facets) int64.
        names: text features of the studio garments' names (studio, text width). name_ids: (studio,) int64, equal
            where the names are.
        captions: text features (m, text width). said: what they speak of, (m, facets) int64.
        photos: image features (p, image width). labels: (p,) int64. fits: bool (labels, kinds + 1).
    """

    looks: Tensor
    facets: Tensor
    studio: int
    names: Tensor
    name_ids: Tensor
    captions: Tensor
    said: Tensor
    photos: Tensor
    labels: Tensor
    fits: Tensor


class Scaled(nn.Module):
    """A head over features brought to mean 0 and deviation 1; `fold` puts that into the head's first layer."""

    def __init__(self, head: nn.Module, first: nn.Linear, features: Tensor, dropout: float) -> None:
        super().__init__()
        self.head, self.first, self.dropout = head, first, nn.Dropout(dropout)
        # A first layer without bias cannot take up a shift, only a scale.
        shift = features.mean(0) if first.bias is not None else torch.zeros(features.shape[1])
        self.register_buffer("shift", shift)
        self.register_buffer("deviation", features.std(0) + 1e-2)

    def forward(self, features: Tensor) -> Tensor:
        """(n, width) → unit rows (n, dims)."""
        scaled = (features.float() - self.get_buffer("shift")) / self.get_buffer("deviation")
        return functional.normalize(self.head(self.dropout(scaled)), dim=-1)

    @torch.no_grad()
    def fold(self) -> None:
        """Make `head` alone give what `forward` gave. Call once, when training is over."""
        self.first.weight.div_(self.get_buffer("deviation"))
        if self.first.bias is not None:
            self.first.bias.sub_(self.first.weight @ self.get_buffer("shift"))


class TryOnTask(nn.Module):
    """Two heads and a logit scale for each pairing."""

    def __init__(self, image: Scaled, text: Scaled, weights: LossWeights) -> None:
        super().__init__()
        self.image, self.text, self.weights = image, text, weights
        self.scales = nn.ParameterDict({name: nn.Parameter(torch.tensor(2.7)) for name in PAIRINGS})

    def scale(self, pairing: str) -> Tensor:
        """Logit scale of a pairing, at most 100 as in CLIP."""
        return self.scales.get_parameter(pairing).exp().clamp(max=MAX_SCALE)

    def losses(self, step: Step) -> Mapping[str, Tensor]:
        """Unweighted loss of every pairing."""
        looks, photos = self.image(step.looks), self.image(step.photos)
        names, captions = self.text(step.names), self.text(step.captions)
        drawn_to_order = torch.arange(len(step.facets)) >= step.studio
        positive, undecided = agreement(step.facets, step.said, drawn_to_order)
        by_look, by_caption = (step.fits[step.labels][:, rows[:, KIND]] for rows in (step.facets, step.said))
        studio, drawn = looks[: step.studio], looks[step.studio :]
        alike, close = shades(step.facets[step.studio :], step.facets[: step.studio])
        one_name = same(step.name_ids, step.name_ids)
        return {
            "names": multi_positive(studio, names, one_name, self.scale("names")),
            "captions": multi_positive(looks, captions, positive, self.scale("captions"), undecided),
            "photos": multi_positive(photos, looks, by_look, self.scale("photos")),
            "photo_captions": multi_positive(photos, captions, by_caption, self.scale("photo_captions")),
            "photo_labels": supervised(photos, step.labels, self.scale("photo_labels")),
            "shade": multi_positive(drawn, studio, alike, self.scale("shade"), close),
        }

    def total(self, losses: Mapping[str, Tensor]) -> Tensor:
        """The weighted sum that training minimises."""
        return torch.stack([getattr(self.weights, name) * loss for name, loss in losses.items()]).sum()


def shades(left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """Pairs of one kind and colour, and pairs of one kind whose colours are only of one family: bool (n, m) each."""
    kinds = same(left[:, KIND], right[:, KIND])
    family = families()
    colours = same(left[:, COLOUR], right[:, COLOUR])
    return kinds & colours, kinds & ~colours & same(family[left[:, COLOUR]], family[right[:, COLOUR]])
