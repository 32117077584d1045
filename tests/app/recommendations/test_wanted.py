from app.recommendations.wanted import wanted_of
from models.preprocess.text import Wishes
from tests.app.recommendations.making import item, seen


def test_words_override_the_photo_only_where_they_speak() -> None:
    wanted = wanted_of(Wishes(colours=("red",)), None, (), seen("dress", "black", 0.8))
    assert (wanted.kind.values, wanted.kind.source, wanted.kind.confidence) == ({"dress"}, "photo", 0.8)
    assert (wanted.colour.values, wanted.colour.source) == ({"red"}, "words")


def test_the_photos_colour_is_dropped_when_just_that_is_not_wanted() -> None:
    wanted = wanted_of(Wishes(), Wishes(colours=("black",)), (), seen("dress", "black"))
    assert not wanted.colour
    assert wanted.kind


def test_a_plain_colour_word_rules_out_its_shades_and_a_shade_only_itself() -> None:
    red = wanted_of(None, Wishes(colours=("red",)), (), ()).avoided
    maroon = wanted_of(None, Wishes(colours=("maroon",)), (), ()).avoided
    assert red.hit(item("a", colour="maroon"))
    assert not maroon.hit(item("a", colour="red"))


def test_what_the_feed_left_out_is_no_hit() -> None:
    stripes = wanted_of(None, Wishes(pattern=("striped",)), (), ()).avoided
    assert stripes.hit(item("a", pattern="striped"))
    assert not stripes.hit(item("b", pattern=""))


def test_a_wish_that_is_also_negated_is_none() -> None:
    wanted = wanted_of(Wishes(usage=("party",)), Wishes(usage=("party",)), (), ())
    assert wanted.facets == {}
