"""What the catalogue knows about an item, as ranking, outfits and filters need it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from models.taxonomy import taxonomy

SIZES = "\x1f"
"""Unit separator between the sizes of one item in `RawFacts`; feeds may not contain it."""

RawFacts = tuple[Any, ...]
"""One row as the database gives it: the columns of `ItemFacts` up to rating without those derived, number of variants,
sizes in stock; and, where it is known, group id, time of creation, the shop's own attributes.
"""

PLAIN = 17
"""Columns of a row that says nothing of groups, times and attributes."""


Inferred = Mapping[str, tuple[str, float]]
"""By attribute, what is inferred of an item surely enough to go by, and how sure."""


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One item, without pictures and long texts. Empty strings and None mean that nobody knows.

    Attributes:
        formality: from 0 (sport, home) to 3 (formal).
        sizes: those in stock.
        inferred: fields above that are not the shop's own word but told from title or picture, with the confidence
            (0 to 1): ranked and filtered by, never stated as a fact.
        group_id: of the product whose colourway this is; empty where the feed has no groups.
        attributes: the shop's own, as its feed gave them.
    """

    id: str
    title: str
    title_zh: str
    brand: str
    kind: str
    slot: str
    colour: str
    colour_family: str
    gender: str
    age_group: str
    season: str
    usage: str
    pattern: str
    formality: int
    price: Decimal | None
    sale_price: Decimal | None
    in_stock: bool
    rating: float | None
    sizes: tuple[str, ...] = ()
    inferred: Mapping[str, float] = field(default_factory=dict, hash=False)
    group_id: str = ""
    created_at: dt.datetime | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict, hash=False, compare=False)

    @property
    def asking_price(self) -> Decimal | None:
        """What a shopper pays today."""
        return self.price if self.sale_price is None else self.sale_price


def facts_of(raw: RawFacts, inferred: Inferred | None = None) -> ItemFacts:
    """`raw` with what the taxonomy adds, and with what is `inferred` where the feed says nothing.

    An item whose sizes nobody counts is taken as available.
    """
    *texts, price, sale_price, rating, variants, sizes = raw[:PLAIN]
    group_id, created_at, attributes = raw[PLAIN:] or ("", None, {})
    id_, title, title_zh, brand, *stated = texts
    before = dict(zip(STATED, stated, strict=True))
    said = with_inferred(before, inferred or {})
    words = taxonomy()
    known_kind, known_colour = words.kinds.get(said["kind"]), words.colours.get(said["colour"])
    return ItemFacts(
        id=id_,
        title=title,
        title_zh=title_zh,
        brand=brand,
        colour_family=known_colour.family if known_colour else "",
        formality=known_kind.formality if known_kind else 1,
        price=price,
        sale_price=sale_price,
        in_stock=variants == 0 or bool(sizes),
        rating=rating,
        sizes=_sizes(sizes),
        inferred={name: inferred[name][1] for name in said if inferred and said[name] != before[name]},
        group_id=group_id,
        created_at=created_at,
        attributes=attributes,
        **said,
    )


STATED = ("kind", "slot", "colour", "gender", "age_group", "season", "usage", "pattern")
"""Columns of `RawFacts` that may be inferred, in their order."""


def with_inferred(stated: Mapping[str, str], inferred: Inferred) -> dict[str, str]:
    """`stated` with empty fields filled. A slot belongs to its kind: without one it is not the feed's word."""
    filled = {name: value or inferred.get(name, ("", 0.0))[0] for name, value in stated.items()}
    if not stated["kind"] and "slot" in inferred:
        filled["slot"] = inferred["slot"][0]
    return filled


def _sizes(joined: str) -> tuple[str, ...]:
    """`joined` holds `x` + size for each size in stock, so that an unnamed size still counts."""
    return tuple(size[1:] for size in joined.split(SIZES) if len(size) > 1)
