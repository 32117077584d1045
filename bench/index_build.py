"""Building an index over a large catalogue: `python -m bench.index_build`. Ready-made vectors, the real store.

What does a version of a million items cost beside what FAISS alone takes for the same structures? In one run, each
signal's structure is built by bare FAISS (its own calls, the same settings, the same threads at the same priority) and
by `SnapshotStore.build`; writing and verifying are shown apart. A fresh process then opens the version and searches it.

The vectors lie in heaps, as garments do: pictures round the middles of kinds and of looks within them, texts of the
same items round the same middles, further off.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeAlias, cast

import numpy as np
import psutil
import typer
from rich.console import Console
from rich.table import Table

from models.contracts import Matrix
from models.index import SnapshotStore, kinds, structures
from models.index.kinds import IndexKind as Kind
from models.index.snapshot import SIGNALS, Signal
from models.index.structures import faiss
from models.index.vectors import Precision, parts
from models.index.verification import found, least_wanted
from models.index.workplace import quietly
from models.registry import ModelSpec

Given: TypeAlias = dict[Signal, Matrix]

KINDS, LOOKS = 200, 20
"""Heaps, and smaller heaps in each."""

LOOK, NEAR, FAR = 0.6, 0.5, 0.8
"""Distance of looks from their kind's middle, of pictures from their look, of texts from it; kinds are 1.4 apart."""

MEGABYTE = 1_000_000
LIMIT = 1.3
"""Ours may take so many times as long as FAISS alone, writing and verifying counted apart."""


@dataclass(slots=True)
class Clock:
    """Seconds by the name of what was begun: by the wall, and of all cores."""

    wall: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    _name: str = ""
    _since: tuple[float, float] = (0.0, 0.0)

    def step(self, name: str) -> None:
        now = (time.perf_counter(), time.process_time())
        if self._name:
            self.wall[self._name] = self.wall.get(self._name, 0) + now[0] - self._since[0]
            self.cpu[self._name] = self.cpu.get(self._name, 0) + now[1] - self._since[1]
        self._name, self._since = name, now

    def sum(self, *endings: str) -> tuple[float, float]:
        """Wall and core seconds of what has such an ending."""
        names = [name for name in self.wall if name.endswith(endings)]
        return sum(self.wall[name] for name in names), sum(self.cpu[name] for name in names)


def main(
    rows: Annotated[int, typer.Option(min=2_000)] = 1_000_000,
    dims: Annotated[int, typer.Option(min=8, help="512 is what the shipped model has.")] = 512,
    kind: Annotated[list[str] | None, typer.Option(help="hnsw, ivfpq or flat; repeated. Else ivfpq and hnsw.")] = None,
    precision: Annotated[str, typer.Option(help="float32, float16 or int8.")] = "float32",
    queries: Annotated[int, typer.Option(min=1)] = 300,
    folder: Annotated[Path | None, typer.Option(help="Where to build; a temporary folder otherwise.")] = None,
    reopen: Annotated[str, typer.Option(help="Only open and search this version of the folder; prints JSON.")] = "",
) -> None:
    """Print build time beside bare FAISS, memory, search time and recall@10."""
    if reopen and folder:
        print(json.dumps(searched(folder, reopen)))
        return
    root = Path(tempfile.mkdtemp(prefix="tryon-index-", dir=folder))
    console = Console(width=120)
    try:
        given = catalogue(rows, dims)
        ask(root, given, queries)
        for name in cast(list[Kind], kind or ["ivfpq", "hnsw"]):
            console.print(measured(root, given, name, cast(Precision, precision)))
    finally:
        shutil.rmtree(root)


def measured(root: Path, given: Given, kind: Kind, precision: Precision) -> Table:
    """Build `kind` by FAISS alone and by the store, then search it in a fresh process."""
    count, dims = given["image"].shape
    clock = Clock()
    for signal in SIGNALS:
        clock.step(f"{signal} bare")
        quietly(partial(bare, kind, given[signal]))
    clock.step("")
    ids = [f"item-{number}" for number in range(count)]
    spec = ModelSpec(name="bench", revision="0", dims=dims, preprocess_version="0")
    store = SnapshotStore(root / "indexes")
    before = forget_peak()
    image, text = given["image"], given["text"]
    manifest = store.build(ids, image, text, spec, kind, precision=precision, on_step=clock.step)
    clock.step("")
    peak = peak_memory() - before
    command = [sys.executable, "-m", "bench.index_build", "--folder", str(root), "--reopen", manifest.version]
    again = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    table = Table(title=f"{count:,} items, {dims} numbers a vector, {kind}, {precision}")
    for column in ("figure", "value"):
        table.add_column(column)
    for figure, value in (*building(clock), *weighing(peak, sum(manifest.sizes.values()), again), *searching(again)):
        table.add_row(figure, value)
    table.add_row("as hard as it must look", json.dumps(manifest.efforts))
    return table


def building(clock: Clock) -> Iterator[tuple[str, str]]:
    (bare_wall, bare_cpu), (wall, cpu) = clock.sum(" bare"), clock.sum(" index")
    yield "bare FAISS, both signals", f"{bare_wall:.0f} s ({bare_cpu:.0f} s of cores)"
    yield "ours, the same", f"{wall:.0f} s ({cpu:.0f} s of cores)"
    if bare_wall:
        yield f"ratio, at most {LIMIT}", f"{wall / bare_wall:.2f} ({cpu / bare_cpu:.2f} of cores)"
    yield "writing, counted apart", "{:.0f} s ({:.0f} s of cores)".format(*clock.sum("written", "vectors"))
    yield "verifying, counted apart", "{:.0f} s ({:.0f} s of cores)".format(*clock.sum("verify"))


def weighing(peak: int, size: int, again: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "memory of the build above the vectors given", f"{peak / MEGABYTE:,.0f} MB"
    yield "on disk", f"{size / MEGABYTE:,.0f} MB"
    yield "opened, all checksums / sizes alone", f"{again['opened_s']:.1f} s / {again['opened_quick_s']:.2f} s"
    yield "resident after opening", f"{again['own']} MB own, {again['mapped']} MB of mapped files"
    yield "resident after the searches", f"{again['own_after']} MB own, {again['mapped_after']} MB of mapped files"


def searching(again: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for signal in SIGNALS:
        yield f"recall@10 by {signal}", f"{again['recall'][signal]:.4f}"
    yield "one search, p50 / p99", f"{again['p50']:.2f} / {again['p99']:.2f} ms"


def bare(kind: Kind, matrix: Matrix) -> None:
    """What somebody with FAISS alone would write."""
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    count, dims = matrix.shape
    match kind:
        case "flat":
            index = faiss.IndexFlatIP(dims)
        case "hnsw":
            index = faiss.IndexHNSWFlat(dims, kinds.HNSW_NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = structures.HNSW_BUILD_EFFORT
        case "ivfpq":
            cells, pieces = kinds.lists(count), kinds.code_bytes(dims)
            coarse = faiss.IndexFlatIP(dims)
            index = faiss.IndexIVFPQ(coarse, dims, cells, pieces, kinds.BITS, faiss.METRIC_INNER_PRODUCT)
            index.cp.max_points_per_centroid = structures.POINTS_A_CELL
            learned = np.random.default_rng(1).choice(
                count, min(count, structures.POINTS_A_CELL * cells), replace=False
            )
            index.train(matrix[np.sort(learned)])
    index.add(matrix)


def catalogue(rows: int, dims: int) -> Given:
    """Unit rows of pictures and texts, shape (rows, dims): the same items in the same heaps."""
    rng = np.random.default_rng(1)
    kinds_at = unit(rng.standard_normal((KINDS, 1, dims), np.float32))
    looks_at = unit(kinds_at + spread(rng, (KINDS, LOOKS, dims), LOOK)).reshape(KINDS * LOOKS, dims)
    look = rng.integers(0, KINDS * LOOKS, rows)
    given: Given = {}
    widths: tuple[tuple[Signal, float], ...] = (("image", NEAR), ("text", FAR))
    for signal, width in widths:
        matrix = np.empty((rows, dims), np.float32)
        for part in parts(matrix):
            middles = looks_at[look[part]]
            matrix[part] = unit(middles + spread(rng, middles.shape, width))
        given[signal] = matrix
    return given


def ask(root: Path, given: Given, count: int) -> None:
    """Keep in `root` queries near pictures, texts and what lies between, as shoppers' are, and what they must find."""
    rng = np.random.default_rng(2)
    rows = rng.integers(0, len(given["image"]), (3, -(-count // 3)))
    image, text = given["image"], given["text"]
    near = np.concatenate([image[rows[0]], text[rows[1]], unit(image[rows[2]] + text[rows[2]])])[:count]
    asked = unit(near + spread(rng, near.shape, LOOK / 2))
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    np.savez(root / "asked.npz", asked=asked, image=least_wanted(asked, image), text=least_wanted(asked, text))


def searched(root: Path, version: str) -> dict[str, Any]:
    """Open and search a version, alone in a process: seconds, MB, milliseconds, recall@10."""
    known = np.load(root / "asked.npz")
    asked = known["asked"]
    store = SnapshotStore(root / "indexes")
    started = time.perf_counter()
    store.open(version)
    opened = time.perf_counter()
    before = resident()
    snapshot = store.open(version, quick=True)
    quick = time.perf_counter()
    own, mapped = (after - was for after, was in zip(resident(), before, strict=True))
    times, recall = [], {}
    for signal in SIGNALS:
        index, matrix = snapshot.indexes[signal], snapshot.matrix(signal)
        recall[signal] = float(found(index, asked, matrix, known[signal]).mean())
        for query in asked:
            begun = time.perf_counter()
            snapshot.search(query, 10, signal=signal)
            times.append((time.perf_counter() - begun) * 1000)
    own_after, mapped_after = (after - was for after, was in zip(resident(), before, strict=True))
    return {
        "opened_s": opened - started, "opened_quick_s": quick - opened, "own": own, "mapped": mapped,
        "own_after": own_after, "mapped_after": mapped_after, "recall": recall,
        "p50": float(np.percentile(times, 50)), "p99": float(np.percentile(times, 99)),
    }  # fmt: skip


def resident() -> tuple[int, int]:
    """MB of this process that are its own, and MB of files that it has mapped and looked at (Linux)."""
    memory = psutil.Process().memory_info()
    return (memory.rss - memory.shared) // MEGABYTE, memory.shared // MEGABYTE


def forget_peak() -> int:
    """Start the peak anew (Linux, proc(5)) and say what is resident now, in bytes."""
    Path("/proc/self/clear_refs").write_text("5")
    return int(psutil.Process().memory_info().rss)


def peak_memory() -> int:
    """The most that was resident since, in bytes."""
    said = Path("/proc/self/status").read_text("ascii")
    return int(said.split("VmHWM:")[1].split()[0]) * 1024


def spread(rng: np.random.Generator, shape: tuple[int, ...], width: float) -> Matrix:
    """Noise of length `width` or so."""
    noise: Matrix = rng.standard_normal(shape, np.float32) * np.float32(width / np.sqrt(shape[-1]))
    return noise


def unit(matrix: Matrix) -> Matrix:
    scaled: Matrix = (matrix / np.linalg.norm(matrix, axis=-1, keepdims=True)).astype(np.float32)
    return scaled


if __name__ == "__main__":
    typer.run(main)
