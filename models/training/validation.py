"""Quick figures on `val` while a model is trained, from cached features."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from models.contracts import Matrix
from models.evaluation.retrieval import precision_at, ranks, recall_at, top
from models.training.calibrate import Cosines
from models.training.data import Corpus, indices
from models.training.dataset import View
from models.training.prepare import TextTower, Views
from models.training.task import TryOnTask

BLOCK = 512
NEAREST = 10


@dataclass(frozen=True)
class Validation:
    """Quick figures on `val`, from cached features."""

    corpus: Corpus
    views: Views
    tower: TextTower

    @torch.inference_mode()
    def __call__(self, task: TryOnTask) -> dict[str, float]:
        """Photo → kind precision@10 and name → picture recall@10, among the pictures of `val` alone."""
        items, photos = self.corpus.items, self.corpus.photos
        garments, shots = indices(items, "val"), indices(photos, "val")
        gallery = in_blocks(task.image, View(self.views.catalogue, np.asarray(garments)))
        queries = in_blocks(task.image, View(self.views.photos, np.asarray(shots)))
        wanted = [self.corpus.fits[photos[i].label] for i in shots]
        kinds = precision_at(top(queries, gallery, 10), [items[i].article_type for i in garments], wanted)
        names = in_blocks(task.text, View.whole(self.tower.of([items[i].name for i in garments]).numpy()))
        places = ranks(names, gallery, range(len(garments)))
        return {"photo_kind@10": kinds, "name_R@1": recall_at(places, 1), "name_R@10": recall_at(places, 10)}


@dataclass(frozen=True)
class ShopValidation:
    """Figures on a shop's own `val` part, each against its whole catalogue: what its shoppers search in."""

    corpus: Corpus
    views: Views
    tower: TextTower

    @torch.inference_mode()
    def __call__(self, task: TryOnTask) -> dict[str, float]:
        """Name → its picture (recall@1, recall@10, mean reciprocal rank), picture → others of its kind@10.

        Where there are photos, photo → kind precision@10 too. Nothing without `val` rows.
        """
        items = self.corpus.items
        mine = indices(items, "val")
        if not mine:
            return {}
        gallery = in_blocks(task.image, View.whole(self.views.catalogue))
        names = in_blocks(task.text, View.whole(self.tower.of([items[i].name for i in mine]).numpy()))
        places, kinds = ranks(names, gallery, mine), [item.article_type for item in items]
        figures = {f"name_R@{k}": recall_at(places, k) for k in (1, 10)} | {"name_MRR": float((1 / places).mean())}
        figures["kind@10"] = alike(gallery, mine, kinds)
        shots = indices(self.corpus.photos, "val")
        if shots:
            photos = in_blocks(task.image, View(self.views.photos, np.asarray(shots)))
            wanted = [self.corpus.fits[self.corpus.photos[i].label] for i in shots]
            figures["photo_kind@10"] = precision_at(top(photos, gallery, NEAREST), kinds, wanted)
        return figures


def alike(gallery: Matrix, mine: Sequence[int], kinds: Sequence[str]) -> float:
    """Mean share of right kinds among the nearest others of rows `mine`: ten, or as many as there are of the kind.

    A small shop has few of a kind, so that among ten others most could not be right. Rows alone of their kind do not
    count; 0 where all are.
    """
    labels = np.asarray(kinds)
    found = top(gallery[mine], gallery, NEAREST + 1)
    scores = []
    for me, row in zip(mine, found, strict=True):
        right = labels[row[row != me][:NEAREST]] == labels[me]
        there = min(NEAREST, int((labels == labels[me]).sum()) - 1)
        scores += [float(right[:there].mean())] if there else []
    return float(np.mean(scores)) if scores else 0.0


def in_blocks(tower: nn.Module, view: View) -> Cosines:
    """`tower` over many things, in eval mode as it stands."""
    device = next(tower.parameters()).device
    things = np.array_split(np.arange(len(view)), max(1, len(view) // BLOCK))
    with torch.inference_mode():
        return torch.cat([tower(view.take(block).to(device)).cpu() for block in things]).numpy()
