"""Reading a shopper's words: what is wished, what is turned down, in English and Chinese."""

import unicodedata
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.preprocess import Wishes, parse
from models.preprocess.text import FACETS, clean_text
from models.taxonomy import Colour, Kind, taxonomy


def named(wishes: Wishes) -> dict[str, tuple[str, ...]]:
    return {facet: getattr(wishes, facet) for facet in FACETS if getattr(wishes, facet)}


NEGATIONS = [
    ("for the office, not black", "for the office", {"colours": ("black",)}, ("black",)),
    ("no stripes", "", {"pattern": ("striped",)}, ("stripes",)),
    ("without floral print", "", {"pattern": ("floral",)}, ("floral print",)),
    ("anything but red", "", {"colours": ("red",)}, ("red",)),
    ("any colour except red or black, for a party", "for a party", {"colours": ("red", "black")}, ("red", "black")),
    ("not black or navy", "", {"colours": ("black", "navy")}, ("black", "navy")),
    ("not black, navy or grey please", "", {"colours": ("black", "navy", "grey")}, ("black", "navy", "grey")),
    ("a jumper, not blue, for winter", "a jumper, for winter", {"colours": ("blue",)}, ("blue",)),
    ("I don't want heels", "", {"kinds": ("heels",)}, ("heels",)),
    ("I don’t like Polka Dots", "", {"pattern": ("dotted",)}, ("Polka Dots",)),
    ("nothing too formal", "", {"usage": ("formal",)}, ("formal",)),
    ("a not too formal dress", "a dress", {"usage": ("formal",)}, ("formal",)),
    ("non-black sneakers", "sneakers", {"colours": ("black",)}, ("black",)),
    ("no stripes for summer", "for summer", {"pattern": ("striped",)}, ("stripes",)),
    ("no stripes and a red belt", "a red belt", {"pattern": ("striped",)}, ("stripes",)),
    ("no stripes and dots", "", {"pattern": ("striped", "dotted")}, ("stripes", "dots")),
    ("dress without sleeves in red", "dress in red", {}, ("sleeves",)),
    ("no black or heels", "", {"colours": ("black",), "kinds": ("heels",)}, ("black", "heels")),
    ("green but not lime green", "green", {"colours": ("lime",)}, ("lime green",)),
    ("不要黑色", "", {"colours": ("black",)}, ("黑色",)),
    ("别要条纹", "", {"pattern": ("striped",)}, ("条纹",)),
    ("不喜欢红色和黑色", "", {"colours": ("red", "black")}, ("红色", "黑色")),
    ("非黑色", "", {"colours": ("black",)}, ("黑色",)),
    ("除了红色", "", {"colours": ("red",)}, ("红色",)),
    ("除了红色都可以", "", {"colours": ("red",)}, ("红色",)),
    ("想要上班穿的衬衫，不要条纹", "想要上班穿的衬衫", {"pattern": ("striped",)}, ("条纹",)),
    ("没有条纹的衬衫", "衬衫", {"pattern": ("striped",)}, ("条纹",)),
    ("不太正式的裙子", "裙子", {"usage": ("formal",)}, ("正式",)),
    ("想要一条连衣裙，但是不要太正式", "想要一条连衣裙", {"usage": ("formal",)}, ("正式",)),
    ("男款运动鞋 不要白色", "男款运动鞋", {"colours": ("white",)}, ("白色",)),
]


@pytest.mark.parametrize(("text", "positive", "negated", "words"), NEGATIONS)
def test_negation_is_cut_out_and_named(
    text: str, positive: str, negated: dict[str, tuple[str, ...]], words: tuple[str, ...]
) -> None:
    found = parse(text)
    assert (found.positive, named(found.negated), found.negations) == (
        positive,
        negated,
        tuple(w.lower() for w in words),
    )


WISHES = [
    ("same style but red", {"colours": ("red",)}),
    ("dress for a summer wedding", {"kinds": ("dress",), "usage": ("party",), "season": ("summer",)}),
    ("适合夏天的婚礼", {"usage": ("party",), "season": ("summer",)}),
    ("同款红色", {"colours": ("red",)}),
    ("red shirts and two dresses", {"kinds": ("shirt", "dress"), "colours": ("red",)}),
    ("silk scarves", {"kinds": ("scarf",)}),
    ("women's watches", {"kinds": ("watch",), "gender": ("women",)}),
    ("T-shirt", {"kinds": ("tshirt",)}),
    ("flip-flops", {"kinds": ("flip_flops",)}),
    ("navy blue jeans", {"kinds": ("jeans",), "colours": ("navy",)}),
    ("dress shirt", {"kinds": ("shirt",)}),
    ("short dress", {"kinds": ("dress",)}),
    ("floral print skirt", {"kinds": ("skirt",), "pattern": ("floral",)}),
    ("smart casual", {"usage": ("smart_casual",)}),
    ("lipstick", {}),
    ("牛仔裤", {"kinds": ("jeans",)}),
    ("黑色T恤", {"kinds": ("tshirt",), "colours": ("black",)}),
    ("白衬衫", {"kinds": ("shirt",), "colours": ("white",)}),
    ("面粉色", {}),
    ("网红", {}),
    ("白天", {}),
    ("黑色运动鞋", {"kinds": ("sports_shoes",), "colours": ("black",)}),
    ("深红色的毛衣", {"kinds": ("sweater",), "colours": ("red",)}),
    ("给老公买的大衣", {"kinds": ("coat",), "gender": ("men",)}),
    ("not only black but also white", {"colours": ("black", "white")}),
    ("nothing but black", {"colours": ("black",)}),
    ("I don't know what to wear to a wedding", {"usage": ("party",)}),
    ("非常正式的西装", {"kinds": ("blazer",), "usage": ("formal",)}),
    ("特别要红色", {"colours": ("red",)}),
    ("我没有黑色外套", {"kinds": ("jacket",), "colours": ("black",)}),
    ("不限颜色的外套", {"kinds": ("jacket",)}),
    ("jakcet", {"kinds": ("jacket",)}),
    ("black trowsers", {"kinds": ("trousers",), "colours": ("black",)}),
    ("runing shoes", {"kinds": ("sports_shoes",)}),
    ("match the costs of books that shows while range", {}),
]


@pytest.mark.parametrize(("text", "wishes"), WISHES)
def test_wishes_are_read(text: str, wishes: dict[str, tuple[str, ...]]) -> None:
    found = parse(text)
    assert named(found.wishes) == wishes
    assert found.negated == Wishes()
    assert found.negations == ()


def test_a_word_for_a_whole_slot_means_any_of_it() -> None:
    footwear = {k.id for k in taxonomy().kinds.values() if k.slot == "footwear"}
    assert set(parse("red shoes").wishes.kinds) == set(parse("红色的鞋").wishes.kinds) == footwear
    assert set(parse("裙子").wishes.kinds) == {"dress", "skirt"}
    assert set(parse("no shoes please").negated.kinds) == footwear


@pytest.mark.parametrize("facet", ["kinds", "colours"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_shown_name_is_understood(facet: str, language: str) -> None:
    tax = taxonomy()
    entries = [k for k in tax.kinds.values() if k.worn] if facet == "kinds" else list(tax.colours.values())
    for entry in entries:
        name = entry.name(language)
        assert entry.id in getattr(parse(name).wishes, facet), name
        assert entry.id in getattr(parse(("no " if language == "en" else "不要") + name).negated, facet), name


def test_slips_are_mended_in_what_is_embedded_but_not_in_what_was_said() -> None:
    found = parse("blue jakcet")
    assert (found.clean, found.positive) == ("blue jakcet", "blue jacket")


def test_terms_are_content_words() -> None:
    assert parse("I'm looking for a pair of vintage T-shirts for the office").terms == (
        "pair",
        "vintage",
        "t-shirts",
        "office",
    )
    assert parse("想要一件上班穿的衬衫").terms == ("上班", "衬衫")
    assert parse("a dress, no stripes").terms == ("dress",)


def test_everything_in_avoid_is_turned_down() -> None:
    found = parse("red dress", "black, jeans, no stripes")
    assert named(found.wishes) == {"kinds": ("dress",), "colours": ("red",)}
    assert named(found.negated) == {"colours": ("black",), "kinds": ("jeans",), "pattern": ("striped",)}
    assert set(found.negations) == {"black", "jeans", "stripes"}
    assert named(parse("", "条纹、黑色").negated) == {"pattern": ("striped",), "colours": ("black",)}
    assert parse("", "条纹").language == "zh"
    assert named(parse("red or blue", "red").wishes) == {"colours": ("blue",)}


def test_language_is_chinese_as_soon_as_a_character_is() -> None:
    assert parse("red dress").language == "en"
    assert parse("red 裙子").language == "zh"
    assert parse("").language == "en"


def test_cleaning() -> None:
    assert clean_text("  ｒｅｄ\t\n dress\u200b\x00  ") == "red dress"
    assert clean_text("don’t") == "don't"


@given(st.text(max_size=300), st.none() | st.text(max_size=60))
def test_it_never_raises_and_cleaning_is_idempotent(text: str, avoid: str | None) -> None:
    found = parse(text, avoid)
    assert clean_text(found.clean) == found.clean
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in found.clean)
    assert parse(found.clean, avoid) == found


colour = st.sampled_from([c for c in taxonomy().colours.values() if c.id != "multi"])
kind = st.sampled_from([k for k in taxonomy().kinds.values() if k.worn])
english = st.sampled_from(
    ["a {kind}, not {colour}", "{kind} but no {colour}", "I don't want {colour}, a {kind} please"]
)
chinese = st.sampled_from(["{kind}，不要{colour}", "想要{kind}，但是不喜欢{colour}", "非{colour}的{kind}"])


def check(text: str, wish: str, unwanted: str, kind_word: str, colour_word: str) -> None:
    found = parse(text.format(kind=kind_word, colour=colour_word))
    assert wish in found.wishes.kinds
    assert found.negated.colours == (unwanted,)
    assert unwanted not in found.wishes.colours
    assert colour_word.lower() not in found.positive.lower()
    assert kind_word.lower() in found.positive.lower()


@given(english, kind, colour)
def test_what_is_turned_down_is_never_embedded(template: str, wished: Kind, unwanted: Colour) -> None:
    check(template, wished.id, unwanted.id, wished.name("en"), unwanted.name("en"))


@given(chinese, kind, colour)
def test_what_is_turned_down_is_never_embedded_in_chinese(template: str, wished: Kind, unwanted: Colour) -> None:
    check(template, wished.id, unwanted.id, wished.name("zh"), unwanted.name("zh"))


@pytest.mark.parametrize(
    "unit",
    [
        "not black or ",
        "不要黑色、",
        "jakcettt ",
        "a ",
        "don't want ",
        ", ,",
        "not red, ",
        "别",
        "t恤",
        "(" * 5,
        "no no ",
    ],
)
def test_the_longest_text_is_read_quickly(unit: str) -> None:
    parse(unit * 10)  # dictionaries are read on first use
    text = (unit * 2000)[:2000]
    begin = perf_counter()
    parse(text)
    assert perf_counter() - begin < 0.5  # 5 to 15 ms; a quadratic reading takes seconds
