"""Each measure's own decisions, by hand-computed examples."""

from types import SimpleNamespace

import numpy as np
import pytest

from models.contracts import Signal
from models.evaluation import classification, composed, latency
from models.evaluation.targets import Group
from models.evaluation.words import SORTS, chinese
from models.fusion import WeightedFusion

ARTICLES = ["Dresses"] * 12 + ["Tshirts"] * 15
COLOURS = ["red"] * 10 + ["blue"] * 2 + ["red"] * 3 + ["black"] * 12
WANTED = [frozenset({"Dresses"}), frozenset({"Dresses", "Tshirts"}), frozenset({"Heels"})]


def test_a_colour_is_asked_for_only_where_enough_products_have_it() -> None:
    asked = composed.questions(WANTED, ARTICLES, COLOURS)
    assert {(q.photo, q.colour) for q in asked} == {(0, "red"), (1, "red"), (1, "black")}
    assert asked == composed.questions(WANTED, ARTICLES, COLOURS)


def test_an_answer_is_of_a_fitting_kind_and_in_that_colour() -> None:
    asked = [composed.Question(0, "red"), composed.Question(1, "red")]
    right = composed.answers(asked, WANTED, ARTICLES, COLOURS)
    assert right.sum(axis=1).tolist() == [10, 13]
    assert right[0, :10].all()


def _row(*values: float) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    made = np.array(values, np.float32)
    return made / np.linalg.norm(made)


def test_fusions_are_compared_on_the_same_questions() -> None:
    """Ten dresses in red lie between the photo and the words: either alone finds dresses in blue, or red shirts."""
    gallery = np.stack([_row(1, 0.1, 0)] * 12 + [_row(0.1, 1, 0)] * 12 + [_row(1, 1, 0)] * 10)
    right = np.zeros((1, 34), np.bool_)
    right[0, 24:] = True
    photo, words = [Signal(_row(1, 0, 0))], [Signal(_row(0, 1, 0))]
    asked = [composed.Question(0, "red")]
    table = composed.Comparison(
        SimpleNamespace(gallery=gallery), asked, right, photo, words, {"weighted": WeightedFusion()}
    )
    assert table.each(lambda photo, words: photo.vector).tolist() == [0.0]
    assert table.each(composed.weighted_fuse(0.5)).tolist() == [1.0]
    named = {figure.name: figure for figure in table.figures("")}
    ways = {"photo alone", "words alone", *(f"weighted {n / 10:.1f}" for n in range(1, 10))}
    assert set(named) == {f"composed kind + colour@10, {way}" for way in ways}
    assert named["composed kind + colour@10, weighted 0.5"].random == pytest.approx(10 / 34)


def test_a_name_without_weights_is_no_fusion_of_its_own() -> None:
    weighted = WeightedFusion()
    assert composed.fuses({"attention": weighted, "weighted": weighted}) == {}


@pytest.mark.parametrize(
    ("column", "name", "word"),
    [
        ("sub_category", "Topwear", "上装"),
        ("sub_category", "Sandals", "凉鞋"),
        ("base_colour", "Red", "红色"),
        ("base_colour", "Steel", "钢色"),
        ("base_colour", "Unheard Of", ""),
        ("sub_category", "Unheard Of", ""),
    ],
)
def test_chinese_words_for_a_catalogues_own_names(column: str, name: str, word: str) -> None:
    assert chinese(column, name) == word


def test_a_colour_is_asked_for_by_its_word_alone() -> None:
    colour = next(sort for sort in SORTS if sort.name == "colour")
    assert (colour.en("Navy Blue"), colour.zh("Navy Blue")) == ("navy blue", "藏青色")
    both = next(sort for sort in SORTS if sort.name == "colour + kind")
    article = SimpleNamespace(base_colour="Red", item=SimpleNamespace(kind="dress"))
    assert (both.en(both.answer(article)), both.zh(both.answer(article))) == ("red dress", "红色连衣裙")


def test_the_class_report_is_precision_recall_and_f1() -> None:
    told = classification.class_report("x", ["a", "a", "a", "b"], ["a", "a", "b", "c"])
    a, b = told.scores
    assert (a.precision, a.recall, a.support) == (1.0, pytest.approx(2 / 3), 3)
    assert a.f1 == pytest.approx(0.8)
    assert (b.precision, b.recall, b.f1) == (0.0, 0.0, 0.0)
    assert told.macro.f1 == pytest.approx(0.4)  # what nobody has, c, is no class of the mean


def test_rare_classes_share_a_row_of_the_confusion_matrix() -> None:
    truth, told = ["a", "a", "b", "c"], ["a", "b", "b", "a"]
    found = classification.confusion("x", truth, told, shown=1)
    assert found.labels == ("a", "others")
    assert found.counts == ((1, 1), (1, 1))


def test_only_runs_after_the_warm_up_are_timed() -> None:
    calls: list[int] = []
    spent = latency.timed(lambda: calls.append(1), runs=5, warm_up=2)
    assert len(calls) == 7
    assert len(spent.runs) == 5
    assert spent.runs[0] <= spent.p50 <= spent.p95


@pytest.mark.parametrize(
    ("name", "value", "met", "aim"),
    [
        ("name → picture R@10", 0.40, True, "≥ 0.40"),
        ("name → picture R@10", 0.39, False, "≥ 0.40"),
        ("zero-shot photo labels, ECE", 0.08, True, "≤ 0.08"),
        ("gain from preprocessing, kind@10", 0.0, False, "> 0.00"),
        ("something nobody aims at", 0.5, None, ""),
    ],
)
def test_targets_are_met_or_not(name: str, value: float, met: bool | None, aim: str) -> None:
    figure = Group("g").figure(name, value, 0.1, 10)
    assert (figure.met, figure.aim) == (met, aim)
