"""Which column of a feed is which field of an item.

Built-in defaults know our own field names and those of common feeds (`DEFAULTS`), whatever their case. A shop's own
columns are named with `--map field=column` or in a YAML file:

    title: product_name          # one column
    brand: [label, maker]        # the first of these that has a value
    kind: [type, category]       # the first of these that is known
    attributes.material: fabric  # kept beside the known fields

Columns nobody maps are not imported.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

from app.errors import ImportFailed

ATTRIBUTES = "attributes"

DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "item_id", "sku"),
    "title": ("title", "name", "product_name"),
    "title_zh": ("title_zh", "name_zh"),
    "description": ("description",),
    "brand": ("brand", "vendor"),
    "kind": ("kind", "article_type", "product_type", "category", "google_product_category"),
    "colour": ("colour", "color", "base_colour", "base_color"),
    "gender": ("gender",),
    "age_group": ("age_group",),
    "season": ("season",),
    "usage": ("usage", "occasion"),
    "pattern": ("pattern",),
    "currency": ("currency",),
    "price": ("price",),
    "sale_price": ("sale_price",),
    "rating": ("rating",),
    "link": ("link", "url"),
    "group_id": ("group_id", "item_group_id"),
    "sizes": ("sizes", "size"),
    "stock": ("stock", "quantity"),
    "availability": ("availability",),
    "pictures": ("pictures", "images", "picture", "image", "image_link", "image_url"),
    f"{ATTRIBUTES}.material": ("material", "fabric"),
}
"""Field → the columns it is looked for in; the first one with a value wins, of kinds the first that is known."""

EMPTY: tuple[Any, ...] = (None, "", [])
"""What a cell without a value may hold."""

Plan = tuple[tuple[str, tuple[str, ...]], ...]
MOST_PLANS = 256


@dataclass(frozen=True)
class ColumnMapping:
    """Field → candidate columns. `required` are columns the shop named itself, so a feed must have them."""

    columns: Mapping[str, tuple[str, ...]]
    required: frozenset[str] = frozenset()

    @classmethod
    def default(cls) -> "ColumnMapping":
        return cls({field: tuple(map(_key, names)) for field, names in DEFAULTS.items()})

    @classmethod
    def of(cls, pairs: Mapping[str, str | list[str]]) -> "ColumnMapping":
        """The defaults with `pairs` in place of theirs. Raises ImportFailed for a field we do not have."""
        columns = dict(cls.default().columns)
        required: set[str] = set()
        for field, named in pairs.items():
            if field not in DEFAULTS and not field.startswith(f"{ATTRIBUTES}."):
                known = ", ".join(f for f in DEFAULTS if "." not in f)
                raise ImportFailed(f"The mapping names an unknown field '{field}'. Fields: {known}, attributes.NAME.")
            names = [named] if isinstance(named, str) else named
            columns[field] = tuple(map(_key, names))
            required.update(names)
        return cls(columns, frozenset(required))

    @classmethod
    def parse(cls, pairs: Iterable[str], file: Path | None = None) -> "ColumnMapping":
        """From `field=column` words and a YAML file; the words win. Raises ImportFailed."""
        named: dict[str, str | list[str]] = {} if file is None else _from_yaml(file)
        for pair in pairs:
            field, sign, column = pair.partition("=")
            if not sign or not column.strip():
                raise ImportFailed(f"'{pair}' is no mapping: write field=column.")
            named[field.strip()] = column.strip()
        return cls.of(named)

    def check(self, columns: Iterable[str], feed: str, *, strict: bool = True) -> None:
        """Raises ImportFailed when a feed lacks any id column or, when `strict`, a column the shop named."""
        present = {_key(c) for c in columns}
        missing = strict and sorted(c for c in self.required if _key(c) not in present)
        if missing:
            raise ImportFailed(f"{feed} has no column {', '.join(missing)}. It has: {', '.join(columns)}.")
        if not present.intersection(self.columns["id"]):
            raise ImportFailed(f"{feed} has no id column. Say which it is: --map id=COLUMN.")

    def fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """An item's fields out of a row's values; `attributes` holds what the shop keeps besides."""
        own = next((values[name] for name in values if _key(name) == ATTRIBUTES), None)
        attributes: dict[str, Any] = dict(own) if isinstance(own, dict) else {}
        found: dict[str, Any] = {ATTRIBUTES: attributes}
        for field, names in self._plan(tuple(values)):
            given = [value for name in names if (value := values[name]) not in EMPTY]
            if not given:
                continue
            value = given[0] if field != "kind" or len(given) == 1 else [one for v in given for one in as_list(v)]
            if field.startswith(f"{ATTRIBUTES}."):
                attributes[field.removeprefix(f"{ATTRIBUTES}.")] = value
            else:
                found[field] = value
        return found

    def _plan(self, columns: tuple[str, ...]) -> Plan:
        """For a row's columns, found once for all rows that have the same: field → where its value may stand."""
        known = self._plans.get(columns)
        if known is None:
            by_key = {_key(column): column for column in columns}
            places = ((field, tuple(by_key[n] for n in names if n in by_key)) for field, names in self.columns.items())
            known = tuple((field, found) for field, found in places if found)
            if len(self._plans) >= MOST_PLANS:
                self._plans.clear()
            self._plans[columns] = known
        return known

    def id_of(self, values: Mapping[str, Any]) -> str:
        """The item's id in a row of any table, or an empty string."""
        places = next((names for field, names in self._plan(tuple(values)) if field == "id"), ())
        found = next((values[name] for name in places if values[name] not in EMPTY), "")
        return str(found).strip()

    @cached_property
    def _plans(self) -> dict[tuple[str, ...], Plan]:
        return {}


def as_list(value: Any) -> list[Any]:
    """A value, or several of them, as a list."""
    return value if isinstance(value, list) else [value]


@lru_cache(maxsize=4096)
def _key(column: str) -> str:
    return column.strip().casefold().replace(" ", "_").replace("-", "_")


def _from_yaml(path: Path) -> dict[str, str | list[str]]:
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ImportFailed(f"The mapping {path} cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise ImportFailed(f"The mapping {path} must be lines of 'field: column'.")
    named: dict[str, str | list[str]] = {}
    for field, columns in data.items():
        if isinstance(columns, list):
            named[str(field)] = [str(c) for c in columns]
        elif isinstance(columns, str):
            named[str(field)] = columns
        else:
            raise ImportFailed(f"The mapping {path} must name a column, or a list of them, for '{field}'.")
    return named
