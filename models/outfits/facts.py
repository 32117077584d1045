"""What a scorer knows of an item: the facts a catalogue keeps, as codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FIELDS = ("kind", "colour", "pattern", "usage", "season", "gender", "brand")
"""What two pieces are compared by, besides their prices and pictures."""

MOST_VALUES = 200
"""Values of a field that get a row of their own, the most frequent ones; a rare brand counts as none."""

Codes = NDArray[np.intp]


class Facts(Protocol):
    """An item, whoever keeps it. Empty strings: nobody said."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def colour(self) -> str: ...
    @property
    def pattern(self) -> str: ...
    @property
    def usage(self) -> str: ...
    @property
    def season(self) -> str: ...
    @property
    def gender(self) -> str: ...
    @property
    def brand(self) -> str: ...
    @property
    def asking_price(self) -> Decimal | None: ...


@dataclass(frozen=True, slots=True)
class Garment:
    """An item of a training folder."""

    id: str
    kind: str
    colour: str = ""
    pattern: str = ""
    usage: str = ""
    season: str = ""
    gender: str = ""
    brand: str = ""
    asking_price: Decimal | None = None


def value_of(item: Facts, field: str) -> str:
    """A fact as scorers compare it: brands whatever their case."""
    return str(getattr(item, field)).casefold()


def vocabularies(items: Sequence[Facts]) -> dict[str, tuple[str, ...]]:
    """By field its values, the most frequent first; the first of all is the empty one, which stands for the rest."""
    found: dict[str, tuple[str, ...]] = {}
    for field in FIELDS:
        counts: dict[str, int] = {}
        for item in items:
            value = value_of(item, field)
            counts[value] = counts.get(value, 0) + 1
        counts.pop("", None)
        found[field] = ("", *sorted(counts, key=lambda v: (-counts[v], v))[:MOST_VALUES])
    return found


def codes_of(items: Sequence[Facts], values: Mapping[str, Sequence[str]]) -> Codes:
    """Each item's values as places in `values`, shape (items, fields); 0 for what they do not hold."""
    places = {field: {value: i for i, value in enumerate(known)} for field, known in values.items()}
    rows = [[places[field].get(value_of(item, field), 0) for field in FIELDS] for item in items]
    return np.array(rows, np.intp).reshape(len(items), len(FIELDS))


def log_prices(items: Sequence[Facts]) -> NDArray[np.float64]:
    """Natural logarithms of asking prices, shape (items,); NaN where there is none."""
    prices = [item.asking_price for item in items]
    return np.array([np.log(float(p)) if p is not None and p > 0 else np.nan for p in prices], np.float64)
