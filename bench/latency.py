"""How long one shopper waits, at concurrency 1, against the bare model.

Start the service afresh (it caches photos) on the catalogue to be measured, then
`python -m bench.latency --url http://127.0.0.1:8000`.
The baseline is the shipped encoder alone, in this process, on the same photos and words: decode, encode, nothing else.
"""

import statistics
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from app.media.photo import decode
from app.settings import LimitSettings
from models.encoders import load_encoder

WISHES = (
    "for the office, not black",
    "red dress for a summer wedding",
    "blue jeans",
    "想要同款红色，适合夏天的婚礼",
    "黑色运动鞋",
    "white shirt without stripes",
)
SEMANTIC = "text, mode=semantic"
"""One nearest-neighbour search and nothing else: the search itself."""

Sample = tuple[bytes | None, str | None]


def main(
    url: str = "http://127.0.0.1:8000",
    photos: Annotated[Path, typer.Option(help="A zip of photos.")] = Path("../shared/data/photos/images.zip"),
    requests: Annotated[int, typer.Option(min=5, help="Requests of each sort.")] = 60,
    warmup: int = 5,
) -> None:
    """Measure photo, text and photo + text requests."""
    # Photos of their own for each sort: a photo seen before would come from the service's cache.
    pictures = _photos(photos, 2 * (requests + warmup))
    words = [WISHES[i % len(WISHES)] for i in range(requests + warmup)]
    sorts: dict[str, list[Sample]] = {
        "photo": [(p, None) for p in pictures[::2]],
        "text": [(None, w) for w in words],
        SEMANTIC: [(None, w) for w in words],
        "photo + text": list(zip(pictures[1::2], words, strict=True)),
    }
    bare = _bare_model()
    table = Table("request", "p50 ms", "p95 ms", "search p50 ms", "search p95 ms", "bare model p50 ms", "ratio")
    with httpx.Client(base_url=url, timeout=60) as client:
        ready = client.get("/readyz").raise_for_status().json()
        for sort, samples in sorts.items():
            answers = [_ask(client, s, semantic=sort == SEMANTIC) for s in track(samples, sort, transient=True)][
                warmup:
            ]
            baseline = [_timed(bare, s) for s in track(samples, f"{sort}, bare", transient=True)][warmup:]
            times, searches = [a[0] for a in answers], [a[1] for a in answers]
            p50, base = statistics.median(times), statistics.median(baseline)
            row = (p50, _p95(times), statistics.median(searches), _p95(searches), base)
            table.add_row(sort, *(f"{v:.1f}" for v in row), f"{p50 / base:.2f}")
    console = Console()
    console.print(f"{ready['items']:,} items, {ready['model']} {ready['revision']} on {ready['device']}, concurrency 1")
    console.print(table)


def _photos(path: Path, count: int) -> list[bytes]:
    with zipfile.ZipFile(path) as archive:
        names = sorted(archive.namelist())
        step = max(1, len(names) // count)
        return [archive.read(name) for name in names[::step][:count]]


def _ask(client: httpx.Client, sample: Sample, *, semantic: bool = False) -> tuple[float, float]:
    """Milliseconds until the whole answer is here, and the service's own search time."""
    photo, text = sample
    # (None, value) is a multipart field: without a photo httpx would send a URL-encoded form.
    fields: list[tuple[str, Any]] = [("mode", (None, "semantic" if semantic else "hybrid"))]
    if photo:
        fields.append(("photo", ("photo.webp", photo, "image/webp")))
    if text:
        fields.append(("description", (None, text)))
    started = time.perf_counter()
    answer = client.post("/v1/recommendations", files=fields)
    took = (time.perf_counter() - started) * 1000
    return took, float(answer.raise_for_status().json()["timings_ms"]["search"])


def _bare_model() -> Callable[[Sample], object]:
    encoder = load_encoder("tryon-mini")
    limits = LimitSettings()

    def run(sample: Sample) -> object:
        photo, text = sample
        image = encoder.encode_images([decode(photo, limits)]) if photo else None
        return image, encoder.encode_texts([text]) if text else None

    return run


def _timed(run: Callable[[Sample], object], sample: Sample) -> float:
    started = time.perf_counter()
    run(sample)
    return (time.perf_counter() - started) * 1000


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    typer.run(main)
