"""The shop's own attributes (material, neckline, fit …) as filters and facets see them. Pure.

Names and values are compared folded, so that `Fabric Type: Cotton ` and `fabric_type: cotton` are the same.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from app.catalog.records import AttributeRecord
from app.settings import Settings

PREFIX = "attributes."
"""How conditions and facets on the shop's own attributes begin, as in `filters.attributes.material`."""

FACETS = ("pattern", "season", "usage")
"""What `filters.attributes` may name in any shop: the taxonomy knows these, so they are never among the shop's own."""

LONGEST_NAME, LONGEST_VALUE = 64, 128
"""Longer values are prose: nobody filters by them."""

SEPARATOR = "|"
"""Between several values in one text, as feeds write sizes and pictures."""

MOST_NAMES, MOST_VALUES = 30, 50
"""Facets, and values of one, that are counted at most."""

REPEATED = 2.0
"""Items a value must have on average: below, an attribute names single items (a style number) and narrows nothing."""

FEW = 10
"""So few values are a facet however seldom each is."""


def attribute_name(name: str) -> str:
    """`Fabric Type` and `fabric-type` as `fabric_type`."""
    return unicodedata.normalize("NFKC", name).strip().casefold().replace(" ", "_").replace("-", "_")


def attribute_value(value: str) -> str:
    """Without case and needless spaces."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def attribute_records(attributes: Mapping[str, Any]) -> list[AttributeRecord]:
    """What of an item's own attributes can be filtered by, each value once, in their order."""
    found: dict[tuple[str, str], AttributeRecord] = {}
    for written, values in attributes.items():
        name = attribute_name(written)
        if not name or name in FACETS or len(name) > LONGEST_NAME:
            continue
        for label in _values(values):
            value = attribute_value(label)
            if value and max(len(value), len(label)) <= LONGEST_VALUE:
                found.setdefault((name, value), AttributeRecord(name, value, label))
    return list(found.values())


def is_facet(values: int, items: int) -> bool:
    """Whether an attribute with so many values on so many items helps to narrow a list."""
    return values <= FEW or items >= REPEATED * values


def private_names(settings: Settings) -> frozenset[str]:
    """Attributes that are not for shoppers, folded: those the shop names, and its margins."""
    return frozenset(map(attribute_name, (*settings.shop.private_attributes, settings.ranking.boosts.margin_field)))


def _values(given: Any) -> Iterator[str]:
    for one in given if isinstance(given, list | tuple) else (given,):
        for part in str(one).split(SEPARATOR):
            if label := " ".join(part.split()):
                yield label
