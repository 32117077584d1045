"""The training loop, top to bottom: draw, forward, backward, step; log, report, save; resume where it stopped."""

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from models.training.config import Recipe
from models.training.dataset import TrainingSet
from models.training.features import Advance
from models.training.task import TryOnTask

Report = Callable[[], Mapping[str, float]]
"""Measures the task as it stands, on validation data."""


@dataclass(frozen=True)
class Files:
    """Where a run leaves its state and its curve."""

    checkpoint: Path
    curve: Path


def fit(task: TryOnTask, data: TrainingSet, recipe: Recipe, files: Files, report: Report, advance: Advance) -> None:
    """Train `task` in place. A run that stopped continues from its last checkpoint, with the same batches to come."""
    optimizer = torch.optim.AdamW(task.parameters(), lr=recipe.rate, weight_decay=recipe.weight_decay)
    generator = torch.Generator().manual_seed(recipe.seed)
    started, clock = resume(files.checkpoint, task, optimizer, generator), time.monotonic()
    for step in range(started, recipe.steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, recipe)
        task.train()
        losses = task.losses(data.draw(recipe.batch, generator))
        optimizer.zero_grad()
        torch.autograd.backward(task.total(losses))
        torch.nn.utils.clip_grad_norm_(task.parameters(), 1.0)
        optimizer.step()
        advance("train", step + 1, recipe.steps)
        if (step + 1) % recipe.report_every == 0 or step + 1 == recipe.steps:
            task.eval()
            entry: dict[str, float] = {"step": step + 1, "seconds": round(time.monotonic() - clock, 1)}
            log(files.curve, entry | {name: round(loss.item(), 4) for name, loss in losses.items()} | dict(report()))
            save(files.checkpoint, task, optimizer, generator, step + 1)
    task.eval()


def learning_rate(step: int, recipe: Recipe) -> float:
    """Linear warm-up, then a cosine down to nothing (Loshchilov and Hutter 2017)."""
    if step < recipe.warmup:
        return recipe.rate * (step + 1) / recipe.warmup
    share = (step - recipe.warmup) / max(1, recipe.steps - recipe.warmup)
    return recipe.rate * (1 + math.cos(math.pi * share)) / 2


def log(path: Path, entry: Mapping[str, float]) -> None:
    """Append one line to the curve (JSON Lines)."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(dict(entry)) + "\n")


def save(path: Path, task: TryOnTask, optimizer: torch.optim.Optimizer, generator: torch.Generator, step: int) -> None:
    """Write everything a later `resume` needs; a stop while writing leaves the former checkpoint whole."""
    state = {"task": task.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
    state |= {"generator": generator.get_state(), "global": torch.get_rng_state()}
    torch.save(state, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def resume(path: Path, task: TryOnTask, optimizer: torch.optim.Optimizer, generator: torch.Generator) -> int:
    """Load a checkpoint where there is one. Returns the step to go on with."""
    if not path.is_file():
        return 0
    state = torch.load(path, weights_only=True)
    task.load_state_dict(state["task"])
    optimizer.load_state_dict(state["optimizer"])
    generator.set_state(state["generator"])
    torch.set_rng_state(state["global"])
    return int(state["step"])
