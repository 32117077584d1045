"""What stands out among the suggestions of one answer."""

from decimal import Decimal

import pytest

from app.recommendations.answer import foremost
from app.recommendations.evidence import Evidence
from app.recommendations.ranking import Ranked
from tests.app.recommendations.making import item


def stands_out(alike: list[float | None], prices: list[int]) -> tuple[str, str]:
    shown = [Ranked(item(str(n), price=Decimal(price)), n, 0.5, {}) for n, price in enumerate(prices)]
    found = foremost(shown, {str(n): Evidence({}, a) for n, a in enumerate(alike)})
    return found.likest, found.cheapest


@pytest.mark.parametrize(
    ("alike", "likest"),
    [
        ([0.5, 0.4, 0.3, 0.2], "0"),
        ([0.4, 0.5, 0.3, 0.2], ""),
        ([0.2, 0.1, 0.1, 0.1], ""),
        ([0.5, 0.4, 0.3], ""),
        ([None, None, None, None], ""),
        ([None, 0.9, 0.8, 0.7, 0.6], ""),
    ],
)
def test_the_first_is_called_most_like_the_photo_where_it_is(alike: list[float | None], likest: str) -> None:
    assert stands_out(alike, [10] * len(alike)) == (likest, "")


@pytest.mark.parametrize(("prices", "cheapest"), [([4, 3, 2, 5], "2"), ([4, 2, 2, 5], ""), ([4, 3, 2], ""), ([], "")])
def test_one_that_costs_least_is_told_where_there_is_one(prices: list[int], cheapest: str) -> None:
    assert stands_out([None] * len(prices), prices) == ("", cheapest)
