"""`tryon eval` from the command line: what it prints, what it writes, and how it fails."""

import json
import sys
from pathlib import Path

import pytest
from PIL import Image

from app.cli import main
from models.encoders.fake import FakeEncoder
from tests.models.evaluation.conftest import drawn_shop

__all__ = ["drawn_shop"]


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command does is looked at here, not how good a model is."""
    monkeypatch.setattr("models.encoders.load_encoder", lambda name, **options: FakeEncoder(name=name))


def tryon(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    """Run the program with its own way of ending; returns its exit code."""
    monkeypatch.setattr(sys, "argv", ["tryon", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_json_for_machines_and_files(
    drawn_shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, cache = tmp_path / "out", tmp_path / "cache"
    code = tryon(
        monkeypatch, "eval", "--data", drawn_shop, "--model", "mine", "--cache", cache, "--out", out, "--json",
        "--only", "names", "--only", "labels", "--threads", "1",
    )  # fmt: skip
    assert code == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((out / "report.json").read_text("utf-8"))
    assert (printed["model"], printed["split"]) == ("mine", "val")
    for name in ("curves.png", "confusion.png"):
        with Image.open(out / name) as picture:
            assert picture.format == "PNG"


def test_a_sample_says_so_in_the_terminal(
    drawn_shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("eval", "--data", drawn_shop, "--cache", tmp_path, "--sample", "20", "--only", "names")
    assert tryon(monkeypatch, *words) == 0
    printed = capsys.readouterr().out
    assert "SAMPLE: sample of 18 of 48 products" in printed
    assert "name → picture" in printed


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--split", "test"), "has no split 'test'; it has train, val"),
        (("--only", "speed"), "there is no measure 'speed'"),
        (("--data", "nowhere-at-all"), "there is no folder nowhere-at-all"),
    ],
)
def test_what_cannot_be_measured_is_one_line(
    words: tuple[str, str], reason: str, drawn_shop: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert tryon(monkeypatch, "eval", "--data", drawn_shop, "--cache", tmp_path, *words) == 1
    said = [line for line in capsys.readouterr().err.splitlines() if line.strip()]
    assert len(said) == 1
    assert reason in said[0]
