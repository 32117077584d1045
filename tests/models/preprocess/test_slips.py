"""Slips, synonyms and strange characters still land on what was meant."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.preprocess import parse
from models.preprocess.text import clean_text
from models.preprocess.vocabulary import vocabulary


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("dres", "dress"),
        ("jaket", "jacket"),
        ("sneekers", "casual_shoes"),
        ("shrit", "shirt"),
        ("jens", "jeans"),
        ("sunglases", "sunglasses"),
        ("legings", "leggings"),
        ("tee", "tshirt"),
        ("trainers", "sports_shoes"),
        ("kicks", "casual_shoes"),
        ("jumper", "sweater"),
        ("pullover", "sweater"),
        ("wellies", "boots"),
        ("sunnies", "sunglasses"),
        ("dressing gown", "robe"),
        ("hand bag", "handbag"),
        ("flipflops", "flip_flops"),
        ("卫衣", "sweatshirt"),
        ("球鞋", "sports_shoes"),
        ("T桖", "tshirt"),
        ("連衣裙", "dress"),
        ("襯衫", "shirt"),
        ("👗", "dress"),
        ("👟", "sports_shoes"),
        ("ｄｒｅｓｓ", "dress"),
        ("LBD", "dress"),
    ],
)
def test_a_word_lands_on_its_kind(said: str, kind: str) -> None:
    assert kind in parse(said).wishes.kinds


@pytest.mark.parametrize(
    ("said", "colour"),
    [("blak", "black"), ("gren", "green"), ("crimson", "red"), ("墨绿色", "green"), ("gray", "grey")],
)
def test_a_word_lands_on_its_colour(said: str, colour: str) -> None:
    assert parse(said).wishes.colours == (colour,)


def test_a_correction_is_told() -> None:
    found = parse("a Blak jaket")
    assert found.positive == "a Black jacket"
    assert [(c.said, c.meant) for c in found.corrections] == [("Blak", "Black"), ("jaket", "jacket")]


@pytest.mark.parametrize(
    "text", ["shows and costs", "adidas superstar", "zara", "a boho vibe", "match this watch", "casino"]
)
def test_a_word_that_means_something_is_no_slip(text: str) -> None:
    found = parse(text)
    assert found.corrections == ()
    assert found.positive == text


def test_a_brand_of_the_shop_is_no_slip() -> None:
    assert parse("jaket").corrections
    found = parse("jaket", is_known={"jaket"}.__contains__)
    assert (found.positive, found.corrections) == ("jaket", ())


def test_links_and_pictures_are_no_words() -> None:
    assert clean_text("see https://shop.example/x?y=1 😍 or mail a@b.example: red dress") == "see or mail red dress"
    assert clean_text("👗 in red") == "dress in red"


@settings(deadline=None)  # the first example reads dictionaries
@given(st.text(alphabet="ab@.:/w h红👗http😀 \u200d", max_size=40))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)


@settings(deadline=None)  # the first example reads dictionaries
@given(st.sampled_from(sorted(w for w in vocabulary().en if w.isalpha())))
def test_a_garments_own_word_is_never_mended(word: str) -> None:
    assert parse(word).corrections == ()
