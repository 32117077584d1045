"""`tryon train` and `tryon finetune`: from a recipe and a data folder to a model folder."""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from models.training.assemble import heads
from models.training.calibrate import Calibration
from models.training.checkpoint import Files
from models.training.config import Recipe, first_part, read_recipe
from models.training.data import Corpus, indices, read_corpus
from models.training.dataset import TrainingSet, View
from models.training.distributed import crew, training_device
from models.training.errors import CannotTrain
from models.training.export import write_metadata, write_weights
from models.training.features import Advance, quiet
from models.training.loop import Place, fit
from models.training.polish import polish
from models.training.prepare import Views, training_set
from models.training.scoring import calibrate
from models.training.stages import Rest, quick_depthwise
from models.training.start import start_folder
from models.training.task import Scaled, TryOnTask, Tuned
from models.training.teach_heads import teach_heads
from models.training.towers import Towers, build, teach_finished
from models.training.tuning import begin_trained, blend
from models.training.validation import ShopValidation, Validation, in_blocks

SAMPLED = 400
"""Things of each view that the scaling of features is taken from."""

Figures = Mapping[str, float]
Gate = Callable[[Figures, Figures], None]
"""Called with the figures before and after, before anything is written; raises to keep it so."""


@dataclass(frozen=True)
class Trained:
    """What a run made: the folder to load, its figures on `val` as last reported, and those of its start."""

    folder: Path
    figures: Figures
    before: Figures = field(default_factory=dict)


def train(
    config_path: Path,
    *,
    data: Path,
    cache: Path,
    out: Path,
    device: str = "auto",
    progress: Advance = quiet,
    changes: Mapping[str, Any] | None = None,
    gate: Gate | None = None,
) -> Trained:
    """Train the recipe at `config_path` on the `train` split of `data` and write the model folder to `out`.

    A recipe whose start is another recipe trains that one first. Features, the taught text tower and checkpoints are
    kept in `cache`: a run that stopped goes on where it was.
    Under torchrun all processes train one model; the first of them prepares what is cached and writes the folder.

    Args:
        device: `auto`, `cpu`, `cuda` or `cuda:<n>`.
        progress: called with a label, steps done and steps in all.
        changes: to the recipe's top-level keys. gate: asked before a recipe with a start writes its folder.
    Raises: FileNotFoundError for missing data, CannotTrain for a recipe, a start, data or a device that can't be,
        ModuleNotFoundError for a backbone that is not installed, and what `gate` raises.
    """
    try:
        where = training_device(device)
    except (ValueError, RuntimeError) as error:  # torch's own for a device it has no name for
        raise CannotTrain(" ".join(str(error).split())) from error
    changed = dict(changes or {})
    first = first_part(config_path, changed)
    if first is not None:
        made = cache / "starts" / hashlib.sha256(first.read_bytes()).hexdigest()[:12]
        train(first, data=data, cache=cache, out=made, device=device, progress=progress)
        changed["start"] = str(made)
    with crew(where) as mates:
        if not mates.leads:
            mates.wait()
        return _train(Job(config_path, changed, data, cache, out), Place(where, mates), gate, progress)


@dataclass(frozen=True)
class Job:
    """What one run is asked for."""

    config: Path
    changes: Mapping[str, Any]
    data: Path
    cache: Path
    out: Path


def _train(job: Job, place: Place, gate: Gate | None, progress: Advance) -> Trained:
    recipe, corpus = read_recipe(job.config, job.changes), _read(job.data)
    recipe = recipe if corpus.photos else replace(recipe, weights=recipe.weights.without_photos)
    _check(corpus, recipe, job.data, measured=gate is not None)
    torch.manual_seed(recipe.seed)
    staging = job.cache / "staging" / recipe.name
    towers = build(recipe, corpus, staging, job.cache, progress)
    views = Views(corpus, recipe, towers.images)
    rows = training_set(corpus, views, towers.text, recipe)
    if place.crew.leads:
        place.crew.wait()
    task = new_task(towers.model, rows, recipe)
    begun = begin_trained(task, towers.model, towers.text) if recipe.start else {}
    report = (ShopValidation if recipe.start else Validation)(corpus, views, towers.text)
    before = report(task) if recipe.start else {}
    task.to(place.device)
    run = job.cache / "runs" / run_name(job, towers, rows)
    run.mkdir(parents=True, exist_ok=True)
    with quick_depthwise(task) if place.device.type == "cpu" and recipe.precision == "bf16" else nullcontext():
        fit(task, rows, recipe, Files(run / "checkpoint.pt", run / "curve.jsonl"), report, progress, place)
    task.cpu()
    if recipe.start:
        blend(task, begun, recipe.blend)
    for part in (task.image, task.text):
        part.fold()
    if recipe.polish_steps:
        polish(task, rows, recipe, progress)
    figures = report(task)
    if gate is not None:
        gate(before, figures)
    if place.crew.leads:
        looks = in_blocks(task.image, View.whole(views.catalogue))
        calibration, told = write(task, towers, rows, recipe, figures, staging)
        start = start_folder(recipe.start) if recipe.start else None
        calibration, taught = teach_heads(staging, corpus, looks, calibration, progress, start=start)
        write_metadata(staging, recipe.name, calibration, {**told, **taught})
        shutil.copytree(staging, job.out, dirs_exist_ok=True)
    return Trained(job.out, figures, before)


def write(
    task: TryOnTask, towers: Towers, rows: TrainingSet, recipe: Recipe, figures: Figures, folder: Path
) -> tuple[Calibration, Figures]:
    """The trained model with its calibration beside the config and the tokenizer in `folder`. Uses up the task.

    Returns: that calibration, and `figures` with what else was measured.
    """
    calibration = calibrate(task, rows, recipe.seed)
    finish(towers.model, task)
    if recipe.start and recipe.lessons:
        figures = {**figures, "chinese": teach_finished(towers, recipe, folder)}
    write_weights(towers.model, folder)
    origin: Mapping[str, Any] = {"start": towers.revision, "blend": recipe.blend} if recipe.start else {}
    figures = {**figures, "steps": recipe.steps, **origin}
    write_metadata(folder, recipe.name, calibration, figures)
    return calibration, figures


def _read(data: Path) -> Corpus:
    try:
        return read_corpus(data)
    except KeyError as error:
        raise CannotTrain(f"a table in {data} lacks the column {error}") from error


def _check(corpus: Corpus, recipe: Recipe, data: Path, measured: bool) -> None:
    """Raises CannotTrain for data that holds nothing to train on, or to measure on where that decides."""
    if measured and not indices(corpus.items, "val"):
        raise CannotTrain(f"{data} has no items in its split 'val', so nobody can tell whether it helps; use --force")
    if not any(corpus.items[i].kind for i in indices(corpus.items, "train")):
        raise CannotTrain(f"{data} has no items of a known kind in its split 'train'")
    if corpus.photos and not indices(corpus.photos, "train"):
        raise CannotTrain(f"{data} has photos but none of them in the split 'train'")
    if recipe.batch.flats and not recipe.flats:
        raise CannotTrain("batch.flats are asked for but flats, their number in all, is 0")


def new_task(model: nn.Module, rows: TrainingSet, recipe: Recipe) -> TryOnTask:
    """Heads of `model` behind features scaled by what the training set looks like."""
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


def run_name(job: Job, towers: Towers, rows: TrainingSet) -> str:
    """One folder a recipe and data: a changed recipe starts afresh."""
    content = job.config.read_bytes()
    content += str((len(rows.names), len(rows.photo_labels), len(rows.captions.texts))).encode()
    if towers.revision:
        content += repr((sorted(job.changes.items()), towers.revision, towers.images.folder.name)).encode()
    return hashlib.sha256(content).hexdigest()[:12]


@torch.no_grad()
def finish(model: nn.Module, task: TryOnTask) -> None:
    """Set the logit scale of the plain model, whose heads the folded task has trained."""
    model.get_parameter("logit_scale").copy_(task.scale("captions").log())
