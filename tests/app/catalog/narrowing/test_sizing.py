"""Sizes as shops and shoppers write them, compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.narrowing.sizing import (
    LETTERS,
    NO_USUAL,
    Usual,
    neighbour,
    read_sizes,
    verdict,
    ways_to_write,
    worn_sizes,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("M", "medium"), ("m", "中号"), ("XXL", "2XL"), ("x-large", "XL"), ("one size", "均码"), ("EU 42", "42"),
        ("eur42", "EU 42"), ("42码", "42"), ("US 9,5", "us9.5"), ("W32 L34", "32/34"), ("w32/l34", "32 x 34"),
        (" ＸＬ ", "xl"),
    ],
)  # fmt: skip
def test_ways_to_write_one_size(one: str, other: str) -> None:
    assert read_sizes(one) == read_sizes(other) != frozenset()


@pytest.mark.parametrize(
    ("one", "other"), [("UK 8", "8"), ("M", "L"), ("42", "42.5"), ("one size", "M"), ("90B", "90C"), ("32/34", "32/30")]
)
def test_sizes_that_are_not_the_same(one: str, other: str) -> None:
    assert not worn_sizes([one]) & read_sizes(other)


@pytest.mark.parametrize(
    ("usual", "stocked", "expected"),
    [
        (["M"], ["S", "Medium"], 1),
        (["M"], ["S/M", "L/XL"], 1),
        (["M"], ["S", "L"], -1),
        (["M"], ["one size"], 0),
        (["M"], ["S", "one size"], 0),
        (["M"], ["38", "40"], 0),
        (["M"], [], 0),
        (["42"], ["39-42"], 1),
        (["EU 42"], ["UK 8"], 0),
        (["W32"], ["W32 L34"], 1),
        (["W32 L34"], ["W32 L30"], -1),
        (["75B"], ["80C"], 0),
        ([], ["M"], 0),
    ],
)
def test_what_can_be_said_of_an_items_sizes(usual: list[str], stocked: list[str], expected: int) -> None:
    assert verdict(worn_sizes(usual), stocked) == expected


@given(st.text(max_size=20))
def test_any_text_is_read_and_found_as_it_is_written(text: str) -> None:
    assert isinstance(read_sizes(text), frozenset)
    assert " ".join(text.casefold().split()) in ways_to_write(text) or not text.isascii()


@given(st.sampled_from(LETTERS), st.lists(st.sampled_from(LETTERS), max_size=6), st.sampled_from([1, -1]))
def test_the_next_size_is_the_nearest_in_that_direction(size: str, among: list[str], step: int) -> None:
    found = neighbour(size, among, step)
    beyond = [one for one in among if step * (LETTERS.index(one) - LETTERS.index(size)) > 0]
    nearest = min(beyond, key=lambda one: abs(LETTERS.index(one) - LETTERS.index(size)), default="")
    assert found == nearest


def test_a_slot_of_the_upper_body_goes_by_another_only_while_nothing_is_known_of_it() -> None:
    usual = Usual({"top": worn_sizes(["M"]), "footwear": worn_sizes(["42"])})
    assert usual.fitting("outerwear", ["L", "Medium"]) == "Medium"
    assert usual.verdict("bottom", ["L"]) == 0
    both = Usual({**usual.by_slot, "outerwear": worn_sizes(["L"])})
    assert (both.fitting("outerwear", ["M"]), both.fitting("outerwear", ["L"])) == ("", "L")
    assert not NO_USUAL and NO_USUAL.verdict("top", ["M"]) == 0
