"""What shops write into a colour column, and what of it running text must not be read as."""

import pytest

from app.catalog.feeds.draft import draft_of
from models.preprocess.text import parse
from models.taxonomy import taxonomy


@pytest.mark.parametrize(
    ("written", "colour"),
    [
        ("Sand", "beige"),
        ("Off-White", "off_white"),
        ("Dusty Rose", "rose"),
        ("Washed Black", "black"),
        ("Light Wash Denim", "blue"),
        ("Grey Melange", "grey"),
        ("light blue", "blue"),
        ("奶茶色", "beige"),
    ],
)
def test_a_column_names_a_colour(written: str, colour: str) -> None:
    found = taxonomy().swatch_of(written)
    assert found is not None and found.id == colour
    drafted = draft_of({"id": "1", "colour": written}, "EUR")
    assert (drafted.draft.colour, drafted.warnings) == (colour, ())


@pytest.mark.parametrize("written", ["dark", "Zephyr", "", "leopard"])
def test_what_names_no_colour_stays_unknown(written: str) -> None:
    assert taxonomy().swatch_of(written) is None


@pytest.mark.parametrize("words", ["denim jacket", "natural linen shirt", "coffee with friends"])
def test_the_same_words_in_a_wish_are_not_colours(words: str) -> None:
    assert parse(words, None).wishes.colours == ()
