"""The whole API against its own OpenAPI document: schemathesis with all its checks, with every key and with none.

`python -m bench.schema_fuzz` fills a demo shop in a folder of its own, serves it as `tryon serve` does, and sends what
the document allows and what it does not, alone and in sequences, until each caller has sent its part of `cases`. What
may be refused though the document allows it, and why, says bench/schemathesis.toml. `--url` with `TRYON_KEYS` (JSON, by
scope) asks a service that runs already: one whose data may be spoilt, and whose rates are not limited.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bench.soak_service import filled, running

CONFIG = Path(__file__).with_name("schemathesis.toml")
ROOT = CONFIG.parents[1]
NOBODY = "nobody"
CALLERS = ("admin", "server", NOBODY)
EXAMPLES = 60
OUT = Console(width=120)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of schemathesis: what it sent, and what came of it."""

    cases: int
    failures: int
    failed: bool
    told: str


def main(
    cases: Annotated[int, typer.Option(help="At least so many, of all callers together.")] = 20_000,
    url: Annotated[str | None, typer.Option(help="A running service, with TRYON_KEYS.")] = None,
    seed: int = 1,
    examples: Annotated[int, typer.Option(help="At most so many an operation and round.")] = EXAMPLES,
) -> None:
    """Run, tell, and fail where a check does."""
    if url is not None:
        totals = fuzzed(url, json.loads(os.environ["TRYON_KEYS"]), cases, seed, examples)
    else:
        with TemporaryDirectory() as folder:
            filled(Path(folder))
            totals = asyncio.run(over(Path(folder), cases, seed, examples))
    show(totals)
    if any(run.failed for runs in totals.values() for run in runs):
        raise typer.Exit(1)


async def over(folder: Path, cases: int, seed: int, examples: int) -> dict[str, list[Run]]:
    """The same over a service that is started for it."""
    async with running(folder) as service:
        return await asyncio.to_thread(fuzzed, str(service.client.base_url), service.keys, cases, seed, examples)


def fuzzed(url: str, keys: Mapping[str, str], cases: int, seed: int, examples: int) -> dict[str, list[Run]]:
    """Rounds by caller, each with a seed of its own, until each has sent its part. KeyError without a caller's key."""
    totals: dict[str, list[Run]] = {}
    for caller in CALLERS:
        runs = totals.setdefault(caller, [])
        key = None if caller == NOBODY else keys[caller]
        while sum(run.cases for run in runs) < cases / len(CALLERS):
            run = one_run(url, key, seed + len(runs), examples)
            OUT.print(f"{caller}, seed {seed + len(runs)}: {run.cases:,} cases, {run.failures} failures")
            runs.append(run)
            if run.failed:
                OUT.print(run.told, markup=False)
                break
    return totals


def one_run(url: str, key: str | None, seed: int, examples: int, *, phases: str = "") -> Run:
    """Schemathesis in a process of its own, over every operation; `phases` are those of its own, all without."""
    with TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [sys.executable, "-m", "schemathesis.cli", "--no-color", "--config-file", str(CONFIG), "run"]
        command += [f"{url.rstrip('/')}/openapi.json", f"--seed={seed}", f"--max-examples={examples}"]
        command += [f"--report-json-path={report}", *((f"--phases={phases}",) if phases else ())]
        command += [] if key is None else ["-H", f"Authorization: Bearer {key}"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return read(done, json.loads(report.read_text("utf-8")) if report.is_file() else {})


def read(done: subprocess.CompletedProcess[str], report: Mapping[str, Any]) -> Run:
    """What a finished run came to. One that says nothing failed."""
    counted = report.get("test_cases", {})
    cases, failures = int(counted.get("generated", 0)), int(counted.get("with_failures", 0))
    return Run(cases, failures, bool(done.returncode) or not cases, done.stdout + done.stderr)


def show(totals: Mapping[str, list[Run]]) -> None:
    table = Table("caller", "rounds", "cases", "failures")
    for caller, runs in totals.items():
        sent, failures = sum(run.cases for run in runs), sum(run.failures for run in runs)
        table.add_row(caller, str(len(runs)), f"{sent:,}", str(failures))
    every = [run for runs in totals.values() for run in runs]
    table.add_row("all", str(len(every)), f"{sum(r.cases for r in every):,}", str(sum(r.failures for r in every)))
    OUT.print(table)


if __name__ == "__main__":
    typer.run(main)
