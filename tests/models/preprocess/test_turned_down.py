"""What shoppers turn down, in the many ways they say it."""

import pytest

from models.preprocess import parse
from models.preprocess.text import FACETS, Exclusion

Said = tuple[dict[str, tuple[str, ...]], tuple[str, ...]]


def told(exclusion: Exclusion) -> Said:
    """Ids by facet, and the first of each word's alternatives."""
    ids = {facet: getattr(exclusion.wishes, facet) for facet in FACETS if getattr(exclusion.wishes, facet)}
    return ids, tuple(words[0] for words in exclusion.words)


BLACK: Said = ({"colours": ("black",)}, ())
STRIPES: Said = ({"pattern": ("striped",)}, ())
BLACK_HEELS: Said = ({"kinds": ("heels",), "colours": ("black",)}, ())
LOUD: Said = ({"pattern": ("printed", "floral")}, ())

TURNED_DOWN = [
    ("no black heels", "", [BLACK_HEELS]),
    ("heels but no black heels", "heels", [BLACK_HEELS]),
    ("boots; no red shirts", "boots", [({"kinds": ("shirt",), "colours": ("red",)}, ())]),
    ("no black heels and no stripes", "", [BLACK_HEELS, STRIPES]),
    ("no black or red heels", "", [BLACK_HEELS, ({"kinds": ("heels",), "colours": ("red",)}, ())]),
    ("dress without hood", "dress", [({}, ("hood",))]),
    ("jeans not ripped", "jeans", [({}, ("ripped",))]),
    ("no leather jackets", "", [({"kinds": ("jacket",)}, ("leather",))]),
    ("a tee, no polo shirts", "a tee", [({"kinds": ("tshirt",)}, ("polo",))]),
    ("red dress, sleeveless no", "red dress", [({}, ("sleeveless",))]),
    ("heels? no", "", [({"kinds": ("heels",)}, ())]),
    ("a dress, stripes no thanks", "a dress", [STRIPES]),
    ("stripes are a no-go", "", [STRIPES]),
    ("black? no thanks, red please", "red", [BLACK]),
    ("stripe-free shirt", "shirt", [STRIPES]),
    ("dress -black", "dress", [BLACK]),
    ("dress (not black)", "dress", [BLACK]),
    ("shirt w/o stripes", "shirt", [STRIPES]),
    ("red shoes instead of black ones", "red shoes", [BLACK]),
    ("I'm not a fan of stripes", "", [STRIPES]),
    ("it shouldn't be black", "", [BLACK]),
    ("a less formal dress", "a dress", [({"usage": ("formal",)}, ())]),
    ("blak heels? no", "", [BLACK_HEELS]),
    ("别太花的裙子", "裙子", [LOUD]),
    ("不想要带条纹的", "", [STRIPES]),
    ("裙子，黑色不行", "裙子", [BLACK]),
    ("条纹的就不要了", "", [STRIPES]),
    ("红色以外的裙子", "裙子", [({"colours": ("red",)}, ())]),
    ("不要黑色的高跟鞋", "", [BLACK_HEELS]),
    (
        "不要黑色、红色的高跟鞋，想要夏天穿",
        "想要夏天穿",
        [BLACK_HEELS, ({"kinds": ("heels",), "colours": ("red",)}, ())],
    ),
    ("卫衣，不要带帽的", "卫衣", [({}, ("带帽",))]),
    ("不带帽子的卫衣", "卫衣", [({}, ("帽子",))]),
    ("上衣，不要V领", "上衣", [({}, ("v领",))]),
    ("裙子，我討厭黑色", "裙子", [BLACK]),
    ("dress 不要黑色", "dress", [BLACK]),
    ("裙子 not black", "裙子", [BLACK]),
]


@pytest.mark.parametrize(("text", "positive", "excluded"), TURNED_DOWN)
def test_what_is_turned_down(text: str, positive: str, excluded: list[Said]) -> None:
    found = parse(text)
    assert [told(e) for e in found.excluded] == excluded
    assert found.positive == positive


@pytest.mark.parametrize(
    "text",
    [
        "no-show socks",
        "non-iron shirt",
        "无袖连衣裙",
        "不规则裙子",
        "casino kimono",
        "not only a dress",
        "I don't have black shoes",
        "特别花的裙子",
        "别致的连衣裙",
        "compass necklace",
        "不锈钢手表",
    ],
)
def test_what_is_no_negation(text: str) -> None:
    found = parse(text)
    assert found.excluded == ()
    assert found.positive == text


def test_only_what_is_turned_down_by_itself_is_negated() -> None:
    assert not parse("no black heels").negated
    assert parse("no black heels, no stripes").negated.pattern == ("striped",)


def test_a_colour_of_unwanted_heels_may_still_be_wanted() -> None:
    assert parse("a black dress, no black heels").wishes.colours == ("black",)


def test_avoid_reads_each_part_of_its_list() -> None:
    assert [told(e) for e in parse("dress", "black heels, stripes").excluded] == [BLACK_HEELS, STRIPES]
    assert [told(e) for e in parse("dress", "no stripes, black").excluded] == [STRIPES, BLACK]
