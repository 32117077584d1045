"""What looks are built around: what a shopper expects in each case."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.facts import ItemFacts
from app.recommendations.outfit_anchor import NONE, Ask, as_named, best_anchor, facts_seen, own_garment
from app.recommendations.outfit_rules import Brief
from app.recommendations.wanted import Seen
from models.preprocess.company import company_of
from tests.app.recommendations.conftest import Service
from tests.app.recommendations.making import item
from tests.app.recommendations.toys import photo


def read_as(kind: str, colour: str = "blue", pattern: str = "solid") -> ItemFacts:
    tags = [Seen("kind", kind, 0.8), Seen("colour", colour, 0.8), Seen("pattern", pattern, 0.8)]
    facts = facts_seen(tags)
    assert facts is not None
    return facts


def ask(text: str, colours: Iterable[str] = (), patterns: Iterable[str] = (), occasion: str = "") -> Ask:
    return Ask(company_of(text), frozenset(colours), frozenset(patterns), occasion)


STAYS = [
    ("", "tshirt"),
    ("for a walk in autumn", "tshirt"),
    ("a shirt like this for the office", "shirt"),
    ("shoes that go with this", "dress"),
    ("配这条裙子的鞋", "skirt"),
    ("a jacket to wear over this", "tshirt"),
    ("heels for a wedding", "dress"),
    ("the same for a party, with heels", "skirt"),
    ("something to wear with this", "swimwear"),
]
GOES = [
    ("a jacket like this for cold weekends", "sweatshirt"),  # a padded vest, read as a top
    ("类似的半身裙，上班穿", "shorts"),
    ("参加婚礼穿的衬衫", "jacket"),
    ("shoes like these for a party", "dress"),
    ("a skirt", "shorts"),
]


@pytest.mark.parametrize(("text", "kind"), STAYS)
def test_the_shoppers_own_garment_stays(text: str, kind: str) -> None:
    assert own_garment([read_as(kind)], ask(text)) == 0


@pytest.mark.parametrize(("text", "kind"), GOES)
def test_words_that_ask_for_another_kind_win_over_the_photo(text: str, kind: str) -> None:
    assert own_garment([read_as(kind)], ask(text)) is None


def test_another_colour_or_pattern_is_another_garment() -> None:
    blue = [read_as("dress", "blue")]
    assert own_garment(blue, ask("the same but in red", ["red"])) is None
    assert own_garment(blue, ask("the same in navy", ["navy"])) == 0
    assert own_garment(blue, ask("red shoes that go with this", ["red"])) == 0
    assert own_garment(blue, ask("with red heels", ["red"])) == 0
    assert own_garment(blue, ask("the same in stripes", patterns=["striped"])) is None
    assert own_garment(blue, ask("a plain one", patterns=["solid"])) == 0


def test_a_colour_hardly_seen_is_not_the_one_that_was_asked_for() -> None:
    unsure = facts_seen([Seen("kind", "shirt", 0.9), Seen("colour", "white", 0.3)])
    assert own_garment([unsure], ask("a white one for a job interview", ["white"])) is None


def test_nobody_runs_in_what_is_only_like_running_shoes() -> None:
    assert own_garment([read_as("casual_shoes")], ask("similar shoes for running", occasion="sports")) is None
    assert own_garment([read_as("sports_shoes")], ask("similar shoes for running", occasion="sports")) == 0


def test_a_word_covers_more_than_its_kind() -> None:
    assert own_garment([read_as("cap")], ask("a hat like this for a sunny weekend")) == 0
    assert own_garment([read_as("jeans")], ask("same trousers")) == 0


def test_of_a_persons_garments_the_one_that_is_named() -> None:
    person = [read_as("shirt"), read_as("jeans")]
    assert own_garment(person, ask("jeans like these")) == 1
    assert own_garment(person, ask("")) == 0
    assert own_garment([None, read_as("jeans")], ask("")) == 1
    assert own_garment([None], ask("")) is None


def test_what_the_shopper_calls_it_wins_over_what_it_looks_like() -> None:
    skirt = as_named(read_as("shorts"), company_of("shoes for the office that go with this skirt"))
    assert (skirt.kind, skirt.slot, skirt.colour) == ("skirt", "bottom", "blue")
    assert as_named(read_as("shorts"), company_of("shoes that go with this")).kind == "shorts"


def test_the_first_suggestion_of_the_kind_that_was_asked_for() -> None:
    shown = [item("a", "tshirt"), item("b", "jacket", in_stock=False), item("c", "jacket")]
    found = best_anchor(shown, frozenset({"jacket"}), Brief())
    assert found is not None and found.id == "c"
    anything = best_anchor(shown, NONE, Brief())
    assert anything is not None and anything.id == "a"
    assert best_anchor([item("p", "perfume")], NONE, Brief()) is None


@given(st.lists(st.none() | st.sampled_from(["tshirt", "jeans", "dress", "heels"]).map(read_as), max_size=3), st.text())
def test_only_a_garment_that_was_recognised_is_built_on(shown: list[ItemFacts | None], text: str) -> None:
    found = own_garment(shown, ask(text))
    assert found is None or shown[found] is not None


async def test_shoes_for_a_dress_are_in_its_looks(service: Service) -> None:
    body = (await service.post([photo()], description="white heels that go with this")).json()
    assert body["suggestions"][0]["item"]["kind"] == "heels"
    first = body["outfits"][0]["items"]
    assert first[0]["given"] and first[0]["slot"] == "one_piece"
    assert next(p["item"]["id"] for p in first if p["slot"] == "footwear") == "heels-white"


async def test_another_kind_than_the_photos_is_what_looks_are_built_on(service: Service) -> None:
    body = (await service.post([photo()], description="a jacket like this")).json()
    assert body["outfits"]
    for look in body["outfits"]:
        assert not any(piece["given"] for piece in look["items"])
        assert look["items"][0]["item"]["kind"] == "jacket"


async def test_the_same_in_another_colour_is_built_on_what_is_suggested(service: Service) -> None:
    body = (await service.post([photo()], description="same style but blue, with heels")).json()
    assert body["suggestions"][0]["item"]["id"] == "dress-blue"
    for look in body["outfits"]:
        assert look["items"][0]["item"]["id"] == "dress-blue"
        assert {p["item"]["kind"] for p in look["items"] if p["slot"] == "footwear"} == {"heels"}
