"""How many of some items carry each value: what a shop's page offers to narrow a list by. Pure."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import yaml

from app.catalog.facts import STATED, ItemFacts
from app.catalog.narrowing.attributes import MOST_NAMES, PREFIX, attribute_records, is_facet
from app.catalog.records import FacetCount
from app.catalog.schemas import FacetValue
from models.taxonomy import taxonomy

MOST_SHOWN = 20
"""Values of one facet beside an answer."""

ValuesOf = Callable[[ItemFacts], Collection[str]]


def _field(name: str) -> ValuesOf:
    return lambda item: (getattr(item, name),)


OF_ITEM: Mapping[str, ValuesOf] = {
    **{name: _field(name) for name in (*STATED, "brand")},
    "size": lambda item: dict.fromkeys(item.sizes),
    "availability": lambda item: ("in_stock" if item.in_stock else "out_of_stock",),
}
"""Facet → the values an item carries of it; an empty one is none."""


def narrowing(items: Sequence[ItemFacts], private: frozenset[str]) -> dict[str, list[FacetCount]]:
    """By facet, the values that tell some of `items` from others, most frequent first; `private` attributes are left
    out. Of sizes, those in stock are counted.
    """
    found = {name: _counted(value for item in items for value in of(item) if value) for name, of in OF_ITEM.items()}
    found |= _own(items, private)
    return {name: counts for name, counts in found.items() if any(c.count < len(items) for c in counts)}


def labelled(counts: Mapping[str, Sequence[FacetCount]], locale: str) -> dict[str, list[FacetValue]]:
    """`counts` as callers see them, each value with its name in `locale`."""
    return {
        facet: [FacetValue(value=c.value, label=c.label or label(facet, c.value, locale), count=c.count) for c in found]
        for facet, found in counts.items()
    }


def label(facet: str, value: str, locale: str) -> str:
    """What people call a value: the taxonomy's word; brands and sizes are called what they are."""
    known = taxonomy()
    entries: Mapping[str, Mapping[str, Any]] = {"kind": known.kinds, "colour": known.colours, **known.attributes}
    if (entry := entries.get(facet, {}).get(value)) is not None:
        return str(entry.name(locale))
    return _words().get(facet, {}).get(value, {}).get(locale, value)


def _own(items: Sequence[ItemFacts], private: frozenset[str]) -> dict[str, list[FacetCount]]:
    counts: dict[str, Counter[str]] = {}
    labels: dict[tuple[str, str], str] = {}
    for item in items:
        for record in attribute_records(item.attributes):
            if record.name not in private:
                counts.setdefault(record.name, Counter())[record.value] += 1
                labels.setdefault((record.name, record.value), record.label)
    telling = {name: values for name, values in counts.items() if is_facet(len(values), values.total())}
    common = sorted(telling, key=lambda name: (-telling[name].total(), name))[:MOST_NAMES]
    return {
        f"{PREFIX}{name}": [FacetCount(c.value, c.count, labels[name, c.value]) for c in _ordered(telling[name])]
        for name in common
    }


def _counted(values: Iterable[str]) -> list[FacetCount]:
    return _ordered(Counter(values))


def _ordered(counts: Counter[str]) -> list[FacetCount]:
    first = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_SHOWN]
    return [FacetCount(value, count) for value, count in first]


@cache
def _words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    text = resources.files(__package__).joinpath("facet_words.yaml").read_text("utf-8")
    found: Mapping[str, Mapping[str, Mapping[str, str]]] = yaml.safe_load(text)
    return found
