"""Frozen features of everything that is trained on, in memory, and the random batches drawn from them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.captions import Look, captions
from models.training.config import Batch
from models.training.facets import KIND, numbers
from models.training.features import Features
from models.training.task import Step

Ids = NDArray[np.int64]
GROUP = 16
"""Garments of one kind that are drawn together as each other's hard negatives."""


@dataclass(frozen=True)
class View:
    """One look at each of n things: rows of an array that may lie on disk.

    Attributes:
        array: features as `ImageFeatures` gives them.
        place: row of each thing in `array`, int64 (n,); -1 where this view has none of it.
    """

    array: Features
    place: Ids

    @classmethod
    def whole(cls, array: Features) -> "View":
        """Every row of `array`, in order."""
        return cls(array, np.arange(len(array)))

    def __len__(self) -> int:
        return len(self.place)

    def of(self, things: Tensor) -> "View":
        """The same look at some of the things, in that order."""
        return View(self.array, self.place[things.numpy()])

    def take(self, things: Ids) -> Tensor:
        """Features of `things`, float16, which this view must have. Read in the order they lie in on disk."""
        places = self.place[things]
        order = np.argsort(places)
        out = np.empty((len(things), *self.array.shape[1:]), np.float16)
        out[order] = self.array[places[order]]
        return torch.from_numpy(out)


@dataclass(frozen=True)
class Garments:
    """Garments of one look of things (studio or drawn).

    Attributes:
        views: image features; one is picked at random for each garment. The first has every garment.
        facets: (n, facets) int64.
        said: caption rows of each garment, (n, captions) int64.
    """

    views: tuple[View, ...]
    facets: Tensor
    said: Tensor


@dataclass(frozen=True)
class Texts:
    """Unique texts with what they speak of; `features` (m, width) float16, `facets` (m, facets) int64."""

    texts: tuple[str, ...]
    facets: Tensor


@dataclass(frozen=True)
class Feedback:
    """What shoppers said and took: p pairs of a query and a studio garment.

    Attributes:
        queries: text features of each unique query, float16. query, garment: rows of each pair, int64 (p,).
        weights: how often each pair is drawn against the others, float32 (p,).
    """

    queries: Tensor
    query: Tensor
    garment: Tensor
    weights: Tensor

    def draw(self, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Garments (count,), features of queries, and which query led to which garment, bool (count, count)."""
        picked = torch.multinomial(self.weights, count, replacement=True, generator=generator)
        query, garment = self.query[picked], self.garment[picked]
        width = int(self.garment.max()) + 1
        known = torch.isin(query[None, :] * width + garment[:, None], self.query * width + self.garment)
        return garment, self.queries[query], known


@dataclass(frozen=True)
class TrainingSet:
    """All that `draw` needs. `names` holds each studio garment's row in the views of names.

    `label_texts` (l, text width) are what labels of photos are called, `label_of` (l,) int64 whose words each are.
    """

    studio: Garments
    drawn: Garments
    photo_views: tuple[View, ...]
    photo_labels: Tensor
    fits: Tensor
    names: Tensor
    name_views: tuple[View, ...]
    captions: Texts
    caption_features: Tensor
    label_texts: Tensor
    label_of: Tensor
    feedback: Feedback | None = None

    def draw(self, batch: Batch, generator: torch.Generator) -> Step:
        """One random batch. Part of its catalogue comes in groups of one kind, so that near misses meet."""
        studio = self._studio(batch, generator)
        drawn = torch.randint(max(1, len(self.drawn.facets)), (batch.flats,), generator=generator)
        shots = batch.photos if len(self.photo_labels) else 0
        photos = self._photos(shots, batch.balance, generator)
        said = torch.cat([self._said(self.studio, studio, generator), self._said(self.drawn, drawn, generator)])
        others = torch.randint(len(self.name_views[0]), (batch.other_names,), generator=generator)
        step = Step(
            looks=torch.cat([pick(self.studio.views, studio, generator), pick(self.drawn.views, drawn, generator)]),
            facets=torch.cat([self.studio.facets[studio], self.drawn.facets[drawn]]),
            studio=len(studio),
            names=pick(self.name_views, self.names[studio], generator),
            name_ids=self.names[studio],
            other_names=pick(self.name_views, others, generator),
            other_ids=others,
            captions=self.caption_features[said],
            said=self.captions.facets[said],
            photos=pick(self.photo_views, photos, generator),
            labels=self.photo_labels[photos],
            fits=self.fits,
            label_texts=self.label_texts,
            label_of=self.label_of,
        )
        return self._with_feedback(step, batch, generator)

    def _photos(self, count: int, balance: float, generator: torch.Generator) -> Tensor:
        """Rows of `count` photos, see `Batch.balance`."""
        if not count or not balance:
            return torch.randint(max(1, len(self.photo_labels)), (count,), generator=generator)
        likely = torch.bincount(self.photo_labels).double().pow(-balance)[self.photo_labels]
        return torch.multinomial(likely, count, replacement=True, generator=generator)

    def _with_feedback(self, step: Step, batch: Batch, generator: torch.Generator) -> Step:
        """`step` with pairs of what shoppers said and took, where there are any."""
        if self.feedback is None or not batch.pairs:
            return step
        garment, queries, known = self.feedback.draw(batch.pairs, generator)
        return replace(step, taken=pick(self.studio.views, garment, generator), queries=queries, led_to=known)

    def _studio(self, batch: Batch, generator: torch.Generator) -> Tensor:
        """Rows of studio garments: `grouped` of them in groups of a kind, the others at random."""
        groups = min(batch.grouped, batch.catalogue) // GROUP
        weights = torch.tensor([float(len(rows)) for rows in self._by_kind]).sqrt()
        kinds = torch.multinomial(weights, groups, replacement=True, generator=generator).tolist() if groups else []
        alike = [
            rows[torch.randint(len(rows), (GROUP,), generator=generator)]
            for rows in (self._by_kind[kind] for kind in kinds)
        ]
        count = batch.catalogue - groups * GROUP
        return torch.cat([*alike, torch.randint(len(self.studio.facets), (count,), generator=generator)])

    @cached_property
    def _by_kind(self) -> list[Tensor]:
        """Rows of the studio garments of each kind there is."""
        kinds = self.studio.facets[:, KIND]
        return [(kinds == kind).nonzero()[:, 0] for kind in sorted(set(kinds.tolist()))]

    @staticmethod
    def _said(garments: Garments, rows: Tensor, generator: torch.Generator) -> Tensor:
        """One caption a garment."""
        choice = torch.randint(garments.said.shape[1], (len(rows),), generator=generator)
        return garments.said[rows, choice]


def pick(views: Sequence[View], rows: Tensor, generator: torch.Generator) -> Tensor:
    """Features of `rows`, each from a view of its own choice; the first view twice as often as any other."""
    if not len(rows):
        return torch.empty(0, *views[0].array.shape[1:], dtype=torch.float16)
    weights = torch.ones(len(views))
    weights[0] = 2.0
    choice, things = torch.multinomial(weights, len(rows), replacement=True, generator=generator).numpy(), rows.numpy()
    for number, view in enumerate(views):
        choice[(choice == number) & (view.place[things] < 0)] = 0
    out = torch.empty(len(rows), *views[0].array.shape[1:], dtype=torch.float16)
    for number, view in enumerate(views):
        mine = choice == number
        out[torch.from_numpy(mine)] = view.take(things[mine])
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
    said = [torch.tensor([made[look] for look in group], dtype=torch.long) for group in groups]
    return texts, [rows.reshape(len(rows), 2 * count) for rows in said]
