"""Hostile pictures: what each costs the decoder, and what a running service answers to all of them.

`python -m bench.hostile` decodes every bomb made by hand and as many mutants as asked for in processes of their own and
says seconds and peak memory of each. With `--url` and a key (`TRYON_KEY`) it then sends all of them to a service's
`POST /v1/recommendations` and `POST /v1/tags`; with `--pid` it says how that process grew.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import psutil
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from app.errors import AppError
from app.media.photo import ENOUGH, decode
from app.settings import LimitSettings
from tests.app.media.bombs import BOMBS
from tests.app.media.mutations import mutant, seeds

MEGABYTE = 1_000_000
CHILD = "--one"
MUTANTS_A_PROCESS = 50
HANG_S = 60
WORST = 25


def main(
    mutants: int = 500,
    url: Annotated[str | None, typer.Option(help="A running service.")] = None,
    pid: Annotated[int | None, typer.Option(help="Its process, to watch its memory.")] = None,
) -> None:
    """Measure, and fail where anything but a picture or a clear refusal came out."""
    rows = [row for batch in track(list(batches(mutants)), "decoding") for row in apart(batch)]
    show(rows)
    bad = [row for row in rows if row["result"].startswith("!")]
    statuses = Counter[str]()
    if url is not None:
        statuses = sent(url, [name for batch in batches(mutants) for name in batch], pid)
    if bad or any(not status.startswith(("2", "4")) for status in statuses):
        raise typer.Exit(1)


def batches(mutants: int) -> Iterator[list[str]]:
    """Names for one process each: a bomb alone, for its peak is what is measured; mutants together."""
    yield from ([name] for name in BOMBS)
    for start in range(0, mutants, MUTANTS_A_PROCESS):
        yield [str(n) for n in range(start, min(start + MUTANTS_A_PROCESS, mutants))]


def apart(names: list[str]) -> list[dict[str, Any]]:
    """Rows of what a process of their own saw; one that says so where it did not survive."""
    command = [sys.executable, "-m", "bench.hostile", CHILD, *names]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=HANG_S * len(names), check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        return [{"name": ", ".join(names), "bytes": 0, "wall": 0, "cpu": 0, "peak": 0, "result": f"! {error}"[:80]}]
    return [json.loads(line) for line in done.stdout.splitlines()]


def one(names: list[str]) -> None:
    """In the child: decode as the service does for a shopper, and say what it took."""
    limits, me = LimitSettings(), psutil.Process()
    for whole in seeds().values():  # libraries loaded, decoders started: what remains is the picture's own cost
        decode(whole, limits)
    for name in names:
        data = made(name)
        before, started, used = peak(me), time.perf_counter(), time.process_time()
        try:
            picture = decode(data, limits, enough=ENOUGH)
            result = f"{picture.width} x {picture.height}"
        except AppError as error:
            result = type(error).__name__
        except Exception as error:
            result = f"! {error!r}"
        took = {"wall": time.perf_counter() - started, "cpu": time.process_time() - used}
        grown = max(0, peak(me) - before) / MEGABYTE
        print(json.dumps({"name": name, "bytes": len(data), "result": result, "peak": grown, **took}))


def made(name: str) -> bytes:
    return mutant(int(name))[1] if name.isdigit() else BOMBS[name]()


def peak(process: psutil.Process) -> int:
    """Bytes of memory at most so far, of a process and the decoders it keeps."""
    total = 0
    for each in (process, *process.children()):
        with Path(f"/proc/{each.pid}/status").open(encoding="ascii") as status:
            total += next((int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM")), 0)
    return total


def show(rows: list[dict[str, Any]]) -> None:
    table = Table("picture", "bytes", "seconds", "of them CPU", "peak MB", "result")
    chance = [row for row in rows if row["name"].isdigit()]
    hand = [row for row in rows if not row["name"].isdigit()]
    for row in sorted(hand, key=lambda r: (r["result"][0] != "!", -r["cpu"]))[:WORST]:
        told = (f"{row['bytes']:,}", f"{row['wall']:.2f}", f"{row['cpu']:.2f}", f"{row['peak']:.0f}", row["result"])
        table.add_row(row["name"], *told)
    for name, some in (("all by hand", hand), ("all by chance", chance)):
        if some:
            most = (f"{max(r[key] for r in some):.2f}" for key in ("wall", "cpu"))
            bad = sum(r["result"].startswith("!") for r in some)
            summary = f"{len(some)}: {sum(' x ' in r['result'] for r in some)} pictures, {bad} faults"
            table.add_row(name, "", *most, f"{max(r['peak'] for r in some):.0f}", summary)
    Console(width=120).print(table)


def sent(url: str, names: list[str], pid: int | None) -> Counter[str]:
    """What a running service answers to each picture on both routes; prints that, the slowest and how it grew."""
    service = psutil.Process(pid) if pid else None
    headers = {"Authorization": f"Bearer {os.environ['TRYON_KEY']}"} if "TRYON_KEY" in os.environ else {}
    statuses, slowest, before = Counter[str](), (0.0, ""), service.memory_info().rss if service else 0
    with httpx.Client(base_url=url, headers=headers, timeout=HANG_S) as client:
        for name in track(names, "sending"):
            data = made(name)
            for route, field in (("/v1/recommendations", {"limit": "3", "outfits": "0"}), ("/v1/tags", {})):
                started = time.perf_counter()
                answer = client.post(route, files={"photo": ("photo.jpg", data)}, data=field)
                slowest = max(slowest, (time.perf_counter() - started, f"{name} to {route}"))
                statuses[str(answer.status_code)] += 1
    print(f"statuses: {dict(sorted(statuses.items()))}; slowest answer {slowest[0]:.2f} s ({slowest[1]})")
    if service:
        megabytes = (before / MEGABYTE, service.memory_info().rss / MEGABYTE, peak(service) / MEGABYTE)
        print("resident before {:.0f} MB, after {:.0f} MB; peak with its decoders {:.0f} MB".format(*megabytes))
    return statuses


if __name__ == "__main__":
    if CHILD in sys.argv[1:2]:
        one(sys.argv[2:])
    else:
        typer.run(main)
