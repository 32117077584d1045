"""A report's curves and confusion matrices as PNG files."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.evaluation.report import Confusion, Curve, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

DPI = 120
CURVES, CONFUSION = "curves.png", "confusion.png"
MOST_NUMBERED = 12
"""A matrix with more classes than this shows colours alone."""


def draw(report: Report, folder: Path) -> list[Path]:
    """Write what the report has to show into `folder` (which is there) and return the files.

    Raises: ModuleNotFoundError without matplotlib.
    """
    made = []
    for name, canvas in ((CURVES, curves(report)), (CONFUSION, confusions(report))):
        if canvas is not None:
            path = folder / name
            canvas.savefig(path, dpi=DPI)
            made.append(path)
    return made


def curves(report: Report) -> "Canvas | None":
    """One panel a measure: every curve of it with its random control; None without curves."""
    measures = list(dict.fromkeys(curve.measure for curve in report.curves))
    if not measures:
        return None
    canvas = _canvas(7.0 * len(measures), 5.0)
    canvas.suptitle(report.title)
    for number, measure in enumerate(measures, start=1):
        axes = canvas.add_subplot(1, len(measures), number)
        _panel(axes, measure, [curve for curve in report.curves if curve.measure == measure])
    return canvas


def confusions(report: Report) -> "Canvas | None":
    """One panel a confusion matrix, each row as shares of its own; None without any."""
    if not report.confusions:
        return None
    canvas = _canvas(9.0 * len(report.confusions), 8.5)
    canvas.suptitle(report.title)
    for number, confusion in enumerate(report.confusions, start=1):
        _matrix(canvas.add_subplot(1, len(report.confusions), number), confusion)
    return canvas


def _canvas(width: float, height: float) -> "Canvas":
    """Drawn in memory: no window system is asked for, and pyplot's global state stays out of it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(canvas)
    return canvas


def _panel(axes: "Axes", measure: str, shown: Sequence[Curve]) -> None:
    for curve in shown:
        (line,) = axes.plot(curve.ks, curve.values, marker="o", markersize=3, label=curve.name)
        axes.plot(curve.ks, curve.control, linestyle=":", color=line.get_color(), label=f"{curve.name}, random")
    axes.set(title=measure, xlabel="k", ylabel="share", ylim=(0, 1))
    if measure.startswith("recall"):
        axes.set_xscale("log")
        ticks = shown[0].ks
        axes.set_xticks(ticks, [str(k) for k in ticks], minor=False)
        axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")


def _matrix(axes: "Axes", confusion: Confusion) -> None:
    counts = np.array(confusion.counts, dtype=np.float64)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    places = range(len(confusion.labels))
    axes.set_xticks(places, confusion.labels, rotation=90)
    axes.set_yticks(places, [f"{name} ({int(sum(row))})" for name, row in zip(confusion.labels, counts, strict=True)])
    axes.set(title=confusion.name, xlabel="told as", ylabel="is (rows)")
    if len(confusion.labels) <= MOST_NUMBERED:
        for (row, column), share in np.ndenumerate(shares):
            ink = "white" if share > 0.5 else "black"  # noqa: PLR2004 - the middle of the colour map
            axes.text(column, row, f"{int(counts[row, column])}", ha="center", va="center", color=ink, fontsize="small")
