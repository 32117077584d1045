"""What the merchant would rather sell, and what of an answer is the same thing twice."""

import dataclasses
import datetime as dt
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.catalog.facts import ItemFacts
from app.recommendations.diversity import fold, without_twins
from app.recommendations.merchandising import boosts
from app.recommendations.ranking import BOOSTS, PARTS, Ranked
from app.recommendations.wanted import Wanted
from app.settings import MerchandisingSettings, RankingSettings
from tests.app.recommendations.making import CURVE, item, pool, rank

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
PLAIN = RankingSettings(diversity=0.0)


def of(id_: str, **more: Any) -> ItemFacts:
    """An item; what `making.item` does not know is set afterwards."""
    later = {n: more.pop(n) for n in ("rating", "created_at", "attributes", "group_id") if n in more}
    return dataclasses.replace(item(id_, **more), **later)


def ranked(items: list[ItemFacts], **rules: Any) -> list[Ranked]:
    nudges = boosts(items, MerchandisingSettings(**rules), NOW)
    return rank(pool(items), Wanted(), CURVE, PLAIN, len(items), nudges)


CASES = [
    ({"in_stock": 0.5}, of("up"), of("out", in_stock=False), "boost_in_stock"),
    ({"on_sale": 0.5}, of("up", sale_price=Decimal(9)), of("dear", sale_price=Decimal(20)), "boost_on_sale"),
    ({"new": 0.5}, of("up", created_at=NOW - dt.timedelta(days=2)), of("old", created_at=NOW - dt.timedelta(days=90)),
     "boost_new"),
    ({"new": 0.5, "new_field": "released"}, of("up", attributes={"released": "2026-04-28"}), of("unsaid"), "boost_new"),
    ({"brands": {"ACME": 0.5}}, of("up", brand="Acme"), of("other", brand="Else"), "boost_brand"),
    ({"rating": 0.5}, of("up", rating=5.0), of("middling", rating=3.0), "boost_rating"),
    ({"rating": 0.5}, of("unrated"), of("bad", rating=1.0), "boost_rating"),
    ({"margin": 0.5}, of("up", attributes={"margin": "40 %"}), of("thin", attributes={"margin": 5}), "boost_margin"),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "better", "worse", "part"), CASES)
def test_a_rule_moves_up_what_it_names_and_says_so(
    rules: dict[str, Any], better: ItemFacts, worse: ItemFacts, part: str
) -> None:
    first, second = ranked([worse, better], **rules)
    assert (first.item.id, second.item.id) == (better.id, worse.id)
    assert first.score > second.score
    assert first.parts[part] > second.parts[part]
    assert part in BOOSTS and part in PARTS
    turned = {name: -value if isinstance(value, float) else value for name, value in rules.items()}
    turned |= {"brands": {"acme": -0.5}} if "brands" in rules else {}
    assert [r.item.id for r in ranked([worse, better], **turned)] == [worse.id, better.id]


NUMBER = st.none() | st.floats(0, 5)


@given(st.lists(st.tuples(NUMBER, NUMBER, st.booleans()), min_size=1, max_size=12), st.floats(-1, 1))
def test_what_lacks_a_field_keeps_its_score_and_no_score_leaves_its_bounds(
    facts: list[tuple[float | None, float | None, bool]], weight: float
) -> None:
    items = [
        of(str(n), rating=rating, attributes={} if margin is None else {"margin": margin})
        for n, (rating, margin, _) in enumerate(facts)
    ]
    plain = {r.item.id: r.score for r in ranked(items)}
    moved = ranked(items, rating=weight, margin=weight)
    for one in moved:
        assert 0.0 <= one.score <= 1.0
        if one.item.rating is None and not one.item.attributes:
            assert one.score == plain[one.item.id]


def test_without_rules_nothing_is_said_of_them() -> None:
    assert not set(ranked([of("a")], in_stock=0.0)[0].parts) & set(BOOSTS)
    assert boosts([of("a")], MerchandisingSettings(in_stock=0.0), NOW) == {}


@given(st.lists(st.booleans(), min_size=2, max_size=12))
def test_by_default_nothing_sold_out_stands_before_its_equal_in_stock(stocked: list[bool]) -> None:
    shown = ranked([of(str(n), in_stock=one) for n, one in enumerate(stocked)])
    assert [r.item.in_stock for r in shown] == sorted(stocked, reverse=True)
    plain = ranked([of("x")], in_stock=0.0)[0].score
    for one in shown:  # what is in stock, and what nobody counts, keeps its score
        assert one.score == plain if one.item.in_stock else one.score < plain
        assert math.copysign(1.0, one.parts["boost_in_stock"]) == (1.0 if one.item.in_stock else -1.0)


@pytest.mark.parametrize("rules", [{"new": 1.1}, {"brands": {"Acme": -2}}, {"new_days": 0}, {"rating": float("nan")}])
def test_a_rule_out_of_bounds_is_refused(rules: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MerchandisingSettings(**rules)


def test_a_products_colourway_is_shown_once_whatever_its_titles_say() -> None:
    items = [
        of("1", title="Linen dress", group_id="g"),
        of("2", title="Dress, linen, long", group_id="g"),
        of("3", title="Dress, linen, long", group_id="g", colour="blue"),
        of("4", title="Dress of linen"),
    ]
    assert fold(items) == [0, 2, 3]


def test_one_picture_used_twice_is_shown_once_and_other_sorts_of_it_stay() -> None:
    vectors = np.array([[1, 0], [0.999, 0.0447], [1, 0], [0, 1]], np.float32)
    items = [of("1", title="a"), of("2", title="b"), of("3", title="c", gender="men"), of("4", title="d")]
    assert without_twins(items, vectors) == [0, 2, 3]
    shown = rank(dataclasses.replace(pool(items), vectors=vectors), Wanted(), CURVE, PLAIN, 4)
    assert sorted(r.item.id for r in shown) == ["1", "3", "4"]
