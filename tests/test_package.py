"""What is installed from a wheel is all that runs: no data file may be left behind in the repository."""

import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def tracked() -> list[Path]:
    listed = subprocess.run(
        check=False, args=["git", "ls-files", "app", "models", "migrations"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [Path(line) for line in listed.stdout.splitlines()]


def test_every_data_file_is_packaged() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["*"]
    left_out = [p for p in tracked() if p.suffix != ".py" and not any(fnmatch(p.name, pattern) for pattern in patterns)]
    assert left_out == []
