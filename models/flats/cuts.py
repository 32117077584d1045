"""Every cut that can be drawn: its words, its details, and what it is usually sold for. The table is `cuts.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml

from models.taxonomy import taxonomy

_DETAILS = ("necks", "sleeves", "lengths")


@dataclass(frozen=True, slots=True)
class Cut:
    """One silhouette of a kind. `en` and `zh` may name `{neck}`, `{sleeve}` and `{length}`; `price` is whole EUR.

    `genders` holds w, m and u (unisex); the first of each list of details is the usual one.
    """

    kind: str
    style: str
    en: str
    zh: str
    genders: str
    price: int
    patterns: tuple[str, ...]
    usage: str = "casual"
    season: str = "spring"
    material: str = "cotton"
    necks: tuple[str, ...] = ("",)
    sleeves: tuple[str, ...] = ("",)
    lengths: tuple[str, ...] = ("",)


def _read() -> Mapping[str, Mapping[str, Cut]]:
    text = resources.files(__package__).joinpath("cuts.yaml").read_text("utf-8")
    data: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(text)
    return {kind: {style: _cut(kind, style, row) for style, row in styles.items()} for kind, styles in data.items()}


def _cut(kind: str, style: str, row: Mapping[str, Any]) -> Cut:
    given: dict[str, Any] = {name: row[name] for name in ("usage", "season", "material") if name in row}
    given |= {name: tuple(row[name]) for name in _DETAILS if name in row}
    return Cut(
        kind=kind,
        style=style,
        en=row["en"],
        zh=row["zh"],
        genders=row["for"],
        price=row["price"],
        patterns=tuple(row.get("patterns", taxonomy().attributes["pattern"])),
        **given,
    )


BY_KIND: Mapping[str, Mapping[str, Cut]] = _read()
"""Kind → style → cut."""
