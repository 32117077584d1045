"""The training loop, top to bottom: draw, forward, backward, step; log, report, save; resume where it stopped."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from models.training.checkpoint import Curve, Files, State, resume, save
from models.training.config import Recipe
from models.training.dataset import TrainingSet
from models.training.distributed import Crew
from models.training.features import Advance
from models.training.task import TryOnTask

Report = Callable[[TryOnTask], Mapping[str, float]]
"""Measures a task as it stands, on validation data."""


@dataclass(frozen=True)
class Place:
    """Where a run computes: its device, and its place among the processes that train together."""

    device: torch.device
    crew: Crew


def fit(
    task: TryOnTask, data: TrainingSet, recipe: Recipe, files: Files, report: Report, advance: Advance, place: Place
) -> None:
    """Train `task` in place; it ends as the running mean of its weights where the recipe asks for one.

    A run that stopped continues from its last checkpoint, with the same batches to come. It ends early when
    `recipe.patience` reports in a row brought nothing better.
    """
    optimizer = torch.optim.AdamW(groups(task, recipe), lr=recipe.rate, weight_decay=recipe.weight_decay)
    averaged = AveragedModel(task, multi_avg_fn=running_mean(recipe.averaging))
    state = State(task, averaged, optimizer, torch.Generator().manual_seed(recipe.seed + place.crew.rank))
    step, best = resume(files.checkpoint, state)
    model, clock, curve = place.crew.wrap(task, place.device), time.monotonic(), Curve(files.curve)
    while step < recipe.steps and best.waited <= recipe.patience:
        share = schedule(step, recipe)
        for group in optimizer.param_groups:
            group["lr"] = group["highest"] * share
        task.train()
        losses = one_step(model, data, recipe, state, place.device)
        averaged.update_parameters(task)
        step += 1
        advance("train", step, recipe.steps)
        if (step % recipe.report_every == 0 or step == recipe.steps) and place.crew.leads:
            shipped: Any = averaged.module if recipe.averaging else task
            figures = dict(report(shipped.eval()))
            curve.add(step, {"seconds": round(time.monotonic() - clock, 1)} | losses | figures)
            best = best.after(sum(figures.values()), bool(recipe.patience))
            save(files.checkpoint, state, step, best)
        if recipe.patience and step % recipe.report_every == 0:
            best = replace(best, waited=place.crew.told(best.waited))
    curve.close()
    if recipe.averaging:
        task.load_state_dict(averaged.module.state_dict())
    task.eval()


def one_step(
    model: nn.Module, data: TrainingSet, recipe: Recipe, state: State, device: torch.device
) -> dict[str, float]:
    """One update from `recipe.accumulate` batches, whose gradients add up. Returns the last batch's losses."""
    state.optimizer.zero_grad()
    losses: Mapping[str, Tensor] = {}
    for _ in range(recipe.accumulate):
        losses = model(data.draw(recipe.batch, state.generator).to(device))
        torch.autograd.backward(state.task.total(losses) / recipe.accumulate)
    torch.nn.utils.clip_grad_norm_(state.task.parameters(), 1.0)
    state.optimizer.step()
    return {name: round(loss.item(), 4) for name, loss in losses.items()}


def groups(task: TryOnTask, recipe: Recipe) -> list[dict[str, object]]:
    """Parameters by learning rate and decay: what is tuned of the backbone goes slower, and only matrices decay."""
    tuned = {id(p) for p in task.backbone()}
    out = []
    for rate, of_trunk in ((recipe.rate, False), (recipe.trunk_rate, True)):
        mine = [p for p in task.parameters() if (id(p) in tuned) == of_trunk]
        for decay, matrices in ((recipe.weight_decay, True), (0.0, False)):
            chosen = [p for p in mine if (p.ndim > 1) == matrices]
            if chosen:
                out.append({"params": chosen, "highest": rate, "weight_decay": decay})
    return out


def running_mean(decay: float) -> Any:
    """How the shipped weights follow the trained ones (untyped in torch)."""
    make: Any = get_ema_multi_avg_fn
    return make(decay)


def schedule(step: int, recipe: Recipe) -> float:
    """Share of the highest rate: linear warm-up, then a cosine down to nothing (Loshchilov and Hutter 2017)."""
    if step < recipe.warmup:
        return (step + 1) / recipe.warmup
    done = (step - recipe.warmup) / max(1, recipe.steps - recipe.warmup)
    return (1 + math.cos(math.pi * done)) / 2
