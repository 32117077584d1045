"""What a drawn garment is: its words of the taxonomy, the cut that its drawing shows, its offer in the demo shop."""

from dataclasses import dataclass
from decimal import Decimal

STUDIO = "#f6f5f2"
"""Background of the demo shop's pictures: a warm, almost white studio wall."""


@dataclass(frozen=True, slots=True)
class Flat:
    """One colourway, drawn as a fashion flat. Facets are ids of `models/taxonomy`; an empty cut detail is not there.

    `style`, `neck`, `sleeve` and `length` come from `cuts.CUTS` of the kind. `shade` is the exact sRGB of the
    fabric (`#rrggbb`), near the centre of `colour`; `second_shade` the one of `second_colour`, which patterns use.
    Prices are EUR; `sizes` holds (size, pieces in stock).
    """

    id: str
    kind: str
    colour: str
    shade: str
    pattern: str
    gender: str
    age_group: str
    season: str
    usage: str
    title_en: str
    title_zh: str
    brand: str
    price: Decimal
    sizes: tuple[tuple[str, int], ...]
    second_colour: str | None = None
    second_shade: str = "#fafafa"
    style: str = ""
    neck: str = ""
    sleeve: str = ""
    length: str = ""
    material: str = ""
    sale_price: Decimal | None = None
    background: str = STUDIO
