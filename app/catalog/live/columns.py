"""The catalogue as columns aligned with an index snapshot's rows, so that filters become masks in a millisecond."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from app.catalog.facts import ItemFacts
from app.catalog.narrowing.attributes import PREFIX, attribute_records
from app.catalog.narrowing.filters import Condition, Criteria, resolve
from app.catalog.narrowing.sizing import Size, one_for_all, verdict
from app.catalog.schemas import Filters
from app.catalog.text.shopwords import ShopWords
from models.contracts import Mask
from models.taxonomy.lookup import NOT_WORN

Codes = NDArray[np.int32]
Rows = NDArray[np.int32]

UNPRICED = -1
SCALE = 10_000
"""Prices are compared as whole ten-thousandths, exactly as the database stores them."""

CATEGORIES: Mapping[str, Callable[[ItemFacts], str]] = {
    "kind": lambda f: f.kind,
    "slot": lambda f: f.slot,
    "colour": lambda f: f.colour,
    "gender": lambda f: f.gender,
    "age_group": lambda f: f.age_group,
    "season": lambda f: f.season,
    "usage": lambda f: f.usage,
    "pattern": lambda f: f.pattern,
    "brand": lambda f: f.brand.casefold(),
}


@dataclass(frozen=True, slots=True)
class Category:
    """One text column as integer codes, shape (n,), and what each code stands for."""

    codes: Codes
    code_of: Mapping[str, int]

    @classmethod
    def of(cls, values: Sequence[str]) -> "Category":
        code_of: dict[str, int] = {}
        codes = np.fromiter((code_of.setdefault(v, len(code_of)) for v in values), np.int32, len(values))
        return cls(codes, code_of)

    def counts(self) -> dict[str, int]:
        """Rows of each value that has any."""
        found = np.bincount(self.codes, minlength=len(self.code_of))
        return {value: int(found[code]) for value, code in self.code_of.items() if found[code]}

    def among(self, wanted: frozenset[str]) -> Mask:
        """Rows whose value is one of `wanted`, shape (n,)."""
        admitted = np.zeros(max(len(self.code_of), 1), np.bool_)
        admitted[[self.code_of[v] for v in wanted if v in self.code_of]] = True
        rows: Mask = admitted[self.codes]
        return rows


@dataclass(frozen=True, slots=True)
class Columns:
    """Immutable. Row i belongs to `ids[i]`, as in the snapshot it was built for.

    Attributes:
        suggestable: rows that may be suggested at all, shape (n,): worn, still in the catalogue.
        prices: asking prices in ten-thousandths, int64, shape (n,); -1 where there is none.
        own: by name and value, both folded, the rows that have it of the shop's own attributes.
        words: the words that are this catalogue's own.
        private: attributes that are not for shoppers, so not in `own`.
        before, differing: the items of the build that these were changed from, and the rows that may hold others now;
            those behind the end of `before` always do. What is costly to make of all items is made of those once.
    """

    items: tuple[ItemFacts | None, ...]
    suggestable: Mask
    in_stock: Mask
    prices: NDArray[np.int64]
    categories: Mapping[str, Category]
    sizes: Mapping[str, Rows]
    own: Mapping[str, Mapping[str, Rows]]
    words: ShopWords
    private: frozenset[str]
    before: tuple[ItemFacts | None, ...]
    differing: frozenset[int] = frozenset()

    @classmethod
    def build(
        cls,
        ids: Sequence[str],
        facts: Mapping[str, ItemFacts],
        private: frozenset[str] = frozenset(),
    ) -> "Columns":
        """Align `facts` with `ids`; `private` says which attributes are not for shoppers."""
        items = tuple(facts.get(id_) for id_ in ids)
        return cls(
            items=items,
            suggestable=np.fromiter(map(is_worn, items), np.bool_, len(items)),
            in_stock=np.fromiter(map(is_stocked, items), np.bool_, len(items)),
            prices=np.fromiter(map(price_of, items), np.int64, len(items)),
            categories={n: Category.of([get(f) if f else "" for f in items]) for n, get in CATEGORIES.items()},
            sizes=_rows_by_size(items),
            own=_rows_by_attribute(items, private),
            words=ShopWords.of(items),
            private=private,
            before=items,
        )

    def __len__(self) -> int:
        return len(self.items)

    def facts(self, row: int) -> ItemFacts:
        """What the catalogue knows about a row. Raises LookupError when its item left the catalogue."""
        found = self.items[row]
        if found is None:
            raise LookupError(f"the item of row {row} is gone")
        return found

    def mask(self, filters: Filters) -> Mask:
        """Rows that may be suggested and satisfy `filters`, shape (n,). Raises InvalidRequest for unknown values."""
        return self.select(resolve(filters, self.own))

    def select(self, criteria: Criteria) -> Mask:
        """Rows that may be suggested and meet `criteria`, shape (n,), a fresh array."""
        mask = self.suggestable.copy()
        for condition in criteria.conditions:
            mask &= self.meets(condition)
        if criteria.sizes:
            mask &= self._having(self.sizes, criteria.sizes)
        if criteria.priced:
            mask &= self._in_price(criteria.price_min, criteria.price_max)
        if criteria.in_stock is not None:
            mask &= self.in_stock if criteria.in_stock else ~self.in_stock
        return mask

    def meets(self, condition: Condition) -> Mask:
        """Rows that meet one condition, gone or not worn ones included, shape (n,)."""
        if condition.field.startswith(PREFIX):
            return self._having(self.own.get(condition.field.removeprefix(PREFIX), {}), condition.values)
        return self.categories[condition.field].among(condition.values)

    def misfits(self, usual: frozenset[Size]) -> Mask:
        """Rows that are in stock in sizes like the `usual` ones and in none of these, shape (n,)."""
        like, fitting = np.zeros(len(self), np.bool_), np.zeros(len(self), np.bool_)
        for written, rows in self.sizes.items():
            said = 1 if one_for_all(written) else verdict(usual, (written,))
            if said:
                (fitting if said > 0 else like)[rows] = True
        return like & ~fitting

    def _having(self, rows: Mapping[str, Rows], wanted: frozenset[str]) -> Mask:
        mask = np.zeros(len(self), np.bool_)
        for value in wanted:
            if value in rows:
                mask[rows[value]] = True
        return mask

    def _in_price(self, low: Decimal | None, high: Decimal | None) -> Mask:
        mask: Mask = self.prices != UNPRICED
        if low is not None:
            mask &= self.prices >= int(low * SCALE)
        if high is not None:
            mask &= self.prices <= int(high * SCALE)
        return mask


def is_worn(facts: ItemFacts | None) -> bool:
    return facts is not None and facts.slot not in ("", NOT_WORN)


def is_stocked(facts: ItemFacts | None) -> bool:
    return facts is not None and facts.in_stock


def price_of(facts: ItemFacts | None) -> int:
    """What a shopper pays, in ten-thousandths."""
    asking = facts.asking_price if facts else None
    return UNPRICED if asking is None else int(asking * SCALE)


def sizes_of(facts: ItemFacts | None) -> tuple[str, ...]:
    """Sizes in stock as `Columns.sizes` names them."""
    return tuple(dict.fromkeys(size.casefold() for size in facts.sizes)) if facts else ()


def own_of(facts: ItemFacts | None, private: frozenset[str]) -> list[tuple[str, str]]:
    """The shop's own attributes as `Columns.own` names them: name and value."""
    records = attribute_records(facts.attributes) if facts else ()
    return [(record.name, record.value) for record in records if record.name not in private]


def _rows_by_size(items: Sequence[ItemFacts | None]) -> dict[str, Rows]:
    rows: dict[str, list[int]] = {}
    for row, facts in enumerate(items):
        for size in sizes_of(facts):
            rows.setdefault(size, []).append(row)
    return {size: np.array(found, np.int32) for size, found in rows.items()}


def _rows_by_attribute(items: Sequence[ItemFacts | None], private: frozenset[str]) -> dict[str, dict[str, Rows]]:
    rows: dict[str, dict[str, list[int]]] = {}
    for row, facts in enumerate(items):
        for name, value in own_of(facts, private):
            rows.setdefault(name, {}).setdefault(value, []).append(row)
    return {name: {v: np.array(found, np.int32) for v, found in values.items()} for name, values in rows.items()}
