"""`tryon finetune`: a trained model tuned on one shop's catalogue, kept only where it finds more there."""

from pathlib import Path
from typing import Any

from models.training.config import read_recipe
from models.training.errors import CannotTrain, GotWorse
from models.training.features import Advance, quiet
from models.training.run import Figures, Trained, train

ROUNDING = 1e-6
WARM = 10
"""The rates rise over a tenth of the steps at most."""


def finetune(
    config_path: Path,
    *,
    data: Path,
    cache: Path,
    out: Path,
    start: str | None = None,
    steps: int | None = None,
    device: str = "auto",
    force: bool = False,
    progress: Advance = quiet,
) -> Trained:
    """Tune the recipe's start, or `start`, on the `train` split of `data` and write the model folder to `out`.

    The figures before and after are those of `validation.ShopValidation` on the `val` split of `data`.

    Args: start: a model's name or folder. steps: instead of the recipe's. force: write whatever the figures say.
    Raises: GotWorse, with nothing written, unless forced; CannotTrain for a recipe without a start or data without
        `val` rows; and what `train` raises.
    """
    changes: dict[str, Any] = {} if start is None else {"start": start}
    recipe = read_recipe(config_path, changes)
    if recipe.start is None:
        raise CannotTrain(f"{config_path.name}: has no start, the model to tune; use `tryon train`, or name a model")
    if steps is not None:
        changes |= {"steps": steps, "warmup": min(recipe.warmup, max(1, steps // WARM))}
    gate = None if force else must_not_be_worse
    return train(
        config_path, data=data, cache=cache, out=out, device=device, progress=progress, changes=changes, gate=gate
    )


def must_not_be_worse(before: Figures, after: Figures) -> None:
    """Raises GotWorse where the mean of the figures fell."""
    if score(after) < score(before) - ROUNDING:
        changed = ", ".join(f"{name} {before[name]:.3f} → {after[name]:.3f}" for name in before)
        raise GotWorse(f"tuning made the model worse on the shop's own val part, so nothing was written: {changed}. "
                       "Try fewer steps or a smaller blend, or use --force")  # fmt: skip


def score(figures: Figures) -> float:
    """The mean of the figures, each from 0 to 1."""
    return sum(figures.values()) / len(figures)
