"""Every measure over a drawn shop, the folder's own mistakes, and the pictures of a report."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.encoders.fake import FakeEncoder
from models.evaluation.errors import CannotEvaluate
from models.evaluation.folder import read_folder
from models.evaluation.plots import draw
from models.evaluation.report import Report
from models.evaluation.run import evaluate
from models.preprocess.image import GarmentPreprocessor


@pytest.fixture(scope="module")
def report(drawn_shop: Path) -> Report:
    measures = ["names", "composed", "labels", "classes", "latency"]
    return evaluate(FakeEncoder(), drawn_shop, "val", preprocessor=GarmentPreprocessor(), only=measures)


def test_every_figure_is_a_number_in_a_group(report: Report) -> None:
    assert len({figure.name for figure in report.figures}) == len(report.figures)
    for figure in report.figures:
        assert figure.group
        assert np.isfinite(figure.value)
        if figure.interval:
            assert figure.interval.low <= figure.value + 1e-6
            assert figure.value <= figure.interval.high + 1e-6


def test_the_whole_is_json_for_machines(report: Report, tmp_path: Path) -> None:
    report.save(tmp_path / "report.json")
    read = json.loads((tmp_path / "report.json").read_text("utf-8"))
    by_name = {figure["name"]: figure for figure in read["figures"]}
    assert by_name["name → picture R@10"]["target"] == 0.40
    assert by_name["name → picture R@10"]["met"] is False
    assert by_name["name → picture R@10"]["random"] == pytest.approx(10 / 48)
    assert by_name["name → picture R@10"]["baselines"]["FashionCLIP 2.0, published"] == 0.404
    assert {classes["name"] for classes in read["classes"]} >= {"kind", "colour", "gender"}


def test_words_are_asked_in_both_languages(drawn_shop: Path, few_drawings: None) -> None:
    found = evaluate(FakeEncoder(), drawn_shop, "val", only=["words"])
    held = " (among the 40 of val)"
    asked = {figure.name: figure for figure in found.figures}
    assert asked[f"sub-category → product P@10{held}"].queries == 2
    assert asked[f"sub-category → product P@10{held}"].random == pytest.approx(0.5)
    assert asked[f"colour + kind → product P@1{held}"].queries == 4
    ratio = asked[f"colour P@10, zh / en{held}"]
    assert ratio.value == pytest.approx(ratio.baselines["zh"] / ratio.baselines["en"])


def test_curves_and_matrices_are_drawn(report: Report, tmp_path: Path) -> None:
    made = draw(report, tmp_path)
    assert [path.name for path in made] == ["curves.png", "confusion.png"]
    for path in made:
        with Image.open(path) as picture:
            assert picture.format == "PNG"
            assert min(picture.size) > 300
    assert draw(Report("m", "r", "val", ()), tmp_path) == []


def test_an_unknown_split_names_those_there_are(drawn_shop: Path) -> None:
    with pytest.raises(CannotEvaluate, match="no split 'test'; it has train, val"):
        read_folder(drawn_shop, "test")


def test_a_folder_laid_out_otherwise_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CannotEvaluate, match=r"items\.csv"):
        read_folder(tmp_path, "val")


def test_an_unknown_measure_names_those_there_are(drawn_shop: Path) -> None:
    with pytest.raises(CannotEvaluate, match="'speed'; choose among photos, names"):
        evaluate(FakeEncoder(), drawn_shop, only=["speed"])


def test_a_sample_is_half_of_the_split_and_says_so_everywhere(drawn_shop: Path) -> None:
    found = evaluate(FakeEncoder(), drawn_shop, "val", sample=20, only=["names"])
    assert found.sample == "sample of 18 of 48 products and 4 photos"
    assert found.sample in found.title
    assert json.loads(found.to_json())["sample"] == found.sample
    # Half of 20 are of the split; of the other half the shop has 8 alone.
    assert (found.notes["gallery"], found.notes["split's products"]) == (18, 10)
    assert read_folder(drawn_shop, "val", sample=1000).sample == ""


def test_a_stopped_run_goes_on_and_changed_content_is_embedded_anew(drawn_shop: Path, tmp_path: Path) -> None:
    class Counting(FakeEncoder):
        seen = 0

        def encode_images(self, pictures):  # type: ignore[no-untyped-def]
            Counting.seen += len(pictures)
            return super().encode_images(pictures)

    for expected in (48, 48):
        evaluate(Counting(), drawn_shop, "val", tmp_path, only=["names"])
        assert Counting.seen == expected
    evaluate(Counting(), drawn_shop, "val", tmp_path, only=["names"], sample=20)
    assert Counting.seen > 48
