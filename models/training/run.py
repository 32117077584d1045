"""`tryon train`: from a recipe and a data folder to a model folder."""

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from open_clip.transform import image_transform
from torch import Tensor, nn

from models.evaluation.retrieval import precision_at, ranks, recall_at, top
from models.training.assemble import Assembled, assemble, heads
from models.training.backbones import MEAN, STD, TRUNK, image_trunk
from models.training.calibrate import Calibration, Cosines, logistic, temperature
from models.training.captions import lessons
from models.training.config import Recipe, read_recipe
from models.training.data import Corpus, indices, read_corpus
from models.training.dataset import TrainingSet
from models.training.distil import teach
from models.training.export import write_metadata, write_weights
from models.training.facets import agreement
from models.training.features import Advance, ImageFeatures, quiet
from models.training.loop import Files, fit
from models.training.prepare import TextTower, Views, digest, training_set
from models.training.task import Scaled, TryOnTask

IMAGE_WIDTH = 1280
RETRIEVED = 20
"""How many of each query's nearest the score is fitted on, right ones and wrong ones each."""

TEMPERED = 3.0
"""Pairs a model was trained on are told apart too well, so the slope is divided by this. It stays on the careful side:
of what `val` photos bring up around cosine 0.45, 0.55 and 0.75, a share of 0.56, 0.88 and 0.97 fits the kind, and the
scores are 0.35, 0.69 and 0.98."""


@dataclass(frozen=True)
class Trained:
    """What a run made: the folder to load, and its figures on `val` as last reported."""

    folder: Path
    figures: Mapping[str, float]


def train(config_path: Path, *, data: Path, cache: Path, out: Path, progress: Advance = quiet) -> Trained:
    """Train the recipe at `config_path` on the `train` split of `data` and write the model folder to `out`.

    Features, the taught text tower and checkpoints are kept in `cache`: a run that stopped goes on where it was.

    Args: progress: called with a label, steps done and steps in all.
    Raises: FileNotFoundError for missing data, ValueError for a recipe that can't be, ModuleNotFoundError for a
        backbone that is not installed.
    """
    recipe, corpus = read_recipe(config_path), read_corpus(data)
    torch.manual_seed(recipe.seed)
    names = [corpus.items[i].name for i in indices(corpus.items, "train")]
    staging = cache / "staging" / recipe.name
    made = assemble(
        staging,
        dims=recipe.dims,
        size=recipe.image_size,
        length=recipe.text_length,
        keep=recipe.wordpieces,
        texts=names,
    )
    tower = taught_tower(made, recipe, cache, progress)
    views = Views(corpus, recipe, image_features(recipe, cache, progress))
    rows = training_set(corpus, views, tower, recipe)
    task = new_task(made.model, rows, recipe)
    run = cache / "runs" / run_name(config_path, rows)
    run.mkdir(parents=True, exist_ok=True)
    report = Validation(corpus, views, tower, task)
    fit(task, rows, recipe, Files(run / "checkpoint.pt", run / "curve.jsonl"), report, progress)
    figures, calibration = report(), calibrate(task, rows, recipe.seed)
    finish(made.model, task)
    write_weights(made.model, staging)
    write_metadata(staging, recipe.name, calibration, figures | {"steps": recipe.steps})
    shutil.copytree(staging, out, dirs_exist_ok=True)
    return Trained(out, figures)


def taught_tower(made: Assembled, recipe: Recipe, cache: Path, progress: Advance) -> TextTower:
    """The text tower with its Chinese words taught, from the cache where the same lessons were taught before."""
    transformer = made.model.get_submodule("text.transformer")
    pairs = lessons(np.random.default_rng(recipe.seed), recipe.lessons)
    words = made.tokenizer.to_str()
    revision = digest([words, str(recipe.lesson_epochs), *(part for pair in pairs for part in pair)])
    path = cache / "text" / f"taught-{revision}.pt"
    if path.is_file():
        transformer.load_state_dict(torch.load(path, weights_only=True))
    else:
        teach(
            transformer, made.tokenizer, pairs, first=made.vocabulary.added, length=recipe.text_length,
            epochs=recipe.lesson_epochs, advance=progress,
        )  # fmt: skip
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(transformer.state_dict(), path)
    return TextTower(
        transformer.requires_grad_(False), made.tokenizer, recipe.text_length, path.parent, revision, progress
    )


def image_features(recipe: Recipe, cache: Path, progress: Advance) -> ImageFeatures:
    """The frozen image backbone, fed as the finished model will be."""
    height, width = recipe.image_size
    transform = image_transform(
        (height, width), False, mean=MEAN, std=STD, resize_mode="longest", interpolation="bicubic", fill_color=255
    )
    folder = cache / "features" / f"{TRUNK}-{height}x{width}"
    return ImageFeatures(image_trunk(), transform, folder, IMAGE_WIDTH, progress)


def new_task(model: nn.Module, rows: TrainingSet, recipe: Recipe) -> TryOnTask:
    """Fresh heads of `model` behind features scaled by what the training set looks like."""
    image, text = heads(model)
    seen = torch.cat([*(v[::7] for v in rows.studio.views), *rows.photo_views, *rows.drawn.views]).float()
    read = torch.cat([rows.name_features[::3], rows.caption_features[::3]]).float()
    # The names open_clip gives these layers: timm's Mlp, and a Sequential.
    first_image, first_text = image.get_submodule("mlp.fc1"), text.get_submodule("0")
    if not isinstance(first_image, nn.Linear) or not isinstance(first_text, nn.Linear):
        raise TypeError("a head must begin with a linear layer to take up the scaling of its features")
    return TryOnTask(
        Scaled(image, first_image, seen, recipe.dropout), Scaled(text, first_text, read, recipe.dropout), recipe.weights
    )


def run_name(config_path: Path, rows: TrainingSet) -> str:
    """One folder a recipe and data: a changed recipe starts afresh."""
    content = (
        config_path.read_bytes() + str((len(rows.names), len(rows.photo_labels), len(rows.captions.texts))).encode()
    )
    return hashlib.sha256(content).hexdigest()[:12]


@dataclass(frozen=True)
class Validation:
    """Quick figures on `val`, from cached features."""

    corpus: Corpus
    views: Views
    tower: TextTower
    task: TryOnTask

    @torch.inference_mode()
    def __call__(self) -> dict[str, float]:
        """Photo → catalogue kind precision@10, and name → picture recall over all items."""
        items, photos = self.corpus.items, self.corpus.photos
        gallery = in_blocks(self.task.image, torch.from_numpy(self.views.catalogue))
        shots = indices(photos, "val")
        queries = in_blocks(self.task.image, torch.from_numpy(self.views.photos[shots]))
        wanted = [self.corpus.fits[photos[i].label] for i in shots]
        kinds = precision_at(top(queries, gallery, 10), [item.article_type for item in items], wanted)
        targets = indices(items, "val")
        names = in_blocks(self.task.text, self.tower.of([items[i].name for i in targets]))
        places = ranks(names, gallery, targets)
        return {"photo_kind@10": kinds, "name_R@1": recall_at(places, 1), "name_R@10": recall_at(places, 10)}


def in_blocks(head: nn.Module, features: Tensor) -> Cosines:
    """`head` over many rows, in eval mode as it stands."""
    with torch.inference_mode():
        return torch.cat([head(block) for block in torch.split(features, 4096)]).numpy()


def calibrate(task: TryOnTask, rows: TrainingSet, seed: int, count: int = 4000) -> Calibration:
    """Fit score and probability on training pairs: garments with words, photos with garments.

    The score is fitted on what a search brings up, the nearest right and the nearest wrong ones of each query: against
    random pairs everything that is ever shown would score 1.
    """
    rng = torch.Generator().manual_seed(seed)
    picked = torch.randint(len(rows.names), (count,), generator=rng)
    shots = torch.randint(len(rows.photo_labels), (count,), generator=rng)
    words = rows.studio.said[picked, torch.randint(rows.studio.said.shape[1], (count,), generator=rng)]
    looks = torch.from_numpy(in_blocks(task.image, rows.studio.views[0][picked]))
    photos = torch.from_numpy(in_blocks(task.image, rows.photo_views[0][shots]))
    texts = torch.from_numpy(in_blocks(task.text, rows.caption_features[words]))
    right, undecided = agreement(rows.studio.facets[picked], rows.captions.facets[words])
    fit_kind = rows.fits[rows.photo_labels[shots]][:, rows.studio.facets[picked][:, 0]]
    pairs = ((looks @ texts.T, right, ~right & ~undecided), (photos @ looks.T, fit_kind, ~fit_kind))
    matching = np.concatenate([nearest(cosines, yes) for cosines, yes, _ in pairs])
    wrong = np.concatenate([nearest(cosines, no) for cosines, _, no in pairs])
    scale, shift = logistic(matching, wrong)
    scale /= TEMPERED
    return Calibration(scale, shift, temperature(*label_cosines(task, rows, looks, picked)))


def nearest(cosines: Tensor, among: Tensor, count: int = RETRIEVED) -> Cosines:
    """The `count` highest cosines of each row that `among` admits, as one flat array."""
    best = cosines.masked_fill(~among, -torch.inf).topk(count, dim=1).values
    found: Cosines = best[best.isfinite()].numpy()
    return found


def label_cosines(
    task: TryOnTask, rows: TrainingSet, looks: Tensor, picked: Tensor
) -> tuple[Cosines, NDArray[np.int64]]:
    """Cosines of garments with captions that name a kind alone, one a kind, and which one is right."""
    only_kind = (rows.captions.facets[:, 1:] < 0).all(1)
    kinds = {int(k): n for n, k in enumerate(rows.captions.facets[:, 0].tolist()) if only_kind[n]}
    texts = torch.from_numpy(in_blocks(task.text, rows.caption_features[list(kinds.values())]))
    place = {kind: n for n, kind in enumerate(kinds)}
    wanted = rows.studio.facets[picked][:, 0].tolist()
    keep = [n for n, kind in enumerate(wanted) if kind in place]
    return (looks[keep] @ texts.T).numpy(), np.array([place[wanted[n]] for n in keep], dtype=np.int64)


@torch.no_grad()
def finish(model: nn.Module, task: TryOnTask) -> None:
    """Fold the feature scaling into the heads and set the logit scale, so the plain model gives what the task gave."""
    task.eval()
    for part in (task.image, task.text):
        part.fold()
    model.get_parameter("logit_scale").copy_(task.scale("captions").log())
