"""Taste and popularity as pure decisions: what events may and may not do to scores."""

import datetime as dt
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalog.facts import ItemFacts
from app.feedback.events import Deed, EventKind
from app.feedback.memory import weights_of
from app.feedback.popularity import popularity_of
from app.feedback.settings import FeedbackSettings
from app.feedback.taste import Backdrop, Taste, kept_away, leanings, taste_of
from models.contracts import Matrix
from tests.app.recommendations.making import item

NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
HALF = dt.timedelta(days=60)
WEIGHTS = weights_of(FeedbackSettings())
KINDS, COLOURS, BRANDS = ("dress", "jeans", "heels", "tshirt"), ("red", "blue", "black", "green"), ("Ash", "Birch")
SHOP: list[ItemFacts] = [item(f"{k}-{c}-{b}", k, c, brand=b) for k, c, b in itertools.product(KINDS, COLOURS, BRANDS)]
BY_ID = {one.id: one for one in SHOP}
IDS = sorted(BY_ID)


def vector(one: ItemFacts) -> list[float]:
    return [float(one.kind == k) for k in KINDS] + [float(one.colour == c) for c in COLOURS]


VECTORS: Matrix = np.array([vector(BY_ID[id_]) for id_ in IDS], np.float32) / np.float32(np.sqrt(2))
BACKDROP = Backdrop.of([BY_ID[id_] for id_ in IDS], VECTORS)
events = st.lists(
    st.builds(
        Deed,
        st.sampled_from(IDS),
        st.sampled_from(EventKind),
        st.integers(0, 400).map(lambda days: NOW - dt.timedelta(days=days)),
    ),
    max_size=20,
)


def deed(event: str, item_id: str, days: float = 0.0) -> Deed:
    return Deed(item_id, EventKind(event), NOW - dt.timedelta(days=days))


def taste(*deeds: Deed) -> Taste | None:
    said = leanings(deeds, NOW, HALF, WEIGHTS)
    rows = [IDS.index(id_) for id_ in said]
    return taste_of([BY_ID[i] for i in said], VECTORS[rows], list(said.values()), BACKDROP)


def scores(*deeds: Deed) -> dict[str, float]:
    found = taste(*deeds)
    if found is None:
        return dict.fromkeys(IDS, 0.0)
    values = found.scores([BY_ID[id_] for id_ in IDS], VECTORS)
    return dict(zip(IDS, values.tolist(), strict=True))


@given(events)
def test_scores_are_bounded_and_do_not_hang_on_the_order_of_events(deeds: list[Deed]) -> None:
    found = scores(*deeds)
    assert all(-1.0 <= value <= 1.0 for value in found.values())
    # Of one moment the order is all that tells which came last, so only whole moments may change places.
    assert scores(*sorted(deeds, key=lambda d: d.at)) == pytest.approx(found)


@given(events, st.sampled_from(KINDS), st.sampled_from(COLOURS), st.integers(1, 5))
@settings(max_examples=50)
def test_liking_a_kind_in_a_colour_raises_it_and_disliking_lowers_it(
    deeds: list[Deed], kind: str, colour: str, likes: int
) -> None:
    """Whatever the shopper did before, with other things."""
    target = item("new", kind, colour, brand="Elm")
    seen = np.array([vector(target)], np.float32) / np.float32(np.sqrt(2))
    before = [d for d in deeds if (BY_ID[d.item_id].kind, BY_ID[d.item_id].colour) != (kind, colour)]
    mine = [id_ for id_ in IDS if (BY_ID[id_].kind, BY_ID[id_].colour) == (kind, colour)]

    def score(event: str | None) -> float:
        more = [deed(event, id_) for id_ in mine[:likes]] if event else []
        found = taste(*before, *more)
        return float(found.scores([target], seen)[0]) if found else 0.0

    assert score("dislike") < min(score(None), 0.0) or score(None) < 0.0
    assert score("like") > score("dislike")
    if not before:
        assert score("like") > 0.0 > score("dislike")


def test_what_was_liked_comes_before_what_was_not() -> None:
    found = scores(deed("like", "dress-red-Ash"))
    assert found["dress-red-Birch"] > found["dress-blue-Birch"] > found["heels-green-Birch"]
    assert found["dress-red-Birch"] > found["jeans-red-Birch"] > found["heels-green-Birch"]
    assert found["heels-green-Ash"] > found["heels-green-Birch"] == 0.0


def test_events_weigh_as_they_cost() -> None:
    other = "dress-red-Birch"
    by_event = [scores(deed(event, "dress-red-Ash"))[other] for event in ("purchase", "cart", "like", "view")]
    assert by_event == sorted(by_event, reverse=True)
    assert by_event[-1] > 0.0
    for turned_down in ("dislike", "return"):
        assert scores(deed(turned_down, "dress-red-Ash"))[other] < 0.0


@given(st.floats(0, 300), st.floats(1, 300))
def test_events_fade_by_half_each_half_life(days: float, later: float) -> None:
    first = leanings([deed("like", "x", days)], NOW, HALF, WEIGHTS)["x"]
    second = leanings([deed("like", "x", days + later)], NOW, HALF, WEIGHTS)["x"]
    assert second == pytest.approx(first * 0.5 ** (later / 60))


@pytest.mark.parametrize(
    ("deeds", "said"),
    [
        (["like", "dislike"], -0.7),
        (["dislike", "like"], 0.5),
        (["view", "view", "view"], 0.1),
        (["cart", "purchase"], 1.0),
        (["purchase", "cart"], 1.0),
        (["purchase", "return"], -0.5),
        (["purchase", "return", "purchase"], 1.0),
        (["like", "purchase"], 1.5),
        (["view", "dislike"], -0.6),
    ],
)
def test_what_was_said_last_of_an_item_counts(deeds: list[str], said: float) -> None:
    days = range(len(deeds), 0, -1)
    found = leanings([deed(e, "x", d * 1e-6) for e, d in zip(deeds, days, strict=True)], NOW, HALF, WEIGHTS)
    assert found["x"] == pytest.approx(said, abs=1e-3)


def test_what_is_kept_away() -> None:
    deeds = [deed("dislike", "a", 3), deed("purchase", "b", 3), deed("dislike", "c", 3), deed("purchase", "d", 3)]
    deeds += [deed("like", "c", 2), deed("return", "d", 2), deed("view", "a", 1), deed("cart", "e"), deed("like", "f")]
    assert kept_away(deeds) == {"a", "b"}


def test_nothing_said_is_no_taste() -> None:
    assert taste() is None
    assert taste_of([], VECTORS[:0], [], BACKDROP) is None


@given(events)
def test_a_pulled_query_is_a_unit_vector(deeds: list[Deed]) -> None:
    found = taste(*deeds)
    pulled = found.pull(VECTORS[0], 0.4) if found else None
    if pulled is not None:
        assert float(np.linalg.norm(pulled)) == pytest.approx(1.0, abs=1e-5)


tallies = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(EventKind), st.integers(1, 1000)),
    unique_by=lambda t: (t[0], t[1]),
    max_size=20,
)


@given(tallies, st.floats(0.1, 100))
def test_popularity_is_bounded_and_neutral_without_events(
    counts: list[tuple[str, EventKind, int]], prior: float
) -> None:
    found = popularity_of(counts, WEIGHTS, prior)
    if not counts:
        assert found is None
        return
    assert found is not None
    assert np.all(np.abs(found.scores(list("abcdef"))) <= 1.0)
    assert found.scores(["never seen"])[0] == 0.0


VIEW, PURCHASE = EventKind.view, EventKind.purchase
LUCK = [("lucky", VIEW, 1), ("lucky", PURCHASE, 1), ("unviewed", PURCHASE, 30)]


def test_popularity_is_takes_by_views_and_believes_no_single_take() -> None:
    found = popularity_of(
        [("liked", VIEW, 100), ("liked", PURCHASE, 30), ("left", VIEW, 100), ("left", EventKind.like, 1), *LUCK],
        WEIGHTS,
        prior=5.0,
    )
    assert found is not None
    liked, left, lucky, unviewed = found.scores(["liked", "left", "lucky", "unviewed"])
    assert liked > lucky > 0.0 > left
    assert unviewed > lucky
