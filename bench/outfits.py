"""Are the outfits of a running service valid, and what do they cost? Judged by the tests' own checker.

Start the service on the shared catalogue (see README, "How long a shopper waits"), then
`python -m bench.outfits --url http://127.0.0.1:8000`. Each photo comes with another wish, so that budgets, seasons,
men's, women's and children's looks all occur. The cost is measured on the same requests without outfits, the photo
already embedded both times: what is left is composing, explaining and storing them.
"""

import json
import os
import statistics
import time
import zipfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from models.training.data import read_corpus
from tests.app.recommendations.outfit_checker import Asked, faults, read_wares

SHARED = Path(os.environ.get("TRYON_SHARED", "../shared")) / "data"

WISHES: tuple[tuple[dict[str, str], Asked], ...] = (
    ({}, Asked()),
    ({"description": "for the office"}, Asked()),
    ({"description": "for a summer wedding"}, Asked(season="Summer")),
    ({"filters": '{"gender":"women"}'}, Asked(gender="women")),
    ({"filters": '{"gender":"men"}', "budget": '{"amount":"150","currency":"EUR"}'}, Asked("men", budget=Decimal(150))),
    ({"description": "适合冬天穿"}, Asked(season="Winter")),
    ({"budget": '{"amount":"120","currency":"EUR"}'}, Asked(budget=Decimal(120))),
    ({"description": "not black, for a party"}, Asked()),
    ({"filters": '{"age_group":"kids"}'}, Asked(for_children=True)),
)


def main(
    url: str = "http://127.0.0.1:8000",
    data: Annotated[Path, typer.Option(help="The shared data folder.")] = SHARED,
    photos: Annotated[int, typer.Option(min=1)] = 341,
    timed: Annotated[int, typer.Option(min=0, help="Photos that the cost is measured on; each asks thrice.")] = 341,
) -> None:
    """Ask for outfits around `photos/val` and check every one; exits 1 when one is not valid."""
    wares = read_wares(data / "catalog")
    ids = [p.id for p in read_corpus(data).photos if p.split == "val"][:photos]
    counts, wrong, added = Counter[str](), list[str](), list[float]()
    with httpx.Client(base_url=url, timeout=60) as client, zipfile.ZipFile(data / "photos" / "images.zip") as pictures:
        for number, photo in enumerate(track(ids, "outfits", transient=True)):
            fields, asked = WISHES[number % len(WISHES)]
            picture = pictures.read(f"{photo}.webp")
            if number < timed:  # embeds the photo, which both others then find cached
                _ask(client, picture, {**fields, "outfits": "0"})
            body, took = _ask(client, picture, {**fields, "outfits": "3"})
            if number < timed:
                added.append(took - _ask(client, picture, {**fields, "outfits": "0"})[1])
            found = faults(body["outfits"], wares, asked)
            wrong += [f"{photo} {json.dumps(fields, ensure_ascii=False)}: {fault}" for fault in found]
            counts.update(answers=1, outfits=len(body["outfits"]), faulty=bool(found), none=not body["outfits"])
    _print(counts, wrong, added)
    raise typer.Exit(1 if wrong else 0)


def _ask(client: httpx.Client, photo: bytes, fields: dict[str, str]) -> tuple[dict[str, Any], float]:
    """The answer, and how long it took in milliseconds."""
    started = time.perf_counter()
    answer = client.post("/v1/recommendations", files={"photo": ("p.webp", photo, "image/webp")}, data=fields)
    took = (time.perf_counter() - started) * 1_000
    return answer.raise_for_status().json(), took


def _print(counts: Counter[str], wrong: list[str], added: list[float]) -> None:
    console = Console()
    table = Table(
        "photos", "outfits", "photos without one", "photos with a faulty one", "added by outfits, p50 ms", "p95"
    )
    p95 = statistics.quantiles(added, n=20)[-1] if len(added) > 1 else None
    table.add_row(
        *(str(counts[name]) for name in ("answers", "outfits", "none", "faulty")),
        f"{statistics.median(added):.1f}" if added else "–",
        "–" if p95 is None else f"{p95:.1f}",
    )
    console.print(table)
    for line in wrong:
        console.print(line, markup=False)


if __name__ == "__main__":
    typer.run(main)
