"""An item as a feed's row, and patches over it, without a database."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.editing.fields import fields_of, is_as, merged
from app.catalog.feeds.draft import draft_of
from app.catalog.records import ItemRecord
from app.catalog.tables import ItemRow, VariantRow
from models.taxonomy import taxonomy

words = st.sampled_from(["", "silk", "Black/White", "夏天"])
prices = st.none() | st.decimals(0, 500, places=2)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    """Fields of a feed's row."""
    sizes = draw(st.lists(st.sampled_from(["S", "M", "L"]), unique=True, max_size=3))
    stock = st.none() | st.integers(0, 9)
    return {
        "title": draw(words), "title_zh": draw(words), "brand": draw(words), "description": draw(words),
        "kind": draw(st.sampled_from(["", "dress", "Kids > Shirts", "perfume", "unheard of"])),
        "colour": draw(st.sampled_from(["", "red", "Black/White", "ultrared"])),
        "gender": draw(st.sampled_from(["", "women", "girls"])), "season": draw(st.sampled_from(["", "summer"])),
        "attributes": draw(st.dictionaries(st.sampled_from(["fabric", "fit"]), st.sampled_from(["silk", "slim"]))),
        "price": draw(prices), "sale_price": draw(prices), "group_id": draw(words),
        "sizes": [{"size": size, "stock": draw(stock)} for size in sizes] if sizes else None,
        "stock": None if sizes else draw(stock),
    }  # fmt: skip


def row_of(record: ItemRecord) -> ItemRow:
    names = [name for name in ItemRecord.__dataclass_fields__ if name not in ("variants", "pictures")]
    row = ItemRow(**{name: getattr(record, name) for name in names})
    row.variants = [VariantRow(size=v.size, position=n, stock=v.stock) for n, v in enumerate(record.variants)]
    return row


def record_of(fields: dict[str, Any]) -> ItemRecord:
    return draft_of({"id": "a", **fields}, "EUR").draft.record(None)


@given(rows())
def test_what_an_item_would_say_as_a_row_gives_the_item_again(fields: dict[str, Any]) -> None:
    row = row_of(record_of(fields))
    assert is_as(record_of(fields_of(row)), row)
    assert is_as(record_of(merged(fields_of(row), {})), row)


@given(rows(), st.sampled_from(sorted(taxonomy().colours)), prices)
def test_a_patch_changes_what_it_names_and_nothing_else(
    fields: dict[str, Any], colour: str, price: Decimal | None
) -> None:
    row = row_of(record_of(fields))
    patch = {"colour": colour, "price": None if price is None else str(price)}
    record = record_of(merged(fields_of(row), patch))
    assert (record.colour, record.price) == (colour, price)
    assert "colour" not in record.attributes
    kept = ("title", "title_zh", "brand", "kind", "gender", "age_group", "season", "sale_price", "group_id", "variants")
    same = row_of(record)
    assert [getattr(same, n) for n in kept[:-1]] == [getattr(row, n) for n in kept[:-1]]
    assert [(v.size, v.stock) for v in same.variants] == [(v.size, v.stock) for v in row.variants]


SIZED = {
    "title": "t",
    "sizes": [{"size": "M", "stock": 1}, {"size": "L", "stock": 2}],
    "attributes": {"a": "1", "b": "2"},
}


@pytest.mark.parametrize(
    ("patch", "field", "value"),
    [
        ({"stock": {"M": 7}}, "sizes", [{"size": "M", "stock": 7}, {"size": "L", "stock": 2}]),
        ({"stock": {"L": None}}, "sizes", [{"size": "M", "stock": 1}, {"size": "L", "stock": None}]),
        ({"sizes": [{"size": "S"}], "stock": {"S": 4}}, "sizes", [{"size": "S", "stock": 4}]),
        ({"attributes": {"a": None, "c": "3"}}, "attributes", {"b": "2", "c": "3"}),
        ({"attributes": None}, "attributes", None),
        ({"availability": "out_of_stock"}, "sizes", [{"size": "M"}, {"size": "L"}]),
        ({"sizes": None}, "sizes", None),
    ],
)
def test_merge_patches(patch: dict[str, Any], field: str, value: Any) -> None:
    assert merged(SIZED, patch).get(field) == value


@pytest.mark.parametrize("stock", [{"XL": 1}, 3])
def test_counts_for_what_is_not_there_are_refused(stock: Any) -> None:
    with pytest.raises(ValueError, match=r"XL|by size"):
        merged(SIZED, {"stock": stock})
