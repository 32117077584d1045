"""Narrow filters over a large catalogue: `python -m bench.filters`. Synthetic vectors through the real index.

Does a list still fill, with the best, when one row in a thousand is allowed? Rows stand in clusters, as garments do,
and a filter is either scattered over all of them or lies where the query does not look. Exact search in NumPy over the
same rows is the oracle, an unfiltered search in the same run the baseline.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated, cast

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from models.contracts import Mask, Matrix
from models.index.exact import ExactIndex
from models.index.faiss_index import FaissIndex
from models.index.kinds import IndexKind

TOP = 10
ROUNDING = 1e-5
CLUSTERS, SPREAD = 1_000, 0.6
"""Of the synthetic rows: how many heaps, and how wide each is beside the distance between them."""

SHARES = (0.5, 0.1, 0.01, 0.001, 0.0001)


@dataclass(frozen=True, slots=True)
class Case:
    """One way to filter: its name, and the rows it allows for a query in a cluster (None: all)."""

    name: str
    allowed: Callable[[int], Mask | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one case: milliseconds a search, how full the lists were, and recall@10 against exact search."""

    milliseconds: NDArray[np.float64]
    full: float
    recall: float


def main(
    rows: Annotated[int, typer.Option(min=1_000, help="Vectors in the index.")] = 1_000_000,
    dims: Annotated[int, typer.Option(min=2)] = 128,
    queries: Annotated[int, typer.Option(min=1, help="Searches a case.")] = 100,
    kind: Annotated[str, typer.Option(help="flat, hnsw or ivfpq; building over a million rows takes long.")] = "flat",
    seed: int = 1,
) -> None:
    """Print latency, fullness and recall for filters from one in two to one in ten thousand."""
    rng = np.random.default_rng(seed)
    matrix, cluster = clustered(rng, rows, dims)
    index, oracle = FaissIndex.of(matrix, cast(IndexKind, kind)), ExactIndex(matrix)
    picked = rng.integers(0, rows, queries)
    asked = unit(matrix[picked] + rng.normal(size=(queries, dims)).astype(np.float32) * (SPREAD / np.sqrt(dims)))
    table = Table(title=f"{rows:,} rows of {dims} numbers, {kind} index, {queries} searches a case, top {TOP}")
    for column in ("filter", "allowed rows", "list full", "recall@10", "p50 ms", "p99 ms", "p50 by the baseline's"):
        table.add_column(column)
    baseline = 0.0
    for case in track(list(cases(rng, rows, cluster)), "filters", transient=True):
        masks = [case.allowed(int(cluster[row])) for row in picked]
        found = measured(index, oracle, asked, masks)
        p50, p99 = np.percentile(found.milliseconds, (50, 99))
        baseline = baseline or p50
        allowed = np.mean([rows if mask is None else np.count_nonzero(mask) for mask in masks])
        shown = (f"{found.full:.0%}", f"{found.recall:.3f}", f"{p50:.2f}", f"{p99:.2f}", f"{p50 / baseline:.2f}")
        table.add_row(case.name, f"{allowed:,.0f}", *shown)
    Console().print(table)


def cases(rng: np.random.Generator, rows: int, cluster: NDArray[np.intp]) -> Iterator[Case]:
    """The baseline first, then filters that have nothing to do with the query, then one that avoids it."""
    yield Case("none (baseline)", lambda _: None)
    for share in SHARES:
        scattered = rng.random(rows) < share
        yield Case(f"1 in {round(1 / share):,}", partial(_same_for_all, scattered))
    yield Case("1 in 1,000, another cluster", lambda mine: cluster == (mine + 1) % CLUSTERS)


def _same_for_all(mask: Mask, _mine: int) -> Mask:
    return mask


def measured(index: FaissIndex, oracle: ExactIndex, asked: Matrix, masks: list[Mask | None]) -> Outcome:
    """Each query once, after one that warms up. A hit counts by its score: equal vectors are interchangeable."""
    index.search(asked[0], TOP, masks[0])
    times, full, recall = [], [], []
    for query, mask in zip(asked, masks, strict=True):
        started = time.perf_counter()
        hits = index.search(query, TOP, mask)
        times.append((time.perf_counter() - started) * 1000)
        wanted = oracle.search(query, TOP, mask)
        full.append(len(hits) == len(wanted))
        worst = wanted[-1].score - ROUNDING if wanted else 0.0
        recall.append(sum(hit.score >= worst for hit in hits) / max(1, len(wanted)))
    return Outcome(np.array(times), float(np.mean(full)), float(np.mean(recall)))


def clustered(rng: np.random.Generator, rows: int, dims: int) -> tuple[Matrix, NDArray[np.intp]]:
    """Unit rows, shape (rows, dims), in heaps, and the heap of each."""
    middles = unit(rng.normal(size=(CLUSTERS, dims)).astype(np.float32))
    cluster = rng.integers(0, CLUSTERS, rows).astype(np.intp)
    matrix = rng.standard_normal((rows, dims), np.float32) * np.float32(SPREAD / np.sqrt(dims))
    matrix += middles[cluster]
    return unit(matrix), cluster


def unit(matrix: Matrix) -> Matrix:
    scaled: Matrix = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    return scaled


if __name__ == "__main__":
    typer.run(main)
