"""The engine at saturation beside the bare model, and beside another engine, on this machine's CPU.

    python -m bench.engine                                     tryon-mini
    python -m bench.engine --cut                               the garment found in each photo first, on both sides
    python -m bench.engine --random FOLDER --photos 96         ViT-B/32 with random weights, written into FOLDER
    python -m bench.engine --random FOLDER --photos 96 --infinity OTHER/bin/python
                                                               beside infinity-emb, in an environment OTHER of its own
    … --precision bf16 [--theirs bfloat16]                     both of our sides in bfloat16 [and infinity-emb too]

Both sides begin with decoded photos. The bare model crops (`--cut`), resizes and encodes them in batches, in one thread
of Python, at the batch size that is fastest. The engine is asked for one photo a request, by so many callers at a time,
and remembers nothing. Sides take turns; ratios are between neighbours, and their median is told.
"""

import asyncio
import json
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import torch
import typer
from rich.console import Console
from rich.table import Table

from bench.engine_load import Load, Measured
from models.contracts import RGB, Encoder, Prepared, Preprocessor
from models.encoders import SHIPPED, load_encoder
from models.engine.engine import Engine
from models.flats import draw, random_flats
from models.fusion import fusions
from models.preprocess.image import GarmentPreprocessor

BATCHES = (1, 4, 8, 16, 32)
ROOT = Path(__file__).parents[1]
SHARE = 0.85
"""Of what the other engine manages at its best: the rate at which both are then asked."""


class Whole:
    """No garment is looked for."""

    version = "whole"

    def prepare(self, photo: RGB, photo_kind: str) -> Prepared:
        del photo_kind
        return Prepared((photo,))


@dataclass(frozen=True)
class Sides:
    """The same photos for the bare model and for the engine around it."""

    encoder: Encoder
    preprocessor: Preprocessor
    photos: Sequence[RGB]
    load: Load[RGB]

    def bare(self, batch: int) -> float:
        """Photos a second."""
        started = perf_counter()
        for first in range(0, len(self.photos), batch):
            chosen = self.photos[first : first + batch]
            self.encoder.encode_images(
                [c for photo in chosen for c in self.preprocessor.prepare(photo, "garment").crops]
            )
        return len(self.photos) / (perf_counter() - started)

    def best(self) -> tuple[int, float]:
        """The fastest batch size, and photos a second with it."""
        self.bare(BATCHES[-1])
        return max(((batch, self.bare(batch)) for batch in BATCHES), key=lambda found: found[1])


Ask = Callable[[dict[str, Any]], Measured]


@contextmanager
def infinity(python: Path, model: Path, photos: Sequence[RGB], threads: int, batch: int, dtype: str) -> Iterator[Ask]:
    """The other engine in a process of its own; it is asked as the arguments of `bench.engine_infinity` say."""
    with tempfile.TemporaryDirectory() as folder:
        for number, photo in enumerate(photos):
            photo.save(Path(folder) / f"{number:04}.png")
        command = [str(python), "-m", "bench.engine_infinity", str(model), folder, str(threads), str(batch), dtype]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            if process.stdin is None or process.stdout is None:
                raise AssertionError("the process was started with pipes")
            questions, answers = process.stdin, process.stdout
            if not answers.readline():
                raise SystemExit("infinity-emb did not start")

            def ask(what: dict[str, Any]) -> Measured:
                questions.write(json.dumps(what) + "\n")
                questions.flush()
                return Measured(**json.loads(answers.readline()))

            yield ask
            questions.close()


async def measure(sides: Sides, callers: Sequence[int], rounds: int, other: Ask | None) -> Table:
    table = Table("side", "callers", "photos/s", "p50 ms", "p95 ms", "of the bare model", "of infinity", "p95 of its")
    batch, _ = await asyncio.to_thread(sides.best)
    table.add_row(f"bare, batches of {batch}", "", f"{sides.bare(batch):.1f}")
    best = 0.0
    for count in callers:
        bare, ours, theirs = list[float](), list[Measured](), list[Measured]()
        for _ in range(rounds):
            bare.append(await asyncio.to_thread(sides.bare, batch))
            ours.append(await sides.load.closed(sides.photos, count))
            if other is not None:
                theirs.append(await asyncio.to_thread(other, {"callers": count}))
        best = max([best, *(one.per_s for one in theirs)])
        _rows(table, str(count), bare, ours, theirs)
    if other is not None:
        rate, ours, theirs = SHARE * best, list[Measured](), list[Measured]()
        for _ in range(rounds):
            ours.append(await sides.load.open(sides.photos, rate))
            theirs.append(await asyncio.to_thread(other, {"per_s": rate}))
        _rows(table, f"{rate:.1f}/s", [], ours, theirs)
    return table


def _rows(table: Table, load: str, bare: Sequence[float], ours: Sequence[Measured], theirs: Sequence[Measured]) -> None:
    def median(values: Sequence[float]) -> str:
        return f"{statistics.median(values):.2f}" if values else ""

    speed = median([one.per_s / other.per_s for one, other in zip(ours, theirs, strict=True)] if theirs else [])
    tail = median([one.p95 / other.p95 for one, other in zip(ours, theirs, strict=True)] if theirs else [])
    for name, side, of in (("engine", ours, (speed, tail)), ("infinity", theirs, ("", ""))):
        if side:
            share = median([one.per_s / base for one, base in zip(side, bare, strict=True)] if bare else [])
            cells = (statistics.median(getattr(one, what) for one in side) for what in ("per_s", "p50", "p95"))
            table.add_row(name, load, *(f"{cell:.1f}" for cell in cells), share, *of)


async def run(
    model: str, sides_of: Callable[[Load[RGB], Encoder], Sides], callers: Sequence[int], rounds: int, other: Ask | None,
    preprocessor: Preprocessor, max_batch: int, prepare_threads: int, precision: str,
) -> Table:  # fmt: skip
    encoder = load_encoder(model, device="cpu", precision=precision)
    engine = Engine(
        encoder, preprocessor, fusions(), cache_entries=0, max_batch=max_batch, prepare_threads=prepare_threads
    )
    try:
        await engine.warm_up()

        async def ask(photo: RGB) -> object:
            return await engine.encode_query([photo], None, photo_kind="garment")

        return await measure(sides_of(Load(ask), encoder), callers, rounds, other)
    finally:
        await engine.close()


def main(
    model: str = SHIPPED,
    random: Annotated[Path | None, typer.Option(help="Where ViT-B/32 with random weights is, or is written.")] = None,
    other: Annotated[Path | None, typer.Option("--infinity", help="A Python that has infinity-emb.")] = None,
    cut: Annotated[bool, typer.Option(help="Find the garment first.")] = False,
    photos: Annotated[int, typer.Option(min=16)] = 192,
    callers: Annotated[list[int] | None, typer.Option(min=1, help="Once for each number; else 16 and 32.")] = None,
    rounds: Annotated[int, typer.Option(min=1)] = 5,
    threads: Annotated[int, typer.Option(min=1, help="Of torch.")] = 2,
    prepare_threads: Annotated[int, typer.Option(min=1)] = 2,
    max_batch: Annotated[int, typer.Option(min=1)] = 32,
    precision: Annotated[str, typer.Option(help="As the setting of the service has it.")] = "auto",
    theirs: Annotated[str, typer.Option(help="What infinity-emb computes in.")] = "float32",
) -> None:
    """Measure."""
    torch.set_num_threads(threads)
    if random is not None:
        from bench.engine_model import random_vit_b_32

        model = str(random_vit_b_32(random))
    pictures = [draw(flat, 480, 640) for flat in random_flats(photos, 5)]
    preprocessor: Preprocessor = GarmentPreprocessor() if cut else Whole()

    def sides(load: Load[RGB], encoder: Encoder) -> Sides:
        return Sides(encoder, preprocessor, pictures, load)

    def measured(ask: Ask | None) -> Table:
        counts = callers or [16, 32]
        return asyncio.run(run(model, sides, counts, rounds, ask, preprocessor, max_batch, prepare_threads, precision))

    console = Console(width=140)
    title = f"{Path(model).name}, {photos} photos, {threads} threads, {precision}, medians of {rounds} rounds"
    console.print(f"{title}{', garment found first' if cut else ''}")
    if other is None:
        console.print(measured(None))
    else:
        with infinity(other, Path(model), pictures, threads, max_batch, theirs) as ask:
            console.print(measured(ask))


if __name__ == "__main__":
    typer.run(main)
