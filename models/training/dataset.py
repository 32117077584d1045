"""Frozen features of everything that is trained on, in memory, and the random batches drawn from them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.training.captions import Look, captions
from models.training.config import Batch
from models.training.facets import numbers
from models.training.task import Step


@dataclass(frozen=True)
class Garments:
    """Garments of one look of things (studio or drawn).

    Attributes:
        views: image features, each (n, width) float16; one is picked at random for each garment.
        facets: (n, facets) int64.
        said: caption rows of each garment, (n, captions) int64.
    """

    views: tuple[Tensor, ...]
    facets: Tensor
    said: Tensor


@dataclass(frozen=True)
class Texts:
    """Unique texts with what they speak of; `features` (m, width) float16, `facets` (m, facets) int64."""

    texts: tuple[str, ...]
    facets: Tensor


@dataclass(frozen=True)
class TrainingSet:
    """All that `draw` needs. `names` holds each studio garment's row in `name_features`."""

    studio: Garments
    drawn: Garments
    photo_views: tuple[Tensor, ...]
    photo_labels: Tensor
    fits: Tensor
    names: Tensor
    name_features: Tensor
    captions: Texts
    caption_features: Tensor

    def draw(self, batch: Batch, generator: torch.Generator) -> Step:
        """One random batch."""
        studio = torch.randint(len(self.studio.facets), (batch.catalogue,), generator=generator)
        drawn = torch.randint(max(1, len(self.drawn.facets)), (batch.flats,), generator=generator)
        photos = torch.randint(len(self.photo_labels), (batch.photos,), generator=generator)
        said = torch.cat([self._said(self.studio, studio, generator), self._said(self.drawn, drawn, generator)])
        return Step(
            looks=torch.cat([pick(self.studio.views, studio, generator), pick(self.drawn.views, drawn, generator)]),
            facets=torch.cat([self.studio.facets[studio], self.drawn.facets[drawn]]),
            studio=len(studio),
            names=self.name_features[self.names[studio]],
            name_ids=self.names[studio],
            captions=self.caption_features[said],
            said=self.captions.facets[said],
            photos=pick(self.photo_views, photos, generator),
            labels=self.photo_labels[photos],
            fits=self.fits,
        )

    @staticmethod
    def _said(garments: Garments, rows: Tensor, generator: torch.Generator) -> Tensor:
        """One caption a garment."""
        choice = torch.randint(garments.said.shape[1], (len(rows),), generator=generator)
        return garments.said[rows, choice]


def pick(views: Sequence[Tensor], rows: Tensor, generator: torch.Generator) -> Tensor:
    """Features of `rows`, each from a view of its own choice; the first view twice as often as any other."""
    weights = torch.ones(len(views))
    weights[0] = 2.0
    choice = torch.multinomial(weights, len(rows), replacement=True, generator=generator)
    out = torch.empty(len(rows), views[0].shape[1], dtype=views[0].dtype)
    for number, view in enumerate(views):
        mine = choice == number
        out[mine] = view[rows[mine]]
    return out


def caption_table(groups: Sequence[Sequence[Look]], count: int, seed: int) -> tuple[Texts, list[Tensor]]:
    """Captions of every look, each unique text once, and for each group the rows of its looks' captions.

    A look without a kind cannot be captioned; it gets the empty caption, which speaks of nothing and so is never
    a positive of one garment more than of another.

    Returns: the texts, and one int64 tensor (looks, 2 * count) a group.
    """
    rows: dict[tuple[str, tuple[int, ...]], int] = {}
    made: dict[Look, list[int]] = {}
    rng = np.random.default_rng(seed)
    for look in dict.fromkeys(look for group in groups for look in group):
        made[look] = [
            rows.setdefault((text, tuple(numbers(look, caption.facets))), len(rows))
            for caption in captions(look, rng, count)
            for text in (caption.en, caption.zh)
        ]
    texts = Texts(tuple(text for text, _ in rows), torch.tensor([facets for _, facets in rows]))
    return texts, [torch.tensor([made[look] for look in group], dtype=torch.long) for group in groups]
