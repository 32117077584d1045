"""How long one photo and one text take to become vectors on this CPU, batch 1, each encoder beside torch float32.

    tryon export --format onnx --out /tmp/onnx && tryon export --format int8 --out /tmp/int8
    python -m bench.encode --export /tmp/onnx --export /tmp/int8

Encoders take turns input by input, so that whatever else the machine does falls on all of them alike.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import torch
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from models.contracts import RGB, Encoder
from models.encoders import SHIPPED, load_encoder
from models.flats import draw, random_flats

WISHES = (
    "for the office, not black",
    "red dress for a summer wedding",
    "想要同款红色，适合夏天的婚礼",
    "white shirt without stripes",
)
PHOTO = (960, 1280)
"""Pixels of a photo after the service made it smaller: the resize to the model's input is part of the encoding."""

WARM_UP = 5
BASELINE = "torch fp32"

Given = TypeVar("Given", RGB, str)


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds, one a request."""

    photo: list[float]
    text: list[float]

    @property
    def both(self) -> list[float]:
        return [photo + text for photo, text in zip(self.photo, self.text, strict=True)]


def main(
    model: str = SHIPPED,
    exports: Annotated[list[Path] | None, typer.Option("--export", help="A folder that tryon export wrote.")] = None,
    requests: Annotated[int, typer.Option(min=10)] = 60,
    threads: Annotated[list[int] | None, typer.Option(min=1, help="Once for each number; else 1 and 2.")] = None,
) -> None:
    """Measure warm latency at batch 1."""
    photos = [draw(flat, *PHOTO) for flat in random_flats(requests + WARM_UP, 11)]
    shown = Table("encoder", "threads", "photo p50", "p95", "text p50", "p95", "photo + text p50", "p95", "of torch")
    for count in threads or (1, 2):
        torch.set_num_threads(count)
        measured = measure(encoders(model, exports or []), photos)
        base = statistics.median(measured[BASELINE].both)
        for name, times in measured.items():
            shown.add_row(
                name, str(count), *_cells(times.photo), *_cells(times.text), *_cells(times.both),
                f"{statistics.median(times.both) / base:.2f}",
            )  # fmt: skip
    console = Console()
    console.print(f"{model}, milliseconds, {requests} requests, batch 1, CPU")
    console.print(shown)


def encoders(model: str, exports: Sequence[Path]) -> dict[str, Encoder]:
    """What is compared, with the threads torch has now."""
    found: dict[str, Encoder] = {
        BASELINE: load_encoder(model, device="cpu", precision="fp32"),
        "torch bf16": load_encoder(model, device="cpu", precision="bf16"),
    }
    return found | {folder.name: load_encoder(str(folder), device="cpu") for folder in exports}


def measure(known: dict[str, Encoder], photos: Sequence[RGB]) -> dict[str, Times]:
    """Every encoder on every photo and a text, in turns; the first few rounds are not counted."""
    found = {name: Times([], []) for name in known}
    for round_, photo in enumerate(track(photos, "rounds", transient=True)):
        text = WISHES[round_ % len(WISHES)]
        for name, encoder in known.items():
            took = _timed(encoder.encode_images, photo), _timed(encoder.encode_texts, text)
            if round_ >= WARM_UP:
                found[name].photo.append(took[0])
                found[name].text.append(took[1])
    return found


def _timed(encode: Callable[[list[Given]], object], given: Given) -> float:
    started = time.perf_counter()
    encode([given])
    return (time.perf_counter() - started) * 1000


def _cells(times: list[float]) -> tuple[str, str]:
    return f"{statistics.median(times):.1f}", f"{statistics.quantiles(times, n=20)[-1]:.1f}"


if __name__ == "__main__":
    typer.run(main)
