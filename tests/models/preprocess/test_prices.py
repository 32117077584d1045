"""Prices in a shopper's words."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.preprocess import parse
from models.preprocess.numbers import value_of

DOLLARS = {"USD", "CAD"}

SAID = [
    ("dress under 50 euros", "dress", None, 50, {"EUR"}),
    ("shoes between 20 and 40", "shoes", 20, 40, set()),
    ("a tee at most $30", "a tee", None, 30, DOLLARS),
    ("boots cheaper than 80", "boots", None, 80, set()),
    ("a coat for less than £120.50 please", "a coat", None, "120.50", {"GBP"}),
    ("dress for under fifty euros", "dress", None, 50, {"EUR"}),
    ("a bag under two hundred and fifty dollars", "a bag", None, 250, DOLLARS),
    ("€1,299.00 coat", "coat", "1039.2", "1558.8", {"EUR"}),
    ("a 50 euro dress", "a dress", 40, 60, {"EUR"}),
    ("20–40€ jeans", "jeans", 20, 40, {"EUR"}),
    ("jeans from 20 to 40 euros", "jeans", 20, 40, {"EUR"}),
    ("shirt, price 20-40", "shirt", 20, 40, set()),
    ("a watch over 100", "a watch", 100, None, set()),
    ("a watch, 100+ euros", "a watch", 100, None, {"EUR"}),
    ("a hat, I don't want to spend more than 25", "a hat", None, 25, set()),
    ("heels, nothing over €80", "heels", None, 80, {"EUR"}),
    ("jacket 100 euros or less", "jacket", None, 100, {"EUR"}),
    ("my budget is around 80 euros, red dress", "red dress", None, 80, {"EUR"}),
    ("dress under 50 in black", "dress in black", None, 50, set()),
    ("dress for women under 50", "dress for women", None, 50, set()),
    ("300元以内的连衣裙", "连衣裙", None, 300, {"CNY"}),
    ("两百块左右的衬衫", "衬衫", 160, 240, {"CNY"}),
    ("200到300元的鞋", "鞋", 200, 300, {"CNY"}),
    ("200-300的裙子", "裙子", 200, 300, set()),
    ("两三百块的包", "包", 200, 300, {"CNY"}),
    ("大衣，不超过五百", "大衣", None, 500, set()),
    ("预算500的大衣", "大衣", None, 500, set()),
    ("价格在100到200之间的衬衫", "衬衫", 100, 200, set()),
    ("比80便宜的T恤", "T恤", None, 80, set()),
    ("不要200元以上的包", "包", None, 200, {"CNY"}),
    ("五十到八十欧的牛仔裤", "牛仔裤", 50, 80, {"EUR"}),
    ("一块手表 一千块以内", "一块手表", None, 1000, {"CNY"}),
    ("裙子 under 50 euros", "裙子", None, 50, {"EUR"}),
    ("dress 300元以内", "dress", None, 300, {"CNY"}),
    ("３００元以内的裙子", "裙子", None, 300, {"CNY"}),
]


@pytest.mark.parametrize(("text", "positive", "low", "high", "currencies"), SAID)
def test_a_price_is_lifted(text: str, positive: str, low: object, high: object, currencies: set[str]) -> None:
    found = parse(text)
    [price] = found.prices
    assert (price.low, price.high) == tuple(None if v is None else Decimal(str(v)) for v in (low, high))
    assert currencies <= price.currencies
    assert bool(price.currencies) == bool(currencies)
    assert found.positive == positive
    assert found.excluded == ()


@pytest.mark.parametrize(
    "text",
    [
        "3/4 sleeves",
        "90s style",
        "2 piece set",
        "levi's 501",
        "501的牛仔裤",
        "v neck 2024",
        "women over 40",
        "kids under 10",
        "10岁以下的童装",
        "5厘米以下的高跟鞋",
        "less than 3 inch heels",
        "身高170左右",
        "100% cotton shirt",
        "一块手表",
        "几百块的包",
        "at most two buttons",
        "50% off dresses",
        "20 dollars off",
        "百褶裙",
        "between 2010 and 2015",
        "80后",
        "top 10 dresses",
        "2 pack socks",
    ],
)
def test_a_number_that_is_no_price_stays_a_word(text: str) -> None:
    found = parse(text)
    assert found.prices == ()
    assert found.positive == text


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("whole outfit under 200", [True]),
        ("a complete look for a wedding, under 300 euros", [True]),
        ("全身预算一千元", [True]),
        ("一套搭配 500以内", [True]),
        ("一套西装 800以内", [False]),
        ("I'm looking for a dress under 50", [False]),
        ("a dress that looks good under 50 euros", [False]),
        ("dress under 50, whole outfit under 200", [False, True]),
    ],
)
def test_the_price_of_a_whole_look_is_told_from_an_items(text: str, whole: list[bool]) -> None:
    assert [price.whole for price in parse(text).prices] == whole


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,299.00", "1299"), ("1.299,00", "1299"), ("19,99", "19.99"), ("5k", "5000"), ("两百五", "250"), ("3百", "300")],
)
def test_numbers_are_read_as_they_are_written(text: str, value: str) -> None:
    assert value_of(text) == Decimal(value)


@pytest.mark.parametrize("text", ["百", "nine two"])
def test_what_is_no_number_has_no_value(text: str) -> None:
    assert value_of(text) is None


phrase = st.sampled_from(
    [
        "under {n} euros",
        "between {n} and {m} euros",
        "{n}元以内",
        "不超过{n}",
        "at most ${n}",
        "{n}到{m}元",
        "around {n}€",
    ]
)
garment = st.sampled_from(["red dress", "黑色T恤", "a warm coat for winter", "运动鞋"])


@settings(deadline=None)  # the first example reads dictionaries
@given(garment, phrase, st.integers(50, 900), st.integers(0, 99), st.booleans())
def test_what_was_lifted_is_never_embedded(wish: str, template: str, low: int, more: int, first: bool) -> None:
    said = template.format(n=low, m=low + more)
    found = parse(f"{said}, {wish}" if first else f"{wish}, {said}")
    assert found.positive == wish
    [price] = found.prices
    assert price.text == said
    assert price.high is not None
    assert price.low is None or price.low <= price.high


@settings(deadline=None)  # the first example reads dictionaries
@given(st.text(alphabet="0123456789 ,.-kK€$元块百千万两三到至to以内under ", max_size=60))
def test_any_medley_of_numbers_is_read(text: str) -> None:
    found = parse(text)
    assert all(p.low is None or p.high is None or p.low <= p.high for p in found.prices)
    assert all(p.text and p.text not in found.positive for p in found.prices if p.currencies and len(found.prices) == 1)
