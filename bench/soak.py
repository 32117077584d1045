"""A soak: shoppers query without pause while indexes are built and switched, feeds come in, and items change live.

`python -m bench.soak --data-dir var/full` works on a copy of that data folder; without one it fills a demo shop first.
It starts the real service on the copy, measures four clients alone, then the same clients while everything else goes
on, and exits with 1 when a query failed, an answer held an item whose deletion had been acknowledged before the query
was sent, or the slowest hundredth of queries during a reindex took more than twice as long as before.
"""

import asyncio
import dataclasses
import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Coroutine, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench.soak_load import Changes, Clients, Imports, Load, Reindexes
from bench.soak_service import Running, filled, running

PHOTOS = Path("../shared/data/photos/images.zip")
MOST_RATIO = 2.0

out = Console()


@dataclasses.dataclass(frozen=True, slots=True)
class Amounts:
    """How much of what goes on besides the queries."""

    reindexes: int
    imports: int
    rows: int
    changes: int


@dataclasses.dataclass(frozen=True, slots=True)
class Shoppers:
    """Who queries: how many clients, with what photos, how long alone, after how many queries that do not count."""

    clients: int
    photos: list[bytes]
    before_s: float
    warmup: int


def main(
    data_dir: Annotated[Path | None, typer.Option(help="A service's data folder; it is copied.")] = None,
    photos: Annotated[
        Path, typer.Option(help="A zip of shoppers' photos; the shop's own pictures without it.")
    ] = PHOTOS,
    clients: Annotated[int, typer.Option(min=1)] = 4,
    before_s: Annotated[float, typer.Option(help="How long the clients are measured alone.")] = 60.0,
    reindexes: Annotated[int, typer.Option(min=0)] = 10,
    imports: Annotated[int, typer.Option(min=0)] = 3,
    rows: Annotated[int, typer.Option(min=1, help="New rows of each import.")] = 200,
    changes: Annotated[int, typer.Option(min=0, help="Live upserts, patches and deletes.")] = 2_000,
    warmup: Annotated[int, typer.Option(min=0, help="Queries of each client that are not counted.")] = 10,
    worker: Annotated[bool, typer.Option(help="Run the jobs in a 'tryon worker' of their own.")] = False,
) -> None:
    """Soak a service, print one table, exit with 1 when a target is missed."""
    amounts = Amounts(reindexes, imports, rows, changes)
    # What was measured is told even where something keeps a file in there.
    place = tempfile.TemporaryDirectory(prefix="tryon-soak-", ignore_cleanup_errors=True)
    with place as folder:
        copy = copied(data_dir, Path(folder))
        shoppers = Shoppers(clients, shoppers_photos(photos, copy), before_s, warmup)
        load = asyncio.run(_soak(copy, shoppers, amounts, worker=worker))
    table, missed = verdict(load, amounts)
    out.print(table)
    for reason in missed:
        out.print(f"[red]missed:[/red] {reason}")
    raise typer.Exit(1 if missed else 0)


def verdict(load: Load, amounts: Amounts) -> tuple[Table, list[str]]:
    """The figures, and which targets they miss."""
    before, during = load.waits("before"), load.waits("reindex")
    besides = load.waits("besides")
    table = Table("queries", "number", "p50 ms", "p99 ms", "longest ms", title="Soak")
    for name, found in (("before", before), ("during a reindex", during), ("besides", besides)):
        table.add_row(name, f"{found.number:,}", f"{found.p50:.0f}", f"{found.p99:.0f}", f"{found.longest:.0f}")
    ratio = during.p99 / before.p99 if before.number and during.number else float("inf")
    table.add_section()
    said = {
        "p99 during / before": f"{ratio:.2f}",
        "failed queries": f"{len(load.failures)}",
        "answers with deleted items": f"{len(load.ghosts)}",
        "reindexes, imports": f"{load.reindexed}, {load.imported}",
        "live changes": ", ".join(f"{name} {count:,}" for name, count in sorted(load.changed.items())) or "none",
        "seconds": f"{load.seconds:.0f}",
        "load average, before and after": ", ".join(f"{one:.1f}" for one in load.loads) or "unknown",
    }
    for name, value in said.items():
        table.add_row(name, value)
    targets = [
        (not load.failures, f"{len(load.failures)} queries failed, the first: {load.failures[:1]}"),
        (not load.ghosts, f"{len(load.ghosts)} answers held deleted items, the first: {load.ghosts[:1]}"),
        (not load.troubles, f"{len(load.troubles)} of the other requests failed, the first: {load.troubles[:1]}"),
        (ratio <= MOST_RATIO or not amounts.reindexes, f"p99 during a reindex is {ratio:.2f} times that before"),
        (load.reindexed >= amounts.reindexes, f"{load.reindexed} of {amounts.reindexes} reindexes succeeded"),
        (load.imported >= amounts.imports, f"{load.imported} of {amounts.imports} imports succeeded"),
        (sum(load.changed.values()) >= amounts.changes, f"{load.changed} of {amounts.changes} changes were made"),
    ]
    return table, [reason for met, reason in targets if not met]


async def _soak(data_dir: Path, shoppers: Shoppers, amounts: Amounts, *, worker: bool) -> Load:
    load = Load()
    async with running(data_dir, worker=worker) as service:
        clients = Clients(service, load, shoppers.photos, shoppers.warmup)
        asking = [asyncio.create_task(clients.ask(number)) for number in range(shoppers.clients)]
        await clients.warm(shoppers.clients)
        out.print(f"{shoppers.clients} clients alone for {shoppers.before_s:.0f} s")
        await asyncio.sleep(shoppers.before_s)  # what is measured is what happens meanwhile
        load.loads.append(os.getloadavg()[0])
        out.print("and now with everything else")
        started = time.monotonic()
        await asyncio.gather(*_work(service, load, data_dir, amounts))
        load.seconds = time.monotonic() - started
        load.loads.append(os.getloadavg()[0])
        clients.stop()
        await asyncio.gather(*asking)
    return load


def _work(service: Running, load: Load, data_dir: Path, amounts: Amounts) -> Iterator[Coroutine[None, None, None]]:
    pictures = shop_pictures(data_dir, 64)
    load.phase = "besides"
    yield Reindexes(service, load).run(amounts.reindexes)
    yield Imports(service, load, pictures).run(amounts.imports, amounts.rows)
    yield Changes(service, load, pictures).run(amounts.changes)


def copied(data_dir: Path | None, folder: Path) -> Path:
    """A data folder that may be spoilt: a copy, or a demo shop's."""
    copy = folder / "data"
    if data_dir is None:
        out.print("filling a demo shop")
        filled(copy)
    else:
        shutil.copytree(data_dir, copy)
    return copy


def shoppers_photos(archive: Path, data_dir: Path, most: int = 200) -> list[bytes]:
    """Shoppers' photos; the shop's own pictures where there are none."""
    if not archive.is_file():
        return shop_pictures(data_dir, most)
    with zipfile.ZipFile(archive) as opened:
        names = sorted(n for n in opened.namelist() if n.lower().endswith((".jpg", ".jpeg", ".png", ".webp")))
        return [opened.read(name) for name in names[:most]]


def shop_pictures(data_dir: Path, most: int) -> list[bytes]:
    """Some of the pictures that the shop itself has."""
    files = (path for path in sorted((data_dir / "blobs" / "items").rglob("*")) if path.is_file())
    return [path.read_bytes() for path in islice(files, most)]


if __name__ == "__main__":
    typer.run(main)
