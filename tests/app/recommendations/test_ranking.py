import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recommendations.diversity import fold, mmr
from app.recommendations.lexical import found_terms, lexical_scores
from app.recommendations.ranking import Ranked, cut_off, interleave, kind_match, nearest, score_parts
from app.recommendations.wanted import Target, Wanted
from app.settings import RankingSettings
from tests.app.recommendations.making import CURVE, avoiding, item, pool, rank, said

PLAIN = RankingSettings(diversity=0.0)
KINDS = ["dress", "shirt", "jeans", "heels", "tshirt"]
COLOURS = ["red", "maroon", "blue", "black", ""]
ITEMS = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(COLOURS), st.floats(-1, 1)), min_size=1, max_size=30)


def ids(ranked: list[Ranked]) -> list[str]:
    return [r.item.id for r in ranked]


@given(ITEMS, st.integers(1, 20), st.floats(0, 1))
def test_scores_are_bounded_best_first_and_each_item_once(
    given_items: list[tuple[str, str, float]], limit: int, diversity: float
) -> None:
    items = [item(str(i), kind, colour) for i, (kind, colour, _) in enumerate(given_items)]
    wanted = said(kinds=["dress"], colours=["red"], terms=["red", "dress"])
    found = rank(pool(items, [c for *_, c in given_items]), wanted, CURVE, RankingSettings(diversity=diversity), limit)
    assert len(found) == min(limit, len(items))
    assert len(set(ids(found))) == len(found)
    assert all(0.0 <= r.score <= 1.0 for r in found)
    assert [r.score for r in found] == sorted((r.score for r in found), reverse=True)
    assert all(0.0 <= v <= 1.0 for r in found for v in r.parts.values())


@given(ITEMS, st.sampled_from(["red", "black", "blue"]))
def test_nothing_unwanted_stands_before_anything_wanted(given_items: list[tuple[str, str, float]], colour: str) -> None:
    items = [item(str(i), kind, c) for i, (kind, c, _) in enumerate(given_items)]
    found = rank(pool(items, [c for *_, c in given_items]), avoiding(colours=[colour]), CURVE, PLAIN, len(items))
    unwanted = [r.item.colour == colour for r in found]
    assert unwanted == sorted(unwanted)
    assert [r.avoided for r in found] == unwanted


def test_unwanted_things_stay_out_when_enough_others_are_left() -> None:
    items = [item("black", colour="black"), *(item(str(i), colour="red") for i in range(3))]
    found = rank(pool(items, [0.9, 0.1, 0.1, 0.1]), avoiding(colours=["black"]), CURVE, PLAIN, 3)
    assert "black" not in ids(found)


def test_same_style_but_red() -> None:
    """The photo's kind and the words' colour together beat the nearest picture."""
    wanted = Wanted(kind=Target(frozenset({"dress"}), 0.9, "photo"), colour=Target(frozenset({"red"}), 1.0, "words"))
    items = [item("black dress", "dress", "black"), item("red dress", "dress", "red"), item("red shoe", "heels", "red")]
    assert ids(rank(pool(items, [0.5, 0.45, 0.5]), wanted, CURVE, PLAIN, 3))[0] == "red dress"


def test_an_unsure_photo_counts_less() -> None:
    items = [item("near", "jeans"), item("kind", "dress")]
    sure, unsure = (Wanted(kind=Target(frozenset({"dress"}), c, "photo")) for c in (0.9, 0.05))
    assert ids(rank(pool(items, [0.36, 0.3]), sure, CURVE, PLAIN, 2))[0] == "kind"
    assert ids(rank(pool(items, [0.36, 0.3]), unsure, CURVE, PLAIN, 2))[0] == "near"


def test_what_a_photo_may_as_well_show_loses_little() -> None:
    """Jeans are no surer than trousers: what is nearer by its picture decides; a top is neither."""
    chances = {"jeans": 0.4, "trousers": 0.35, "leggings": 0.25}
    unsure = Wanted(kind=Target(frozenset({"jeans"}), 0.4, "photo", chances))
    items = [item("trousers", "trousers"), item("jeans", "jeans"), item("top", "top"), item("nameless", "")]
    parts, weights = score_parts(pool(items), unsure, CURVE, PLAIN)
    trousers, jeans, top, nameless = parts["kind"].tolist()
    assert jeans == 1.0
    assert 0.9 < trousers < 1.0
    assert (top, nameless) == (0.0, 0.5)
    assert 0.4 < weights["kind"] / PLAIN.kind < 1.0
    assert ids(rank(pool(items, [0.32, 0.3, 0.33, 0.1]), unsure, CURVE, PLAIN, 4))[0] == "trousers"


def test_a_photo_that_is_sure_counts_as_if_nothing_else_were_likely() -> None:
    items = [item("a", "jeans"), item("b", "trousers"), item("c", "dress")]
    parts, weights = score_parts(pool(items), Wanted(kind=Target(frozenset({"jeans"}), 1.0, "photo")), CURVE, PLAIN)
    sure = Wanted(kind=Target(frozenset({"jeans"}), 1.0, "photo", {"jeans": 1.0}))
    again, weighed = score_parts(pool(items), sure, CURVE, PLAIN)
    assert again["kind"].tolist() == parts["kind"].tolist()
    assert weighed == weights


def test_a_field_the_feed_left_out_is_neutral() -> None:
    items = [item("right", pattern="striped"), item("unknown", pattern=""), item("wrong", pattern="floral")]
    wanted = said(pattern=["striped"])
    parts, _ = score_parts(pool(items), wanted, CURVE, PLAIN)
    assert parts["attributes"].tolist() == [1.0, 0.5, 0.0]


def test_parts_that_have_nothing_to_say_are_absent() -> None:
    found = rank(pool([item("a")]), Wanted(), CURVE, PLAIN, 1)
    assert set(found[0].parts) == {"image"}
    assert found[0].score == found[0].parts["image"]


def test_the_score_is_the_weighted_mean_of_its_parts() -> None:
    found = rank(pool([item("a")], [0.3], [0.3]), said(kinds=["dress"], colours=["blue"]), CURVE, PLAIN, 1)[0]
    weights = {"image": PLAIN.image, "text": PLAIN.text, "kind": PLAIN.kind, "colour": PLAIN.colour}
    mean = sum(weights[n] * v for n, v in found.parts.items()) / sum(weights[n] for n in found.parts)
    assert found.score == pytest.approx(mean, abs=1e-3)


def test_semantic_mode_is_cosine_alone() -> None:
    items = [item("a", "jeans", "blue"), item("b", "dress", "red")]
    found = nearest(pool(items, [0.9, 0.2]), CURVE, 2)
    assert ids(found) == ["a", "b"]
    assert all(set(r.parts) == {"image"} for r in found)


def test_another_kind_of_the_slot_gets_part_of_the_credit() -> None:
    assert 1.0 == kind_match("shirt", "shirt") > kind_match("tshirt", "shirt") > kind_match("jeans", "shirt") == 0.0


def test_the_cut_off_keeps_the_nearest_when_nothing_reaches_it() -> None:
    found = rank(pool([item(str(i)) for i in range(5)]), Wanted(), CURVE, PLAIN, 5)
    assert cut_off(found, None, 3) == (found, True)
    assert cut_off(found, 1.0, 3) == (found[:3], False)
    assert cut_off(found, 0.0, 3) == (found, True)


def test_garments_of_a_person_take_turns() -> None:
    tops = rank(pool([item("t1", "top"), item("t2", "top")], [0.9, 0.8]), Wanted(), CURVE, PLAIN, 2)
    jeans = rank(pool([item("j1", "jeans"), item("t1", "top")], [0.7, 0.6]), Wanted(), CURVE, PLAIN, 2)
    assert ids(interleave([tops, jeans], 5)) == ["t1", "j1", "t2"]
    assert ids(interleave([tops, jeans], 2)) == ["t1", "j1"]


def test_mmr_prefers_something_else_over_the_same_again() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    scores = np.array([0.9, 0.89, 0.8])
    assert mmr(scores, vectors, 2, 0.3) == [0, 2]
    assert mmr(scores, vectors, 2, 0.0) == [0, 1]


def test_look_alikes_are_folded_and_colourways_are_not() -> None:
    items = [
        item("1", title="Linen Dress", colour="red"),
        item("2", title="linen dress!", colour="red"),
        item("3", title="Linen Dress", colour="blue"),
        item("4", title="亚麻连衣裙", colour="red"),
    ]
    assert fold(items) == [0, 2, 3]


def test_words_are_found_misspelt_and_in_chinese_and_missing_titles_are_not_held_against_anyone() -> None:
    items = [
        item("a", title="Striped linen shirt", brand="Acme", title_zh="条纹亚麻衬衫"),
        item("b", title="Denim jacket"),
    ]
    assert lexical_scores(["linen", "acme"], items).tolist() == [1.0, 0.0]
    assert lexical_scores(["stripped"], items)[0] > 0.85
    chinese = lexical_scores(["亚麻"], items)
    assert chinese[0] == 1.0
    assert math.isnan(chinese[1])
    assert found_terms(["Linen", "亚麻", "denim"], items[0]) == ["Linen", "亚麻"]


@given(st.lists(st.text(max_size=12), max_size=6), st.lists(st.text(max_size=30), max_size=8))
def test_lexical_scores_are_bounded_for_any_text(terms: list[str], titles: list[str]) -> None:
    scores = lexical_scores(terms, [item(str(i), title=t) for i, t in enumerate(titles)])
    assert scores.shape == (len(titles),)
    assert all(math.isnan(s) or 0.0 <= s <= 1.0 for s in scores)
