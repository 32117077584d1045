"""Which of the shop's pictures stand in for a shopper's photo."""

from collections.abc import Iterator
from typing import TypedDict
from urllib.parse import quote

import numpy as np

from app.catalog.facts import ItemFacts
from app.catalog.live.columns import Columns
from models.taxonomy import taxonomy

COUNT = 6
FAVOURITES = ("dress", "blazer", "sweater", "jeans", "sports_shoes", "handbag", "jacket", "skirt", "shirt", "boots")
"""Kinds that make a telling start, most telling first; other kinds only fill up."""


class Sample(TypedDict):
    """One picture offered, with its title by locale."""

    id: str
    kind: str
    image_url: str
    title: dict[str, str]


def samples(columns: Columns, count: int = COUNT) -> list[Sample]:
    """Up to `count` suggestable items in stock, each of another kind and, where it can be, of another colour."""
    chosen: list[ItemFacts] = []
    offered = columns.suggestable & columns.in_stock
    for kind in _kinds(columns):
        rows = np.flatnonzero(columns.categories["kind"].among(frozenset({kind})) & offered)
        if rows.size:
            chosen.append(_unlike([columns.facts(int(row)) for row in rows[:50]], chosen))
        if len(chosen) == count:
            break
    return [_sample(facts) for facts in chosen]


def _kinds(columns: Columns) -> Iterator[str]:
    yield from FAVOURITES
    yield from (kind for kind in columns.categories["kind"].code_of if kind not in FAVOURITES)


def _unlike(candidates: list[ItemFacts], chosen: list[ItemFacts]) -> ItemFacts:
    """The first candidate in a colour not chosen yet, a bright one before a neutral one; else the first."""
    taken = {facts.colour_family for facts in chosen}
    return min(candidates, key=lambda facts: (facts.colour_family in taken, _neutral(facts.colour)))


def _neutral(colour: str) -> bool:
    known = taxonomy().colours.get(colour)
    return known is None or known.neutral


def _sample(facts: ItemFacts) -> Sample:
    return {
        "id": facts.id,
        "kind": facts.kind,
        "image_url": f"/v1/items/{quote(facts.id, safe='')}/image",
        "title": {"en": facts.title, "zh": facts.title_zh or facts.title},
    }
