"""Where a suggestion's score came from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recommendations.ranking import Ranked, nearest
from app.recommendations.shares import Pull, pull, shares
from app.recommendations.wanted import Wanted
from app.settings import RankingSettings
from models.contracts import Fused
from tests.app.recommendations.making import CURVE, item, pool, rank, said

PLAIN = RankingSettings(diversity=0.0)
HALF = Pull(0.5, 0.5)
NAMES = ("image", "text", "lexical", "kind", "colour", "attributes", "taste", "attention")
PARTS = st.dictionaries(st.sampled_from(NAMES), st.tuples(st.floats(0, 1), st.floats(0, 2)), max_size=8)


def query(image: float, photo: list[float], words: list[float]) -> tuple[Fused, np.ndarray, np.ndarray]:
    first, second = np.array(photo, np.float32), np.array(words, np.float32)
    mixed = image * first + (1 - image) * second
    return Fused(mixed / np.linalg.norm(mixed), "weighted", image, 1 - image), first, second


@given(PARTS, st.floats(0, 1))
def test_shares_are_a_whole_of_what_is_not_negative(parts: dict[str, tuple[float, float]], photo: float) -> None:
    values, weights = {n: v for n, (v, _) in parts.items()}, {n: w for n, (_, w) in parts.items()}
    ranked = Ranked(item("a", usage="party"), 0, 0.5, values, False, weights)
    found = shares(ranked, said(usage=["party"], season=["summer"]), Pull(photo, 1 - photo))
    assert found == {} or sum(found.values()) == pytest.approx(1.0, abs=1e-9)
    assert all(share > 0 for share in found.values())
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert set(found) <= {"photo", "words", "kind", "colour", "usage", "season", "taste"}


def test_shares_are_the_scores_own_terms() -> None:
    wanted = said(kinds=["dress"], colours=["red"], usage=["party"], season=["summer"])
    one = rank(pool([item("a", usage="party", season="winter")], [0.4], [0.3]), wanted, CURVE, PLAIN, 1)[0]
    found = shares(one, wanted, Pull(0.75, 0.25))
    total = sum(one.weights[n] * v for n, v in one.parts.items())
    assert found["kind"] == pytest.approx(PLAIN.kind / total, abs=1e-3)
    assert found["photo"] == pytest.approx(0.75 * PLAIN.image * one.parts["image"] / total, abs=1e-3)
    words = 0.25 * PLAIN.image * one.parts["image"] + PLAIN.text * one.parts["text"]
    assert found["words"] == pytest.approx(words / total, abs=1e-3)
    assert found["usage"] > found["season"] > 0
    facets = PLAIN.attributes * one.parts["attributes"] / total
    assert found["usage"] + found["season"] == pytest.approx(facets, abs=1e-3)


def test_an_attribute_nobody_asked_for_has_no_share() -> None:
    one = rank(pool([item("a")], [0.4]), Wanted(), CURVE, PLAIN, 1)[0]
    assert shares(one, Wanted(), Pull(1.0, 0.0)) == {"photo": 1.0}


def test_semantic_mode_shares_between_photo_and_words_alone() -> None:
    one = nearest(pool([item("a")], [0.4]), CURVE, 1)[0]
    assert shares(one, said(kinds=["dress"]), Pull(0.25, 0.75)) == {"words": 0.75, "photo": 0.25}


def test_a_score_of_nothing_has_no_shares() -> None:
    assert shares(Ranked(item("a"), 0, 0.0, {"image": 0.0}, False, {"image": 1.0}), Wanted(), HALF) == {}


def test_the_pull_is_the_split_of_a_weighted_querys_cosine() -> None:
    fused, photo, words = query(0.6, [1.0, 0.0], [0.0, 1.0])
    target = np.array([0.8, 0.6], np.float32)
    found = pull(fused, photo, words, target)
    length = np.linalg.norm(0.6 * photo + 0.4 * words)
    assert found.photo == pytest.approx(0.6 * 0.8 / length / float(fused.vector @ target), abs=1e-6)
    assert found.photo + found.words == pytest.approx(1.0)


def test_what_pulls_away_brought_nothing() -> None:
    fused, photo, words = query(0.6, [1.0, 0.0], [-0.6, 0.8])
    assert pull(fused, photo, words, np.array([1.0, 0.0], np.float32)) == Pull(1.0, 0.0)
    assert pull(fused, photo, words, np.array([0.0, -1.0], np.float32)) == Pull(0.6, 0.4)


def test_one_input_alone_brought_it_all() -> None:
    fused, photo, words = query(0.5, [1.0, 0.0], [0.0, 1.0])
    assert pull(fused, photo, None, words) == Pull(1.0, 0.0)
    assert pull(fused, None, words, photo) == Pull(0.0, 1.0)
