"""`tryon train`: from a recipe and a data folder to a model folder."""

import hashlib
import shutil
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from open_clip.transform import MaybeToTensor, image_transform
from torch import Tensor, nn
from torchvision.transforms import Compose, Normalize

from models.encoders.speed import fold_neighbours
from models.evaluation.retrieval import precision_at, ranks, recall_at, top
from models.training.assemble import Assembled, assemble, heads
from models.training.backbones import MEAN, STD, TRUNK, image_trunk
from models.training.calibrate import Calibration, Cosines, logistic, temperature
from models.training.captions import lessons
from models.training.checkpoint import Files
from models.training.config import Recipe, read_recipe
from models.training.data import Corpus, indices, read_corpus
from models.training.dataset import TrainingSet, View
from models.training.distil import teach
from models.training.distributed import crew, training_device
from models.training.export import write_metadata, write_weights
from models.training.facets import agreement
from models.training.features import Advance, ImageFeatures, Transform, quiet
from models.training.loop import Place, fit
from models.training.prepare import TextTower, Views, digest, training_set
from models.training.stages import Rest, Stem, quick_depthwise
from models.training.task import Scaled, TryOnTask, Tuned

BLOCK = 512
SAMPLED = 400
"""Things of each view that the scaling of features is taken from."""

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


def train(
    config_path: Path, *, data: Path, cache: Path, out: Path, device: str = "auto", progress: Advance = quiet
) -> Trained:
    """Train the recipe at `config_path` on the `train` split of `data` and write the model folder to `out`.

    Features, the taught text tower and checkpoints are kept in `cache`: a run that stopped goes on where it was.
    Under torchrun all processes train one model; the first of them prepares what is cached and writes the folder.

    Args: device: `auto`, `cpu`, `cuda` or `cuda:<n>`. progress: called with a label, steps done and steps in all.
    Raises: FileNotFoundError for missing data, ValueError for a recipe that can't be or a device that isn't there,
        ModuleNotFoundError for a backbone that is not installed.
    """
    where = training_device(device)
    with crew(where) as mates:
        if not mates.leads:
            mates.wait()
        return _train(config_path, data, cache, out, Place(where, mates), progress)


def _train(config_path: Path, data: Path, cache: Path, out: Path, place: Place, progress: Advance) -> Trained:
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
    if place.crew.leads:
        place.crew.wait()
    task = new_task(made.model, rows, recipe).to(place.device)
    run = cache / "runs" / run_name(config_path, rows)
    run.mkdir(parents=True, exist_ok=True)
    report = Validation(corpus, views, tower)
    with quick_depthwise(task) if place.device.type == "cpu" and recipe.precision == "bf16" else nullcontext():
        fit(task, rows, recipe, Files(run / "checkpoint.pt", run / "curve.jsonl"), report, progress, place)
    task.cpu()
    figures = report(task)
    if place.crew.leads:
        calibration = calibrate(task, rows, recipe.seed)
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
    """The frozen part of the image backbone, fed as the finished model will be."""
    trunk, stages = image_trunk(), recipe.frozen_stages
    part = trunk if stages is None else Stem(trunk, stages)
    fold_neighbours(part)
    height, width = recipe.image_size
    cut = "" if stages is None else f"-stage{stages}"
    folder = cache / "features" / f"{TRUNK}-{height}x{width}{cut}"
    return ImageFeatures(part, letterbox(height, width), folder, progress)


def letterbox(height: int, width: int) -> Transform:
    """What open_clip's transform does to a picture, but for turning it into a tensor, which goes faster in batches."""
    whole = image_transform(
        (height, width), False, mean=MEAN, std=STD, resize_mode="longest", interpolation="bicubic", fill_color=255
    )
    to_size: Transform = Compose([step for step in whole.transforms if not isinstance(step, MaybeToTensor | Normalize)])
    return to_size


def new_task(model: nn.Module, rows: TrainingSet, recipe: Recipe) -> TryOnTask:
    """Fresh heads of `model` behind features scaled by what the training set looks like."""
    head, projection = heads(model)
    rest = None if recipe.frozen_stages is None else Rest(model.get_submodule("visual.trunk"), recipe.frozen_stages)
    seen, read = torch.cat([*map(sampled, image_views(rows))]), torch.cat([*map(sampled, rows.name_views)])
    with torch.inference_mode():
        pooled = seen.float() if rest is None else torch.cat([rest.eval()(b.float()) for b in torch.split(seen, 256)])
    said = rows.caption_features[:: max(1, len(rows.caption_features) // SAMPLED)]
    # The names open_clip gives these layers: timm's Mlp, and a Sequential.
    first_image, first_text = head.get_submodule("mlp.fc1"), projection.get_submodule("0")
    if not isinstance(first_image, nn.Linear) or not isinstance(first_text, nn.Linear):
        raise TypeError("a head must begin with a linear layer to take up the scaling of its features")
    scaled = Scaled(head, first_image, pooled.clone(), recipe.dropout)
    image = scaled if rest is None else Tuned(rest.requires_grad_(True), scaled, mixed=recipe.precision == "bf16")
    text = Scaled(projection, first_text, torch.cat([read, said]).float(), recipe.dropout)
    return TryOnTask(image, text, recipe.weights, recipe.dims, recipe.memory)


def image_views(rows: TrainingSet) -> list[View]:
    """Every view of every look of things."""
    return [*rows.studio.views, *rows.photo_views, *rows.drawn.views]


def sampled(view: View) -> Tensor:
    """Features of about SAMPLED things of a view."""
    things = np.flatnonzero(view.place >= 0)
    return view.take(things[:: max(1, len(things) // SAMPLED)])


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


def in_blocks(tower: nn.Module, view: View) -> Cosines:
    """`tower` over many things, in eval mode as it stands."""
    device = next(tower.parameters()).device
    things = np.array_split(np.arange(len(view)), max(1, len(view) // BLOCK))
    with torch.inference_mode():
        return torch.cat([tower(view.take(block).to(device)).cpu() for block in things]).numpy()


def calibrate(task: TryOnTask, rows: TrainingSet, seed: int, count: int = 4000) -> Calibration:
    """Fit score and probability on training pairs: garments with words, photos with garments.

    The score is fitted on what a search brings up, the nearest right and the nearest wrong ones of each query: against
    random pairs everything that is ever shown would score 1.
    """
    rng = torch.Generator().manual_seed(seed)
    picked = torch.randint(len(rows.names), (count,), generator=rng)
    shots = torch.randint(len(rows.photo_labels), (count,), generator=rng)
    words = rows.studio.said[picked, torch.randint(rows.studio.said.shape[1], (count,), generator=rng)]
    looks = torch.from_numpy(in_blocks(task.image, rows.studio.views[0].of(picked)))
    photos = torch.from_numpy(in_blocks(task.image, rows.photo_views[0].of(shots)))
    texts = torch.from_numpy(in_blocks(task.text, View.whole(rows.caption_features[words].numpy())))
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
    texts = torch.from_numpy(in_blocks(task.text, View.whole(rows.caption_features[list(kinds.values())].numpy())))
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
