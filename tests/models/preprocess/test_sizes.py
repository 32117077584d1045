"""Sizes in a shopper's words."""

import pytest

from models.preprocess import parse
from models.preprocess.sizes import ONE_SIZE, spellings

SAID = [
    ("red dress size M", "red dress", ("M",)),
    ("a shirt in size 42 please", "a shirt", ("42",)),
    ("EU 38 boots", "boots", ("EU 38",)),
    ("UK 10 dress", "dress", ("UK 10",)),
    ("dress size ten", "dress", ("10",)),
    ("dress, size S or M", "dress", ("S", "M")),
    ("trainers size 38-40", "trainers", ("38", "39", "40")),
    ("hoodie XL", "hoodie", ("XL",)),
    ("2XL hoodie", "hoodie", ("XXL",)),
    ("extra large hoodie", "hoodie", ("XL",)),
    ("dress in a medium", "dress", ("M",)),
    ("red dress, M", "red dress", ("M",)),
    ("jeans w32/l34", "jeans", ("W32 L34",)),
    ("sneakers 42", "sneakers", ("42",)),
    ("one size hat", "hat", (ONE_SIZE,)),
    ("dress under 50 size M", "dress", ("M",)),
    ("M码的连衣裙", "连衣裙", ("M",)),
    ("黑色T恤M", "黑色T恤", ("M",)),
    ("均码的帽子", "帽子", (ONE_SIZE,)),
    ("42码的运动鞋", "运动鞋", ("42",)),
    ("四十二码的鞋", "鞋", ("42",)),
    ("36到38码的靴子", "靴子", ("36", "37", "38")),
    ("欧码38的鞋", "鞋", ("EU 38",)),
    ("大号的卫衣", "卫衣", ("L",)),
    ("T恤 L码 200以内", "T恤", ("L",)),
]


@pytest.mark.parametrize(("text", "positive", "sizes"), SAID)
def test_a_size_is_lifted(text: str, positive: str, sizes: tuple[str, ...]) -> None:
    found = parse(text)
    assert [said.sizes for said in found.sizes] == [sizes]
    assert found.positive == positive


@pytest.mark.parametrize(
    "text",
    [
        "H&M dress",
        "plus size dress",
        "true to size",
        "give us 8 ideas",
        "in small checks",
        "a small bag",
        "大号的包",
        "U.S. polo",
        "levi's 501",
        "size matters",
        "大码女装",
    ],
)
def test_what_is_no_size_stays_a_word(text: str) -> None:
    found = parse(text)
    assert found.sizes == ()
    assert found.positive == text


@pytest.mark.parametrize("text", ["a dress, not size M", "不要M码"])
def test_a_size_turned_down_is_no_filter(text: str) -> None:
    assert parse(text).sizes == ()


def test_a_price_is_no_size() -> None:
    found = parse("sneakers 42 euros")
    assert found.sizes == ()
    assert len(found.prices) == 1


@pytest.mark.parametrize(
    ("size", "also"), [("M", "medium"), ("EU 38", "38"), ("XXL", "2xl"), (ONE_SIZE, "均码"), ("W32 L34", "32/34")]
)
def test_a_shop_may_write_a_size_otherwise(size: str, also: str) -> None:
    assert also in spellings(size)
    assert spellings(size)[0] == size.lower()
