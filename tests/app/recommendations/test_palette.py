from hypothesis import given
from hypothesis import strategies as st

from app.recommendations import palette
from models.taxonomy import taxonomy

COLOURS = st.sampled_from(sorted(taxonomy().colours))
ANY = st.one_of(COLOURS, st.just(""), st.just("no such colour"))


@given(ANY, ANY)
def test_closeness_and_harmony_are_symmetric_and_bounded(a: str, b: str) -> None:
    assert palette.closeness(a, b) == palette.closeness(b, a)
    assert palette.harmony(a, b) == palette.harmony(b, a)
    assert 0.0 <= palette.closeness(a, b) <= 1.0
    assert 0.0 <= palette.harmony(a, b) <= 1.0


@given(COLOURS)
def test_a_colour_is_closest_to_itself(colour: str) -> None:
    assert palette.closeness(colour, colour) == 1.0


def test_the_family_is_nearer_than_a_stranger() -> None:
    assert palette.closeness("maroon", "red") >= 0.75 > palette.closeness("blue", "red")


def test_what_nobody_stated_is_neither_right_nor_wrong() -> None:
    assert palette.closeness("", "red") == 0.5


def test_neutrals_go_with_everything_and_opposites_beat_a_clash() -> None:
    assert palette.harmony("black", "red") == 1.0
    assert palette.relation("blue", "orange") == "complementary"
    assert palette.harmony("blue", "orange") > palette.harmony("red", "green")


def test_accents_count_hues_not_names() -> None:
    assert palette.accents(["black", "red", "maroon", "white"]) == ("red",)
    assert set(palette.accents(["red", "blue", "yellow", ""])) == {"red", "blue", "yellow"}
