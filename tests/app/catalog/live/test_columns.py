"""Filters and columns without a database."""

import time
from decimal import Decimal

import numpy as np
import pytest

from app.catalog.facts import facts_of
from app.catalog.live.columns import Columns
from app.catalog.narrowing.filters import resolve
from app.catalog.schemas import Filters
from app.errors import InvalidRequest
from models.taxonomy import taxonomy

ROWS = 37_807


@pytest.mark.parametrize(
    ("filters", "field", "near"),
    [
        ({"kind": ["drss"]}, "kind", "dress"),
        ({"slot": ["foot"]}, "slot", "footwear"),
        ({"colour": ["read"]}, "colour", "red"),
        ({"season": ["monsoon"]}, "season", "summer"),
        ({"usage": ["moonwalk"]}, "usage", "casual"),
        ({"attributes": {"patern": ["striped"]}}, "attributes.patern", "pattern"),
        ({"attributes": {"pattern": ["stripd"]}}, "attributes.pattern", "striped"),
        ({"price": {"min": "5", "max": "4"}}, "price", "min"),
    ],
)
def test_unknown_values_are_named_with_known_ones_near_them(filters: dict[str, object], field: str, near: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        resolve(Filters.model_validate(filters))
    assert [e.field for e in refused.value.fields] == [field]
    assert near in refused.value.fields[0].reason


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(InvalidRequest) as refused:
        resolve(Filters(kind=["x!", "dress"], season=["y!"]))
    assert {e.field for e in refused.value.fields} == {"kind", "season"}


def test_an_item_without_a_price_passes_no_price_filter_and_one_that_is_gone_or_not_worn_none_at_all() -> None:
    worn = facts_of(("a", "", "", "", "dress", "one_piece", *[""] * 6, None, None, None, 0, ""))
    scent = facts_of(("b", "", "", "", "perfume", "none", *[""] * 6, Decimal(9), None, None, 0, ""))
    columns = Columns.build(["a", "b", "gone"], {"a": worn, "b": scent})
    assert columns.mask(Filters()).tolist() == [True, False, False]
    assert columns.mask(Filters.model_validate({"price": {"min": "0"}})).tolist() == [False] * 3


def test_a_whole_shop_is_masked_within_a_frame() -> None:
    """Measured at about 0.3 ms; the bound leaves room for a busy machine, not for a loop over rows."""
    draw = np.random.default_rng(7)
    kinds, colours = list(taxonomy().kinds.values()), list(taxonomy().colours)
    facts = {}
    for number in range(ROWS):
        kind = kinds[draw.integers(len(kinds))]
        words = (kind.id, kind.slot, colours[draw.integers(len(colours))], "women", "", "summer", "casual", "striped")
        price = Decimal(int(draw.integers(1, 200)))
        raw = (str(number), "t", "", "Brand", *words, price, None, None, 3, "\x1f".join(["xS", "xM", "xL"]))
        facts[str(number)] = facts_of(raw)
    columns = Columns.build(list(facts), facts)
    filters = Filters.model_validate(
        {"kind": ["dress"], "colour": ["red"], "gender": "women", "size": ["m"], "brand": ["BRAND"],
         "price": {"min": "10", "max": "150"}, "in_stock": True, "season": ["summer"]}
    )  # fmt: skip
    took = []
    for _ in range(20):
        started = time.perf_counter()
        mask = columns.mask(filters)
        took.append(time.perf_counter() - started)
    assert 0 < mask.sum() < ROWS
    assert min(took) < 0.005, f"{min(took) * 1000:.2f} ms"
