"""What a training run leaves on disk: a checkpoint to go on from, and its curve."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.optim.swa_utils import AveragedModel

from models.training.task import TryOnTask


@dataclass(frozen=True)
class Files:
    """Where a run leaves its state and its curve."""

    checkpoint: Path
    curve: Path


@dataclass(frozen=True)
class State:
    """Everything that changes from step to step."""

    task: TryOnTask
    averaged: AveragedModel
    optimizer: torch.optim.Optimizer
    generator: torch.Generator


@dataclass(frozen=True, slots=True)
class Best:
    """The best report so far and how many came after it without being better."""

    value: float = -1.0
    waited: int = 0

    def after(self, value: float, patient: bool) -> "Best":
        """What one more report makes of it. Without patience nothing is waited for."""
        if value > self.value:
            return Best(value, 0)
        return Best(self.value, self.waited + 1 if patient else 0)


def save(path: Path, state: State, step: int, best: Best) -> None:
    """Write everything a later `resume` needs; a stop while writing leaves the former checkpoint whole."""
    entry = {
        "task": state.task.state_dict(), "averaged": state.averaged.state_dict(),
        "optimizer": state.optimizer.state_dict(), "generator": state.generator.get_state(),
        "global": torch.get_rng_state(), "step": step, "best": (best.value, best.waited),
    }  # fmt: skip
    torch.save(entry, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def resume(path: Path, state: State) -> tuple[int, Best]:
    """Load a checkpoint where there is one. Returns the step to go on with, and the best report so far."""
    if not path.is_file():
        return 0, Best()
    entry = torch.load(path, weights_only=True, map_location="cpu")
    state.task.load_state_dict(entry["task"])
    state.averaged.load_state_dict(entry["averaged"])
    state.optimizer.load_state_dict(entry["optimizer"])
    state.generator.set_state(entry["generator"])
    torch.set_rng_state(entry["global"])
    return int(entry["step"]), Best(*entry["best"])


class Curve:
    """A run's figures: a line of JSON a report, and the same for TensorBoard where it is installed."""

    def __init__(self, path: Path) -> None:
        self._path, self._board = path, _board(path.parent / "tensorboard")

    def add(self, step: int, figures: Mapping[str, float]) -> None:
        """One report."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step} | dict(figures)) + "\n")
        if self._board is not None:
            for name, value in figures.items():
                self._board.add_scalar(name.replace("@", "_at_"), value, step)
            self._board.flush()

    def close(self) -> None:
        """Call when the run is over."""
        if self._board is not None:
            self._board.close()


def _board(folder: Path) -> Any | None:
    """TensorBoard's writer; None where the extra `train` is not installed, for the lines of JSON say the same."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ModuleNotFoundError:
        return None
    return SummaryWriter(str(folder))
