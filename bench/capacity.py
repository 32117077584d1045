"""How much a service takes, what bounds it, and what becomes of it when three times as many come.

    python -m bench.capacity                              a demo shop
    python -m bench.capacity --data-dir F --soak-s 1800   a copy of that data folder, and half an hour at half of it

In one run: the bare model at saturation (its crops and preprocessing included, decoded photos, best batch); the real
service with one request at a time; the highest Poisson rate at which 95 of 100 requests are answered within four times
that median, a refusal counting as late; three times that rate; how soon a shopper is answered after; and, if wanted,
half that rate for long. All shoppers send another photo, every second one words too, and nothing is remembered between
them. The rates of the door are off: what is refused is refused because there is too much to do. The load comes from
this machine too and takes its share of the processor, which is told.
"""

import asyncio
import dataclasses
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Annotated

import psutil
import typer
from PIL import Image
from rich.console import Console
from rich.table import Table

from app.settings import Settings
from bench.capacity_figures import (
    OVERLOAD,
    SLOWER,
    Found,
    Overload,
    Sample,
    Soak,
    Trial,
    best,
    bound_by,
    highest,
    missed,
    percentile_ms,
    recovered,
    slope_per_hour,
    spent_ms,
    statuses,
    within,
)
from bench.engine import Sides
from bench.engine_load import Load
from bench.open_load import Answered, OpenLoop, arrivals, asker, forms
from bench.service_watch import Watch
from bench.soak import PHOTOS, copied, shoppers_photos
from bench.soak_service import running

MOST_PHOTOS = 4_000
BARE_PHOTOS = 192
NOT_REMEMBERED = {"TRYON_MODEL__CACHE_ENTRIES": "0"}
PROBES_S = 0.25
RECOVERY_PROBES = 16
MB = 1e6

out = Console(width=130)


@dataclass(frozen=True, slots=True)
class Plan:
    """How long everything is measured, and from which number the arrivals are drawn."""

    warmup: int
    unloaded: int
    trial_s: float
    trials: int
    overload_s: float
    soak_s: float
    seed: int


def main(
    data_dir: Annotated[Path | None, typer.Option(help="A service's data folder; it is copied.")] = None,
    photos: Annotated[Path, typer.Option(help="A zip of photos; the shop's own pictures without it.")] = PHOTOS,
    warmup: Annotated[int, typer.Option(min=1, help="Requests that do not count.")] = 20,
    unloaded: Annotated[int, typer.Option(min=10, help="Requests one at a time.")] = 60,
    trial_s: Annotated[float, typer.Option(min=1, help="How long each rate is tried.")] = 15.0,
    trials: Annotated[int, typer.Option(min=2, help="Rates tried at the most.")] = 8,
    overload_s: Annotated[float, typer.Option(min=1)] = 60.0,
    soak_s: Annotated[float, typer.Option(min=0, help="At half the capacity; 0: not at all.")] = 0.0,
    seed: int = 1,
    json_out: Annotated[Path | None, typer.Option("--out", help="The figures as JSON.")] = None,
) -> None:
    """Measure, print one table, exit with 1 when a target is missed."""
    plan = Plan(warmup, unloaded, trial_s, trials, overload_s, soak_s, seed)
    place = tempfile.TemporaryDirectory(prefix="tryon-capacity-", ignore_cleanup_errors=True)
    with place as folder:
        copy = copied(data_dir, Path(folder))
        pictures = shoppers_photos(photos, copy, MOST_PHOTOS)
        batch, bare = bare_model(pictures)
        out.print(f"{len(pictures):,} photos; the bare model: {bare:.1f} photos/s in batches of {batch}")
        found = asyncio.run(measure(copy, pictures, (batch, bare), plan))
    out.print(table(found))
    reasons = missed(found)
    for reason in reasons:
        out.print(f"[red]missed:[/red] {reason}")
    if json_out is not None:
        json_out.write_text(json.dumps(dataclasses.asdict(found) | {"missed": reasons}, indent=2) + "\n", "utf-8")
    raise typer.Exit(1 if reasons else 0)


def bare_model(photos: Sequence[bytes]) -> tuple[int, float]:
    """The best batch, and photos a second with it, of the model and the preprocessing that the service will use."""
    from models.encoders import load_encoder
    from models.preprocess.image import GarmentPreprocessor
    from models.preprocess.segmenters import load_segmenter

    settings = Settings()
    model, step = settings.model, max(1, len(photos) // BARE_PHOTOS)
    decoded = [Image.open(BytesIO(one)).convert("RGB") for one in islice(photos, 0, None, step)]

    async def nobody(photo: Image.Image) -> None:
        del photo

    encoder = load_encoder(model.name, device=model.device, precision=model.precision)
    preprocessor = GarmentPreprocessor(load_segmenter(settings.preprocess.segmenter))
    return Sides(encoder, preprocessor, decoded[:BARE_PHOTOS], Load(nobody)).best()


async def measure(data_dir: Path, photos: Sequence[bytes], bare: tuple[int, float], plan: Plan) -> Found:
    """Everything that needs the service. Raises SystemExit when no rate holds."""
    async with running(data_dir, more=NOT_REMEMBERED) as service:
        client, ask = asker(service.client.base_url, service.key("server"))
        async with client:
            return await Run(OpenLoop(ask, forms(photos)), Watch(service.client), plan).all(*bare)


@dataclass(frozen=True, slots=True)
class Run:
    """One service, one load."""

    load: OpenLoop
    watch: Watch
    plan: Plan

    async def all(self, batch: int, bare: float) -> Found:
        await self.load.alone(self.plan.warmup)
        alone = await self.load.alone(self.plan.unloaded)
        if not all(one.good for one in alone):
            raise SystemExit(f"Not even one at a time is answered: {statuses(alone)}")
        p50_ms = percentile_ms([one.took_s for one in alone], 0.5)
        bound_s = SLOWER * p50_ms / 1000
        out.print(f"one at a time: p50 {p50_ms:.0f} ms; the bound is {bound_s * 1000:.0f} ms")
        trials = await highest(lambda rate: self._trial(rate, bound_s), 1000 / p50_ms, self.plan.trials)
        capacity = best(trials)
        if capacity is None:
            raise SystemExit(f"No rate holds, not even {trials[-1].per_s:.2f}/s")
        over = await self._overload(capacity.per_s, bound_s)
        soak = await self._soak(capacity.per_s / 2) if self.plan.soak_s else None
        return Found(bare, batch, p50_ms, trials, capacity, over, soak)

    async def _trial(self, rate: float, bound_s: float) -> Trial:
        before, started = await self.watch.settled(), perf_counter()
        psutil.cpu_percent()
        answers = await self.load.at(arrivals(rate, self.plan.trial_s, self.plan.seed))
        machine, wall = psutil.cpu_percent() / 100, perf_counter() - started
        after = await self.watch.settled()
        took = [one.took_s for one in answers if one.good]
        trial = Trial(
            per_s=rate,
            sent=len(answers),
            within=within(answers, bound_s) / max(1, len(answers)),
            p50_ms=percentile_ms(took, 0.5),
            p95_ms=percentile_ms(took, 0.95),
            refused=sum(not one.good for one in answers),
            cpu=(after.cpu_s - before.cpu_s) / wall / (psutil.cpu_count() or 1),
            machine=machine,
            stages_ms=spent_ms(before, after),
        )
        out.print(
            f"{rate:.1f}/s: {trial.within:.1%} in time, p95 {trial.p95_ms:.0f} ms, {trial.refused} refused, "
            f"machine {machine:.0%}: {'holds' if trial.holds else 'too much'}"
        )
        return trial

    async def _overload(self, capacity: float, bound_s: float) -> Overload:
        ended = self.plan.overload_s
        moments = arrivals(OVERLOAD * capacity, ended, self.plan.seed + 1)
        after_it = [ended + PROBES_S * number for number in range(RECOVERY_PROBES)]
        out.print(f"{OVERLOAD:.0f} x that for {ended:.0f} s")
        before = await self.watch.settled()
        async with self.watch.meanwhile() as samples:
            answers = await self.load.at([*moments, *after_it])
        after = await self.watch.settled()
        crowd, probes = answers[: len(moments)], answers[len(moments) :]
        return Overload(
            sent=len(crowd),
            seconds=ended,
            goodput=within(crowd, bound_s) / ended,
            p95_ms=percentile_ms([one.took_s for one in crowd if one.good], 0.95),
            statuses=statuses(crowd),
            before=before.resident,
            after=after.resident,
            peak=max(one.resident for one in (before, *samples, after)),
            recovered_s=recovered(probes, ended, bound_s),
        )

    async def _soak(self, rate: float) -> Soak:
        out.print(f"{rate:.1f}/s for {self.plan.soak_s:.0f} s")
        async with self.watch.meanwhile() as samples:
            answers = await self.load.at(arrivals(rate, self.plan.soak_s, self.plan.seed + 2))
        return soaked(answers, samples, self.plan.soak_s)


def soaked(answers: Sequence[Answered], samples: Sequence[Sample], seconds: float) -> Soak:
    return Soak(
        seconds=seconds,
        sent=len(answers),
        errors=sum(not one.good for one in answers),
        slope=slope_per_hour(samples),
        resident=samples[-1].resident,
        files=(samples[0].files, samples[-1].files),
    )


def table(found: Found) -> Table:
    """Every figure."""
    capacity, over, soak = found.capacity, found.overload, found.soak
    bound = SLOWER * found.unloaded_ms
    told = {
        "bare model, saturated": f"{found.bare_per_s:.1f} photos/s, batches of {found.bare_batch}",
        "unloaded p50; bound": f"{found.unloaded_ms:.0f} ms; {bound:.0f} ms",
        "capacity": f"{capacity.per_s:.1f} requests/s, {capacity.per_s / found.bare_per_s:.2f} of the bare model",
        "  p50, p95, in time": f"{capacity.p50_ms:.0f} ms, {capacity.p95_ms:.0f} ms, {capacity.within:.1%}",
        "  bound by": bound_by(capacity),
        "  stages, ms": ", ".join(f"{name} {spent:.0f}" for name, spent in capacity.stages_ms.items()),
        f"{OVERLOAD:.0f} x capacity, {over.seconds:.0f} s": f"{over.sent:,} sent, statuses {dict(over.statuses)}",
        "  goodput": f"{over.goodput:.1f}/s, {over.goodput / capacity.per_s:.2f} of capacity",
        "  p95 of the admitted": f"{over.p95_ms:.0f} ms, {over.p95_ms / found.unloaded_ms:.1f} x unloaded p50",
        "  resident before, after, peak": " ".join(
            f"{one / MB:.0f} MB" for one in (over.before, over.after, over.peak)
        ),
        "  answered in time again after": "never" if over.recovered_s is None else f"{over.recovered_s:.2f} s",
    }
    if soak is not None:
        told |= {
            f"half of it, {soak.seconds:.0f} s": f"{soak.sent:,} sent, {soak.errors} errors",
            "  resident": f"{soak.resident / MB:.0f} MB, slope {soak.slope / MB:+.1f} MB/h",
            "  file descriptors": f"{soak.files[0]} first, {soak.files[1]} last",
        }
    shown = Table("figure", "value", title="Capacity")
    for name, value in told.items():
        shown.add_row(name, value)
    return shown


if __name__ == "__main__":
    typer.run(main)
