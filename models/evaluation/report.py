"""What an evaluation measured: figures beside control, baselines, target and interval, for people and for machines."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from models.evaluation.interval import Interval

BETTER = {True: "green", False: "red", None: ""}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number.

    Attributes:
        value: a share from 0 to 1 unless `unit` says otherwise.
        random: what a random ranking or guess gives; None where there is no such thing.
        queries: how many values it is a mean of.
        target: what the shipped model aims at; None: nothing.
        interval: 95 % bootstrap interval over the queries.
        baselines: other ways of getting there, by name.
        at_most: the target is an upper bound.
        above: the target itself does not do, as in "better than".
    """

    name: str
    value: float
    random: float | None
    queries: int
    target: float | None = None
    group: str = ""
    interval: Interval | None = None
    baselines: Mapping[str, float] = field(default_factory=dict)
    unit: str = ""
    at_most: bool = False
    above: bool = False

    @property
    def met(self) -> bool | None:
        if self.target is None:
            return None
        if self.above:
            return self.value > self.target
        return self.value <= self.target if self.at_most else self.value >= self.target

    @property
    def aim(self) -> str:
        """The target as people write it; empty without one."""
        if self.target is None:
            return ""
        return f"{'>' if self.above else '≤' if self.at_most else '≥'} {_number(self.target, self.unit, 2)}"


@dataclass(frozen=True, slots=True)
class Curve:
    """A measure over growing k. `control` is a random ranking's; both aligned with `ks`."""

    name: str
    measure: str
    ks: tuple[int, ...]
    values: tuple[float, ...]
    control: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often each label (row) was told as each (column); `labels` names both."""

    name: str
    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class ClassScore:
    """Precision, recall and F1 of one class; `support` rows have it."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Classes:
    """A classification report: every class, and the plain mean over classes."""

    name: str
    scores: tuple[ClassScore, ...]
    macro: ClassScore


@dataclass(frozen=True, slots=True)
class Measured:
    """What one measure adds to a report."""

    figures: tuple[Figure, ...] = ()
    curves: tuple[Curve, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    classes: tuple[Classes, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one evaluation measured. `sample` says how much was left out for a quick look; empty: nothing."""

    model: str
    revision: str
    split: str
    figures: tuple[Figure, ...]
    notes: dict[str, Any] = field(default_factory=dict)
    sample: str = ""
    curves: tuple[Curve, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    classes: tuple[Classes, ...] = ()

    @property
    def title(self) -> str:
        name = f"{self.model} ({self.revision}) on {self.split}"
        return f"{name}, {self.sample}" if self.sample else name

    def value(self, name: str) -> float:
        """Raises KeyError for a figure that was not measured."""
        return {figure.name: figure.value for figure in self.figures}[name]

    def to_json(self) -> str:
        made = asdict(self)
        for figure, entry in zip(self.figures, made["figures"], strict=True):
            entry["met"] = figure.met
        return json.dumps(made, indent=2, ensure_ascii=False) + "\n"

    def save(self, path: Path) -> None:
        path.write_text(self.to_json(), "utf-8")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(self.title, style="bold")
        if self.sample:
            yield Text(f"SAMPLE: {self.sample}. A smaller catalogue is easier to search: not to be quoted.", "yellow")
        for group in dict.fromkeys(figure.group for figure in self.figures):
            yield _table(group, [f for f in self.figures if f.group == group])
        for classes in self.classes:
            yield _class_table(classes)
        for name, value in self.notes.items():
            yield Text(f"{name}: {value}", style="dim")


def _table(group: str, figures: Iterable[Figure]) -> Table:
    table = Table(title=group or None, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("figure", overflow="fold", min_width=24)
    for heading in ("value", "95 % interval", "target", "random", "n"):
        table.add_column(heading, justify="right", no_wrap=True)
    for f in figures:
        spread = f"{_number(f.interval.low, f.unit)} … {_number(f.interval.high, f.unit)}" if f.interval else ""
        control = "" if f.random is None else _number(f.random, f.unit, 4)
        name = Text(f.name)
        for beside, value in f.baselines.items():
            name.append(f"\n  {beside} {_number(value, f.unit)}", "dim")
        table.add_row(name, _number(f.value, f.unit), spread, f.aim, control, f"{f.queries:,}", style=BETTER[f.met])
    return table


MOST_CLASSES = 15


def _class_table(classes: Classes) -> Table:
    table = Table(
        "class", title=f"{classes.name}: precision, recall, F1 by class", title_justify="left", box=SIMPLE_HEAD
    )
    for heading in ("precision", "recall", "F1", "rows"):
        table.add_column(heading, justify="right")
    commonest = sorted(classes.scores, key=lambda score: -score.support)
    for score in (classes.macro, *commonest[:MOST_CLASSES]):
        style = "bold" if score is classes.macro else ""
        shares = (f"{value:.3f}" for value in (score.precision, score.recall, score.f1))
        table.add_row(score.label, *shares, f"{score.support:,}", style=style)
    if len(commonest) > MOST_CLASSES:
        table.caption = f"{len(commonest) - MOST_CLASSES} rarer classes stand in the JSON"
    return table


def _number(value: float, unit: str, digits: int = 3) -> str:
    return f"{value:,.1f} {unit}" if unit else f"{value:.{digits}f}"
