"""What the catalogue knows about an item, as ranking, outfits and filters need it."""

from dataclasses import dataclass
from decimal import Decimal

from models.taxonomy import taxonomy

SIZES = "\x1f"
"""Unit separator between the sizes of one item in `RawFacts`; feeds may not contain it."""

RawFacts = tuple[
    str, str, str, str, str, str, str, str, str, str, str, str, Decimal | None, Decimal | None, float | None, int, str
]
"""One row as the database gives it: the columns of `ItemFacts` up to rating, number of variants, sizes in stock."""


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One item, without pictures and long texts. Empty strings and None mean that the feed did not say.

    `formality` runs from 0 (sport, home) to 3 (formal); `sizes` are those in stock.
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

    @property
    def asking_price(self) -> Decimal | None:
        """What a shopper pays today."""
        return self.price if self.sale_price is None else self.sale_price


def facts_of(raw: RawFacts) -> ItemFacts:
    """`raw` with what the taxonomy adds. An item whose sizes nobody counts is taken as available."""
    *texts, price, sale_price, rating, variants, sizes = raw
    id_, title, title_zh, brand, kind, slot, colour, gender, age_group, season, usage, pattern = texts
    words = taxonomy()
    known_kind, known_colour = words.kinds.get(kind), words.colours.get(colour)
    return ItemFacts(
        id=id_,
        title=title,
        title_zh=title_zh,
        brand=brand,
        kind=kind,
        slot=slot,
        colour=colour,
        colour_family=known_colour.family if known_colour else "",
        gender=gender,
        age_group=age_group,
        season=season,
        usage=usage,
        pattern=pattern,
        formality=known_kind.formality if known_kind else 1,
        price=price,
        sale_price=sale_price,
        in_stock=variants == 0 or bool(sizes),
        rating=rating,
        sizes=_sizes(sizes),
    )


def _sizes(joined: str) -> tuple[str, ...]:
    """`joined` holds `x` + size for each size in stock, so that an unnamed size still counts."""
    return tuple(size[1:] for size in joined.split(SIZES) if len(size) > 1)
