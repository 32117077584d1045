"""Prices and sizes of the words as filters."""

from decimal import Decimal

import pytest

from app.catalog.live.columns import Columns
from app.catalog.schemas import Filters, PriceRange
from app.recommendations.lifting import Lifted, known_in, lift_said
from models.preprocess import parse
from tests.app.recommendations.making import item

SHOP = [item(kind, kind, price=Decimal(price)) for kind, price in [("dress", 20), ("heels", 60), ("coat", 200)]]
COLUMNS = Columns.build([i.id for i in SHOP], {i.id: i for i in SHOP})
"""Three things in size M."""


def lifted(text: str, filters: Filters | None = None, budget: Decimal | None = None, **more: bool) -> Lifted:
    given = filters or Filters()
    return lift_said(parse(text), given, budget, COLUMNS, "EUR", semantic=more.get("semantic", False))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("under 50 euros", None, 50),
        ("a dress, 15 to 25 euros", 15, 25),
        ("不超过五十", None, 50),
        ("over €100", 100, None),
        ("over 10 euros and under 50 euros", 10, 50),
        ("around 50 euros", 40, 60),
    ],
)
def test_a_price_becomes_a_filter(text: str, low: int | None, high: int | None) -> None:
    found = lifted(text)
    assert found.filters.price == PriceRange(min=low, max=high)
    assert found.ignored == ()


@pytest.mark.parametrize("text", ["300元以内", "under $50", "under 50 pounds"])
def test_another_currency_is_not_converted(text: str) -> None:
    found = lifted(text)
    assert found.filters == Filters()
    assert found.ignored == (text,)


def test_what_the_request_gave_wins() -> None:
    given = Filters(price=PriceRange(max=Decimal(30)), size=["L"])
    found = lifted("dress under 50 euros size M", given)
    assert found.filters == given
    assert set(found.ignored) == {"under 50 euros", "size M"}


def test_a_price_that_nothing_has_is_ignored() -> None:
    assert lifted("under 5 euros") == Lifted(Filters(), None, ("under 5 euros",))


def test_two_prices_with_nothing_between_them_leave_the_last() -> None:
    assert lifted("over 100 euros, no, under 50 euros").filters.price == PriceRange(max=Decimal(50))


def test_the_price_of_a_whole_look_is_the_budget() -> None:
    found = lifted("whole outfit under 200 euros")
    assert (found.filters, found.budget, found.ignored) == (Filters(), Decimal(200), ())
    given = lifted("whole outfit under 200 euros", budget=Decimal(90))
    assert (given.budget, given.ignored) == (Decimal(90), ("under 200 euros",))


@pytest.mark.parametrize("text", ["size M", "M码", "in a medium", "尺码M"])
def test_a_size_becomes_a_filter(text: str) -> None:
    assert lifted(text).filters == Filters(size=["M"])


@pytest.mark.parametrize("text", ["size 42", "handbag size M", "均码"])
def test_a_size_nothing_asked_for_comes_in_is_ignored(text: str) -> None:
    found = lifted(text)
    assert found.filters == Filters()
    assert len(found.ignored) == 1


def test_semantic_mode_takes_no_filters_from_words() -> None:
    found = lifted("dress under 50 euros size M", semantic=True)
    assert found == Lifted(Filters(), None, ("under 50 euros", "size M"))


def test_a_brand_is_known() -> None:
    branded = item("x", brand="Jaket & Sons")
    known = known_in(Columns.build(["x"], {"x": branded}))
    assert known("jaket")
    assert not known("dres")
