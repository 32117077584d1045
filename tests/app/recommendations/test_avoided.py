"""What is turned down, held against items by their data and, where these are silent, by their titles."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalog.facts import ItemFacts
from app.catalog.live.columns import Columns
from app.recommendations.avoided import Avoided, together_of
from app.recommendations.titles import Titles, stands_in, title_of
from app.recommendations.wanted import avoided_of
from models.preprocess import parse
from tests.app.recommendations.making import item


def avoided(text: str, items: list[ItemFacts]) -> Avoided:
    """What `text` turns down in a shop that has `items`."""
    parsed = parse(text)
    titles = Titles.of(columns(items))
    alone = avoided_of(parsed.negated)
    return Avoided(alone.kinds, alone.colours, alone.facets, together_of(parsed.excluded, titles.uses))


def columns(items: list[ItemFacts]) -> Columns:
    return Columns.build([i.id for i in items], {i.id: i for i in items})


def hit(text: str, *items: ItemFacts) -> list[bool]:
    return [avoided(text, list(items)).hit(i) for i in items]


def test_black_heels_are_neither_all_heels_nor_everything_black() -> None:
    shop = (item("a", "heels", "black"), item("b", "heels", "red"), item("c", "dress", "black"))
    assert hit("no black heels", *shop) == [True, False, False]


def test_the_title_tells_where_the_feed_is_silent() -> None:
    shop = (item("a", title="A striped thing"), item("b", title="Stripes", pattern="solid"), item("c", title="A thing"))
    assert hit("no stripes", *shop) == [True, False, False]


def test_a_brands_name_is_no_colour() -> None:
    shop = (
        item("a", "boots", "black", title="Red Tape boots"),
        item("b", "boots", "multi", title="Red and white boots"),
    )
    assert hit("not red", *shop) == [False, True]


def test_a_word_no_attribute_has_is_looked_for_in_titles() -> None:
    shop = (item("a", title="Hooded jacket"), item("b", title="Jacket with hood"), item("c", title="Robinhood jacket"))
    assert hit("without hood", *shop) == [True, True, False]


def test_no_sleeves_is_not_no_sleeveless() -> None:
    shop = (item("a", title="Sleeveless dress"), item("b", title="Long-sleeved dress"), item("c", title="Full sleeves"))
    assert hit("without sleeves", *shop) == [False, True, True]
    assert hit("sleeveless no", *shop) == [True, False, False]


def test_a_narrower_word_leaves_the_rest_of_its_kind() -> None:
    shop = (
        item("a", "tshirt", title="Polo shirt"),
        item("b", "tshirt", title="Crew tee"),
        item("c", title="Polo dress"),
    )
    assert hit("no polo shirts", *shop) == [True, False, False]
    assert hit("no polo shirts", *shop[1:2]) == [False]


def test_an_opinion_no_title_knows_is_left_out() -> None:
    shop = (item("a", "heels", "black", title="Night"), item("b", "heels", "red", title="Day"))
    assert hit("no ugly black heels", *shop) == [True, False]


def test_chinese_words_are_found_in_english_titles() -> None:
    shop = (item("a", title="Zipped hoodie"), item("b", title="Hoodie"))
    assert hit("不要拉链", *shop) == [True, False]


@pytest.mark.parametrize(
    ("word", "title", "found"),
    [
        ("stripes", "Striped tee", True),
        ("zip", "zipped", True),
        ("logo", "Logos everywhere", True),
        ("lace", "laced", True),
        ("hood", "neighbourhood", False),
        ("v neck", "A V-Neck tee", True),
        ("puma", "Puma's best", True),
        ("皮", "真皮靴", True),
    ],
)
def test_words_stand_in_titles_in_their_forms(word: str, title: str, found: bool) -> None:
    assert stands_in([word], title_of(item("a", title=title))) is found


def test_a_word_is_the_shops_own_when_several_titles_have_it() -> None:
    shop = [item(str(n), title="Jaket tee") for n in range(3)] + [item("x", title="A dres")]
    titles = Titles.of(columns(shop))
    assert titles.is_own("jaket")
    assert not titles.is_own("dres")


items = st.builds(
    item,
    st.uuids().map(str),
    st.sampled_from(["dress", "heels", "tshirt", "jacket"]),
    st.sampled_from(["red", "black", "maroon", "multi", ""]),
    title=st.sampled_from(["Polo", "Striped tee", "black & white", "hooded", "leather jacket", "格子衬衫", "plain"]),
    pattern=st.sampled_from(["", "striped", "printed", "solid"]),
    usage=st.sampled_from(["", "formal"]),
)
wish = st.sampled_from(
    [
        "no black heels",
        "not black",
        "no stripes",
        "without hood",
        "no polo shirts",
        "no leather jackets",
        "不要格子",
        "not formal",
        "no striped red dresses",
        "anything but jackets",
        "avoid red or black",
    ]
)


@settings(deadline=None)  # the first example reads dictionaries
@given(wish, st.lists(items, min_size=1, max_size=12, unique_by=lambda i: i.id))
def test_a_catalogue_is_read_as_its_items_are(text: str, shop: list[ItemFacts]) -> None:
    against = avoided(text, shop)
    assert against.rows(columns(shop)).tolist() == [against.hit(i) for i in shop]
