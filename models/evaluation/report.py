"""Figures with their random control, as a table for people and as JSON for machines."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured share from 0 to 1, what chance gives, and what the recipe aims at (None: no target)."""

    name: str
    value: float
    random: float
    queries: int
    target: float | None = None

    @property
    def met(self) -> bool | None:
        return None if self.target is None else self.value >= self.target


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one evaluation measured."""

    model: str
    revision: str
    split: str
    figures: tuple[Figure, ...]
    notes: dict[str, Any] = field(default_factory=dict)

    def value(self, name: str) -> float:
        """Raises KeyError for a figure that was not measured."""
        return {figure.name: figure.value for figure in self.figures}[name]

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"

    def save(self, path: Path) -> None:
        path.write_text(self.to_json(), "utf-8")

    def __rich__(self) -> Table:
        table = Table(title=f"{self.model} ({self.revision}) on {self.split}")
        table.add_column("figure")
        for heading in ("value", "random", "target", "n"):
            table.add_column(heading, justify="right")
        for figure in self.figures:
            target = "" if figure.target is None else f"≥ {figure.target:.2f}"
            style = {True: "green", False: "red", None: ""}[figure.met]
            table.add_row(
                figure.name, f"{figure.value:.3f}", f"{figure.random:.4f}", target, str(figure.queries), style=style
            )
        for name, value in self.notes.items():
            table.add_row(name, str(value), "", "", "", style="dim")
        return table
