"""Owns the forward pass and the loss: two towers, and how looks, photos and words pull on them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.config import LossWeights
from models.training.facets import CLASSIFIED, COLOUR, KIND, UNKNOWN, agreement, families, places
from models.training.losses import hardest_triplets, multi_positive, one_sided, same, supervised

PAIRINGS = ("names", "captions", "photos", "photo_captions", "photo_labels", "shade")
MARGIN = 0.1
MIRRORED = 0.5
CLASS_SCALE = 16.0
"""Logit scale of the classifiers, whose rows are unit vectors like what they classify."""

MAX_SCALE = 100.0


@dataclass(frozen=True, slots=True)
class Step:
    """One batch of features. n garments (the first `studio` of them from the catalogue), p photos, m captions.

    Attributes:
        looks: image features (n, …) as the task's image tower takes them. facets: (n, facets) int64.
        names: text features of the studio garments' names (studio, text width). name_ids: (studio,) int64, equal
            where the names are. other_names, other_ids: names of further garments that are not in the batch.
        captions: text features (m, text width). said: what they speak of, (m, facets) int64.
        photos: image features (p, …). labels: (p,) int64. fits: bool (labels, kinds + 1).
        label_texts: text features of what labels are called (l, text width). label_of: whose words each are (l,) int64.
        taken, queries, led_to: garments that shoppers took (q, …), text features of what they had said
            (q, text width), and which words led to which garment, bool (q, q) by garment and query.
    """

    looks: Tensor
    facets: Tensor
    studio: int
    names: Tensor
    name_ids: Tensor
    other_names: Tensor
    other_ids: Tensor
    captions: Tensor
    said: Tensor
    photos: Tensor
    labels: Tensor
    fits: Tensor
    label_texts: Tensor
    label_of: Tensor
    taken: Tensor | None = None
    queries: Tensor | None = None
    led_to: Tensor | None = None

    def to(self, device: torch.device) -> "Step":
        """The same batch on another device."""
        if device.type == "cpu":
            return self
        given = {f.name: getattr(self, f.name) for f in fields(self)}
        moved: dict[str, Any] = {name: x.to(device) for name, x in given.items() if isinstance(x, Tensor)}
        return replace(self, **moved)


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
    def unfold(self) -> None:
        """Undo `fold` on a head that was trained before: `forward` gives what `head` alone gave until now."""
        if self.first.bias is not None:
            self.first.bias.add_(self.first.weight @ self.get_buffer("shift"))
        self.first.weight.mul_(self.get_buffer("deviation"))

    @torch.no_grad()
    def fold(self) -> None:
        """Make `head` alone give what `forward` gave and still gives."""
        self.first.weight.div_(self.get_buffer("deviation"))
        if self.first.bias is not None:
            self.first.bias.sub_(self.first.weight @ self.get_buffer("shift"))
        self.get_buffer("shift").zero_()
        self.get_buffer("deviation").fill_(1.0)


class Tuned(nn.Module):
    """An image tower whose backbone is tuned: activations of the frozen stages (n, …) → unit rows (n, dims).

    In training half of the activations are mirrored, for a mirrored garment is the same garment and kept views are few.
    """

    def __init__(self, rest: nn.Module, scaled: Scaled, mixed: bool) -> None:
        super().__init__()
        self.rest, self.scaled, self.mixed = rest, scaled, mixed

    def forward(self, activations: Tensor) -> Tensor:
        """Half precision only inside the backbone: the head and the losses stay in float32."""
        seen = activations.float()
        if self.training:
            mirrored = torch.rand(len(seen), 1, 1, 1, device=seen.device) < MIRRORED
            seen = torch.where(mirrored, seen.flip(2), seen)
        with torch.autocast(seen.device.type, torch.bfloat16, enabled=self.mixed):
            features = self.rest(seen)
        unit: Tensor = self.scaled(features)
        return unit

    def unfold(self) -> None:
        """See `Scaled.unfold`."""
        self.scaled.unfold()

    def fold(self) -> None:
        """See `Scaled.fold`."""
        self.scaled.fold()


class TryOnTask(nn.Module):
    """Two towers, a logit scale for each pairing, classifiers, and a memory of the last garments."""

    def __init__(self, image: Scaled | Tuned, text: Scaled, weights: LossWeights, dims: int, memory: int = 0) -> None:
        super().__init__()
        self.image, self.text, self.weights = image, text, weights
        self.scales = nn.ParameterDict({name: nn.Parameter(torch.tensor(2.7)) for name in PAIRINGS})
        self.classifiers = nn.ModuleDict(
            {name: nn.Linear(dims, len(places()[name]), bias=False) for name in CLASSIFIED}
        )
        self.register_buffer("seen", torch.zeros(memory, dims))
        self.register_buffer("seen_ids", torch.full((memory,), UNKNOWN))

    def backbone(self) -> list[nn.Parameter]:
        """What is tuned of the pretrained backbone; nothing where it is frozen."""
        return list(self.image.rest.parameters()) if isinstance(self.image, Tuned) else []

    def scale(self, pairing: str) -> Tensor:
        """Logit scale of a pairing, at most 100 as in CLIP."""
        return self.scales.get_parameter(pairing).exp().clamp(max=MAX_SCALE)

    def forward(self, step: Step) -> Mapping[str, Tensor]:
        """Unweighted losses, those that count."""
        seen = [step.looks, step.photos, *([step.taken] if step.taken is not None else [])]
        looks, photos, *taken = torch.split(self.image(torch.cat(seen)), [len(part) for part in seen])
        studio, drawn = looks[: step.studio], looks[step.studio :]
        captions = self.text(step.captions)
        open_kind = (step.said[:, KIND] == UNKNOWN).expand(len(photos), -1)
        by_look, by_caption = (step.fits[step.labels][:, rows[:, KIND]] for rows in (step.facets, step.said))
        exact = torch.arange(len(step.facets), device=looks.device) >= step.studio
        positive, undecided = agreement(step.facets, step.said, exact)
        alike, close = shades(step.facets[step.studio :], step.facets[: step.studio])
        terms: Mapping[str, Callable[[], Tensor]] = {
            "names": lambda: self._names(studio, step),
            "captions": lambda: multi_positive(looks, captions, positive, self.scale("captions"), undecided),
            "photos": lambda: multi_positive(photos, looks, by_look, self.scale("photos")),
            "photo_captions": lambda: multi_positive(
                photos, captions, by_caption, self.scale("photo_captions"), open_kind
            ),
            "photo_labels": lambda: supervised(photos, step.labels, self.scale("photo_labels")),
            "label_words": lambda: self._label_words(photos, step),
            "shade": lambda: multi_positive(drawn, studio, alike, self.scale("shade"), close),
            "classes": lambda: self._classes(looks, step.facets),
            "triplet": lambda: hardest_triplets(photos, looks, by_look, MARGIN),
            "pairs": lambda: self._pairs(taken, step),
        }
        without = ({"pairs"} if not taken else set()) | ({"label_words"} if not len(step.label_of) else set())
        return {name: term() for name, term in terms.items() if getattr(self.weights, name) > 0 and name not in without}

    def total(self, losses: Mapping[str, Tensor]) -> Tensor:
        """The weighted sum that training minimises."""
        return torch.stack([getattr(self.weights, name) * loss for name, loss in losses.items()]).sum()

    def _pairs(self, taken: Sequence[Tensor], step: Step) -> Tensor:
        """What shoppers took with what they had said, as captions are held against looks."""
        if step.queries is None or step.led_to is None:
            raise ValueError("a step with garments that were taken needs the words that led to them")
        return multi_positive(taken[0], self.text(step.queries), step.led_to, self.scale("captions"))

    def _label_words(self, photos: Tensor, step: Step) -> Tensor:
        """A label may mean more than any kind of the catalogue does ("long sleeve"), so captions never say it."""
        words = self.text(step.label_texts)
        return multi_positive(photos, words, same(step.labels, step.label_of), self.scale("photo_captions"))

    def _names(self, studio: Tensor, step: Step) -> Tensor:
        """Garments and names: each garment among all names of the step, each name among all garments remembered."""
        count, scale = len(studio), self.scale("names")
        names = self.text(torch.cat([step.names, step.other_names]))
        ids = torch.cat([step.name_ids, step.other_ids])
        garments = torch.cat([studio, self.get_buffer("seen")])
        worn = torch.cat([step.name_ids, self.get_buffer("seen_ids")])
        find_name = one_sided(studio, names, same(step.name_ids, ids), scale)
        # What is remembered of the very garment is stale: neither its match nor a stranger.
        now = torch.arange(len(garments), device=studio.device) < count
        mine = same(step.name_ids, worn)
        find_garment = one_sided(names[:count], garments, mine & now, scale, ignore=mine & ~now | (worn < 0))
        self._remember(studio, step.name_ids)
        return (find_name + find_garment) / 2

    @torch.no_grad()
    def _remember(self, studio: Tensor, ids: Tensor) -> None:
        """The newest garments first, the oldest forgotten."""
        seen, known = self.get_buffer("seen"), self.get_buffer("seen_ids")
        if self.training and len(seen):
            seen.copy_(torch.cat([studio.detach(), seen])[: len(seen)])
            known.copy_(torch.cat([ids, known])[: len(known)])

    def _classes(self, looks: Tensor, facets: Tensor) -> Tensor:
        """Mean cross-entropy over the facets; what is not known of a garment does not count."""
        terms = []
        for place, layer in enumerate(self.classifiers.values()):
            weight = functional.normalize(layer.get_parameter("weight"), dim=-1)
            known = facets[:, place] != UNKNOWN
            if bool(known.any()):
                logits = CLASS_SCALE * looks[known] @ weight.T
                terms.append(functional.cross_entropy(logits, facets[known, place]))
        return torch.stack(terms).mean()


def shades(left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """Pairs of one kind and colour, and pairs of one kind whose colours are only of one family: bool (n, m) each."""
    kinds = same(left[:, KIND], right[:, KIND])
    family = families().to(left.device)
    colours = same(left[:, COLOUR], right[:, COLOUR])
    return kinds & colours, kinds & ~colours & same(family[left[:, COLOUR]], family[right[:, COLOUR]])
