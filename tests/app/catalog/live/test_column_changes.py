"""Columns that were changed row by row answer as columns built anew."""

from collections.abc import Sequence
from decimal import Decimal
from time import perf_counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalog.facts import ItemFacts, facts_of
from app.catalog.live.column_changes import aligned, patched, row_order
from app.catalog.live.columns import CATEGORIES, Columns
from app.catalog.narrowing.filters import Condition
from app.catalog.text.tally import Tally
from app.recommendations.titles import Titles
from models.taxonomy import taxonomy

PRIVATE = frozenset({"margin"})
WORDS = ("red", "linen", "dress", "acme", "polo", "shirt", "zarrah", "black")

titles = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
attributes = st.dictionaries(
    st.sampled_from(["fabric", "margin", "fit"]), st.sampled_from(["cotton", "silk|wool", "slim", "7"]), max_size=3
)


@st.composite
def facts(draw: st.DrawFn, id_: str = "x") -> ItemFacts:
    kind = draw(st.sampled_from(["dress", "jeans", "perfume", ""]))
    sizes = draw(st.lists(st.sampled_from(["S", "M", "m", "XL"]), max_size=3))
    price = draw(st.sampled_from([None, Decimal("9.90"), Decimal(120)]))
    brand, in_stock = draw(st.sampled_from(["", "Acme", "Zarrah Kids"])), "\x1f".join("x" + size for size in sizes)
    raw = (
        id_, draw(titles), draw(st.sampled_from(["", "红色连衣裙"])), brand, kind,
        taxonomy().slot_of(kind) if kind else "none", draw(st.sampled_from(["red", "black", ""])), "women", "",
        draw(st.sampled_from(["summer", ""])), "", "", price, None, None, len(sizes), in_stock,
        draw(st.sampled_from(["", "G-1234"])), None, draw(attributes),
    )  # fmt: skip
    return facts_of(raw)


def items(most: int) -> st.SearchStrategy[list[ItemFacts | None]]:
    return st.lists(st.none() | facts(), max_size=most)


def build(rows: Sequence[ItemFacts | None]) -> Columns:
    ids = [str(n) for n in range(len(rows))]
    return Columns.build(ids, {i: f for i, f in zip(ids, rows, strict=True) if f is not None}, private=PRIVATE)


def plainly(columns: Columns) -> dict[str, Any]:
    """Everything that can be asked of columns, as values that compare."""
    seen = Titles.of(columns)
    words = columns.words
    return {
        "items": columns.items,
        "own facts": [dict(item.attributes) if item else None for item in columns.items],
        "suggestable": columns.suggestable.tolist(),
        "in_stock": columns.in_stock.tolist(),
        "prices": columns.prices.tolist(),
        "counts": {name: columns.categories[name].counts() for name in CATEGORIES},
        "kinds": [columns.meets(Condition("kind", frozenset({k}))).tolist() for k in ("dress", "jeans", "", "bag")],
        "sizes": {size: rows.tolist() for size, rows in columns.sizes.items()},
        "own": {n: {v: rows.tolist() for v, rows in values.items()} for n, values in columns.own.items()},
        "words": (words.items, dict(words.counts), dict(words.leading), dict(words.brands), dict(words.codes)),
        "brands": words.brand_words,
        "slips": {initial: sorted(found) for initial, found in words._by_initial.items() if found},
        "titles": [seen.rows([word]).tolist() for word in (*WORDS, "连衣裙", "none")],
        "used": [(seen.uses(word), seen.is_own(word)) for word in (*WORDS, "连衣裙", "none")],
    }


@settings(max_examples=60, deadline=None)
@given(
    start=items(8),
    steps=st.lists(
        st.tuples(st.dictionaries(st.integers(0, 30), st.none() | facts(), max_size=4), items(3)), max_size=4
    ),
)
def test_changed_columns_equal_columns_built_anew(
    start: list[ItemFacts | None], steps: list[tuple[dict[int, ItemFacts | None], list[ItemFacts | None]]]
) -> None:
    columns, rows = build(start), list(start)
    for changed, added in steps:
        within = {row: now for row, now in changed.items() if row < len(rows)}
        before, kept = columns, plainly(columns)
        columns = patched(columns, within, added)
        for row, now in within.items():
            rows[row] = now
        rows += added
        assert plainly(columns) == plainly(build(rows))
        assert plainly(before) == kept


@settings(max_examples=40, deadline=None)
@given(start=items(8).filter(bool), added=items(4), draw=st.randoms(use_true_random=False))
def test_reordered_columns_equal_columns_built_in_that_order(
    start: list[ItemFacts | None], added: list[ItemFacts | None], draw: Any
) -> None:
    columns = patched(build(start), {0: None}, added)
    order = [*range(len(columns)), -1, -1]
    draw.shuffle(order)
    order = order[: draw.randint(1, len(order))]
    found = aligned(columns, np.array(order, np.intp))
    assert plainly(found) == plainly(build([columns.items[row] if row >= 0 else None for row in order]))


def test_rows_are_found_by_id_and_strangers_have_none() -> None:
    assert row_order(["b", "x", "a"], {"a": 0, "b": 1}).tolist() == [1, -1, 0]


@settings(max_examples=50)
@given(start=st.text("abc"), moves=st.lists(st.dictionaries(st.sampled_from("abcd"), st.integers(-2, 3))))
def test_a_tally_moves_as_a_plain_count_does(start: str, moves: list[dict[str, int]]) -> None:
    plain = {thing: start.count(thing) for thing in set(start)}
    tally = Tally(dict(plain))
    for move in moves:
        step = {thing: by for thing, by in move.items() if plain.get(thing, 0) + by >= 0}
        tally = tally.moved(step)
        plain = {t: c for t in {*plain, *step} if (c := plain.get(t, 0) + step.get(t, 0))}
        assert dict(tally) == plain
        assert (len(tally), bool(tally), "d" in tally, tally.get("d")) == (
            len(plain), bool(plain), "d" in plain, plain.get("d")
        )  # fmt: skip


def test_changing_a_few_rows_of_a_whole_shop_costs_little() -> None:
    """A fraction of building it: the bound leaves room for a busy machine, not for a loop over all rows."""
    raw = [
        ("dress", "one_piece", "red", "women", "", "summer", "casual", "", Decimal(n % 90), None, None, 2, "xM\x1fxL")
        for n in range(20_000)
    ]
    words = [(str(n), f"title {n % 700}", "", f"brand {n % 90}") for n in range(len(raw))]
    rows = [
        facts_of((*w, *one, "", None, {"fit": str(n % 9)})) for n, (w, one) in enumerate(zip(words, raw, strict=True))
    ]
    columns = build(rows)
    Titles.of(columns)
    changed = {row: rows[row + 1] for row in range(0, 1_000, 2)}
    took = []
    for _ in range(3):
        started = perf_counter()
        now = patched(columns, changed, rows[:500])
        Titles.of(now)
        took.append(perf_counter() - started)
    assert len(now) == 20_500
    assert min(took) < 0.25, f"{min(took) * 1000:.0f} ms"


@pytest.mark.parametrize("rows", [0, 1])
def test_nothing_to_change_gives_the_same_columns(rows: int) -> None:
    columns = build([None] * rows)
    assert patched(columns, {}) is columns
