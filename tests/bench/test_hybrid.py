"""The hybrid bench: its own arithmetic, and a whole run over a drawn shop."""

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from app.catalog.facts import ItemFacts, facts_of
from app.jobs.settings import JobSettings
from app.recommendations import diversity
from app.settings import Settings
from bench.hybrid import Fall, Wish, commonest, fall, fallen, measure, share, without
from models.encoders.fake import FakeEncoder
from tests.models.evaluation.conftest import drawn_shop

__all__ = ["drawn_shop"]


def item(kind: str, colour: str, pattern: str = "") -> ItemFacts:
    return facts_of(("x", "", "", "", kind, "top", colour, "", "", "", "", pattern, Decimal(1), None, None, 0, ""))


def test_the_commonest_colour_is_a_family_and_one_that_can_be_named() -> None:
    answer = [item("shirt", c) for c in ("navy", "blue", "red", "multi", "multi", "multi")]
    assert commonest(answer, "colour") == "blue"
    assert commonest(answer, "pattern") == ""
    assert commonest([item("shirt", "red", p) for p in ("solid", "solid", "striped")], "pattern") == "striped"


@pytest.mark.parametrize(
    ("plain", "language", "said"),
    [
        ("dress", "en", "dress, not red"),
        ("连衣裙", "zh", "连衣裙，不要红色"),
        ("", "en", "not red"),
        ("", "zh", "不要红色"),
    ],
)
def test_a_wish_without(plain: str, language: str, said: str) -> None:
    wish = Wish("w", None, plain, language, frozenset({"dress"}))
    assert without(wish, "red" if language == "en" else "红色") == said


def test_the_fall_is_of_the_sums() -> None:
    figure = fallen("not x", [Fall(0.8, 0.1, 1.0), Fall(0.2, 0.0, 0.5)])
    assert figure.value == pytest.approx(1 - 0.1 / 1.0)
    assert figure.baselines["kind@10 with"] == 0.75
    assert figure.met


def test_an_empty_answer_kept_nothing_out() -> None:
    wish = Wish("w", None, "dress", "en", frozenset({"dress"}))
    before = [item("dress", "red"), item("dress", "black")]
    assert fall(before, [], "colour", "red", wish) == Fall(0.5, 0.5, 0.0)
    assert fall(before, before[1:], "colour", "red", wish) == Fall(0.5, 0.0, 1.0)
    assert share([], lambda i: True) == 0.0


async def test_an_empty_folder_is_filled_and_measured_and_keeps_no_answer(
    drawn_shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diversity, "TWINS", 2.0)  # this shop shows one drawing under many ids
    settings = Settings(data_dir=tmp_path, jobs=JobSettings(in_process=False))
    report = await measure(settings, drawn_shop, "val", 2, 2, FakeEncoder())
    assert report.notes["items"] == 48
    named = {figure.name: figure for figure in report.figures}
    for language in ("en", "zh"):
        assert named[f"kind@10, a kind's name alone ({language})"].value > 0.8  # a coin's toss without the words
        assert named[f"not colour, a kind's name ({language}): its share of the top 10 falls by"].value == 1.0
        assert 0 <= named[f"kind + colour@10, photo + colour ({language})"].baselines["mode=semantic"] <= 1
    again = await measure(settings, drawn_shop, "val", 2, 2, FakeEncoder())
    assert again.figures == report.figures
    with closing(sqlite3.connect(tmp_path / "tryon.db")) as database:
        assert database.execute("select count(*) from recommendations").fetchone() == (0,)
