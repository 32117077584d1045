"""Trains the fusions of one encoder: `tryon train --task fusion`."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import torch

from models.contracts import RGB, Encoder, Matrix, ModelUnavailable, Preprocessor, TokenEncoder
from models.fusion.load import NETWORKS, fusion_of, save
from models.fusion.network import Shape
from models.fusion.trained import TrainedFusion
from models.training.composed import wishes
from models.training.composed_labels import base_colours, item_labels, joined, photo_labels, words_of
from models.training.data import Corpus, indices, read_corpus
from models.training.features import Advance, quiet
from models.training.fusion_features import FusionFeatures, Views
from models.training.fusion_loop import FusionData, References, Schedule, fit

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FusionRecipe:
    """Everything that decides what comes out of `train_fusion`, besides encoder and data.

    Attributes:
        kinds: which fusions to train, of `attention` and `concat`.
        wishes: composed queries, each seen about three times.
        with_tokens: catalogue references whose tokens are computed; the others are known by their vector alone.
    """

    kinds: tuple[str, ...] = ("attention", "concat")
    wishes: int = 40_000
    with_tokens: int = 4_000
    seed: int = 0
    schedule: Schedule = field(default_factory=Schedule)


@dataclass(frozen=True, slots=True)
class TrainedFusions:
    """A fusion folder just written, what it holds, and the mean loss of each one's last tenth."""

    folder: Path
    fusions: Mapping[str, TrainedFusion]
    losses: Mapping[str, float]


def train_fusion(
    encoder: Encoder,
    data: Path,
    cache: Path,
    out: Path,
    progress: Advance = quiet,
    recipe: FusionRecipe | None = None,
    *,
    preprocessor: Preprocessor | None = None,
    gallery: Matrix | None = None,
) -> TrainedFusions:
    """Train on the `train` split of the folder at `data` and write a fusion folder to `out`.

    Args:
        cache: where embeddings are kept; a second run starts from them.
        preprocessor: crops photos as the service does; None takes them whole.
        gallery: image rows of every item in file order, where they are there already.
    Raises: ModelUnavailable for an encoder that gives no tokens; FileNotFoundError for missing data.
    """
    if not isinstance(encoder, TokenEncoder):
        raise ModelUnavailable(f"model {encoder.spec.name} gives no tokens, so no fusion can be trained for it")
    recipe = recipe or FusionRecipe()
    shape = Shape(dims=encoder.spec.dims)
    features = FusionFeatures(encoder, shape.layout, cache / "fusion", progress)
    made = prepared(features, read_corpus(data), recipe, preprocessor, gallery)
    networks, losses = {}, {}
    for kind in recipe.kinds:
        torch.manual_seed(recipe.seed)
        networks[kind] = NETWORKS[kind](shape)
        steps = fit(networks[kind], made, recipe.schedule, kind, progress)
        losses[kind] = float(np.mean(steps[-max(1, len(steps) // 10) :]))
    save(out, networks, shape, encoder.spec.revision, {"encoder": encoder.spec.name, "losses": losses})
    found = {kind: fusion_of(kind, network, shape) for kind, network in networks.items()}
    return TrainedFusions(out, found, losses)


def prepared(
    features: FusionFeatures,
    corpus: Corpus,
    recipe: FusionRecipe,
    preprocessor: Preprocessor | None = None,
    gallery: Matrix | None = None,
) -> FusionData:
    """Everything that one training reads."""
    colours = base_colours(corpus.folder)
    words = words_of(corpus, colours)
    rng = np.random.default_rng(recipe.seed)
    rows = rng.permutation(indices(corpus.items, "train"))
    labels = item_labels([corpus.items[i] for i in rows], colours, words)
    vectors = _gallery(features, corpus, rows.tolist(), gallery)
    references = _references(features, corpus, rows.tolist(), vectors, recipe, preprocessor)
    shots = photo_labels([corpus.photos[i] for i in indices(corpus.photos, "train")], corpus, words)
    things = joined([shots, labels])
    asked = wishes(things, labels, words, recipe.wishes, rng, favoured=len(references[1]))
    return FusionData(
        references=References(*references, things),
        gallery=vectors,
        labels=labels,
        words=words,
        wishes=asked,
        said=features.texts(asked.said),
    )


def _gallery(features: FusionFeatures, corpus: Corpus, rows: Sequence[int], known: Matrix | None) -> torch.Tensor:
    if known is not None:
        return torch.from_numpy(np.asarray(known[list(rows)], np.float32))
    return torch.from_numpy(features.vectors("catalogue", *_items(corpus, rows)))


def _references(
    features: FusionFeatures, corpus: Corpus, rows: Sequence[int], vectors: torch.Tensor, recipe: FusionRecipe,
    preprocessor: Preprocessor | None,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:  # fmt: skip
    """Photos, then catalogue items: vectors, tokens of the first ones, and which have any."""
    _, grids = features.pictures("references", *_items(corpus, rows[: recipe.with_tokens]))
    shots, shot_grids = features.pictures(*_photos(corpus, preprocessor))
    every = np.concatenate([shot_grids, grids])
    seen = torch.zeros(len(shots) + len(vectors), dtype=torch.bool)
    seen[: len(every)] = True
    return torch.cat([torch.from_numpy(shots), vectors]), torch.from_numpy(every), seen


def _items(corpus: Corpus, rows: Sequence[int]) -> tuple[list[str], list[Views]]:
    """Ids of catalogue items and how each is read."""

    def read(row: int) -> Sequence[RGB]:
        return (corpus.best_picture(corpus.items[row]),)

    return [corpus.items[row].id for row in rows], [partial(read, row) for row in rows]


def _photos(corpus: Corpus, preprocessor: Preprocessor | None) -> tuple[str, list[str], list[Views]]:
    """Photos of `train`: what they are called, their ids, and how the service sees each of them."""
    ids = [corpus.photos[i].id for i in indices(corpus.photos, "train")]

    def read(id_: str) -> Sequence[RGB]:
        shot = corpus.shots.picture(id_)
        return (shot,) if preprocessor is None else preprocessor.prepare(shot, "garment").crops

    version = "whole" if preprocessor is None else preprocessor.version
    return f"photos-{version}", ids, [partial(read, id_) for id_ in ids]
