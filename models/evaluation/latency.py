"""How long one photo and one text take to embed, here and now."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle

import torch

from models.contracts import RGB, Encoder
from models.evaluation.report import Figure
from models.evaluation.targets import Group

GROUP = Group("encode latency, one at a time")
WARM_UP, RUNS = 3, 20
TEXT = "same style but in red, for a summer wedding"


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of each run, sorted."""

    runs: tuple[float, ...]

    @property
    def p50(self) -> float:
        return statistics.median(self.runs)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.runs, n=20)[-1] if len(self.runs) > 1 else self.runs[0]


def timed(work: Callable[[], object], runs: int = RUNS, warm_up: int = WARM_UP) -> Timed:
    """Wall-clock time of `work`, again and again; the first ones do not count."""
    for _ in range(warm_up):
        work()
    spent = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        spent.append((time.perf_counter() - started) * 1000)
    return Timed(tuple(sorted(spent)))


def latency(encoder: Encoder, photos: Sequence[RGB], also: Sequence[Encoder] = ()) -> list[Figure]:
    """p50 of one photo + text for each encoder; `photos` take turns, so that nothing is answered from memory."""
    if not photos:
        return []
    return [_figure(encoder, photos, ""), *(_figure(one, photos, one.spec.name) for one in also)]


def _figure(encoder: Encoder, photos: Sequence[RGB], variant: str) -> Figure:
    turn = cycle(photos)

    def both() -> None:
        encoder.encode_images([next(turn)])
        encoder.encode_texts([TEXT])

    spent = timed(both)
    name = "encode one photo + text, p50"
    label = f"{name} ({variant})" if variant else name
    beside = {"p95": spent.p95, "photo": timed(lambda: encoder.encode_images(photos[:1])).p50}
    beside["text"] = timed(lambda: encoder.encode_texts([TEXT])).p50
    about = "encode one photo + text, ONNX or int8, p50" if variant else name
    return GROUP.figure(label, spent.p50, None, len(spent.runs), unit="ms", about=about, baselines=beside)


def machine(device: str) -> str:
    """What the times were taken on."""
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    cores = f"{os.cpu_count()} cores, {torch.get_num_threads()} threads of torch, load {busy:.1f}"
    return f"{device} of {_processor()}, {cores}"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123 - Linux's own file, read line by line
            named = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        named = []
    return named[0] if named else platform.processor() or platform.machine()
