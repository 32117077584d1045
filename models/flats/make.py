"""Builds one `Flat` from a cut: words, offer and shade. Catalogue and sampling both end here."""

from decimal import Decimal
from random import Random

from models.flats.cuts import Cut
from models.flats.spec import STUDIO, Flat
from models.flats.titles import titles
from models.taxonomy import taxonomy

GENDERS = {"w": "women", "m": "men", "u": "unisex"}
_DENIM = {"blue": "#3f68ae", "navy": "#26355a", "black": "#222226", "grey": "#868a92", "white": "#f7f7f5"}
_BRANDS = {
    "sports": "Tryon Move", "formal": "Tryon Atelier", "party": "Tryon Soirée", "travel": "Tryon Voyage",
    "smart_casual": "Tryon Studio", "home": "Tryon Home",
}  # fmt: skip
_LETTERS = {
    "women": ("XS", "S", "M", "L", "XL"),
    "men": ("S", "M", "L", "XL", "XXL"),
    "unisex": ("XS", "S", "M", "L", "XL"),
}
_SHOES = {"women": range(36, 42), "men": range(40, 47), "unisex": range(36, 47)}
_WAISTS = {"women": tuple(range(34, 46, 2)), "men": ("W29", "W30", "W31", "W32", "W33", "W34", "W36")}


def shade_of(colour: str, material: str) -> str:
    """The usual fabric shade of a colour name; denim has its own, softer ones."""
    if material == "denim" and colour in _DENIM:
        return _DENIM[colour]
    return "#{:02x}{:02x}{:02x}".format(*taxonomy().colours[colour].rgb)


def make(
    cut: Cut,
    ident: str,
    *,
    gender: str,
    colour: str,
    second: str | None = None,
    pattern: str = "solid",
    neck: str = "",
    sleeve: str = "",
    length: str = "",
    shade: str | None = None,
    second_shade: str | None = None,
    background: str = STUDIO,
) -> Flat:
    """A complete colourway; stock, sale and the cents of its price follow from its id, so they never change."""
    dice = Random(ident)  # noqa: S311 -- made-up stock, nothing secret
    price = Decimal(cut.price + dice.choice((-4, 0, 0, 6))) - Decimal("0.05")
    title_en, title_zh = titles(
        cut, colour=colour, second=second, pattern=pattern, neck=neck, sleeve=sleeve, length=length
    )
    return Flat(
        id=ident, kind=cut.kind, colour=colour, shade=shade or shade_of(colour, cut.material), pattern=pattern,
        gender=gender, age_group="adult", season=cut.season, usage=cut.usage, title_en=title_en, title_zh=title_zh,
        brand="Tryon Denim" if cut.material == "denim" else _BRANDS.get(cut.usage, "Tryon Basics"), price=price,
        sizes=_sizes(cut.kind, gender, dice), second_colour=second,
        second_shade=second_shade or (shade_of(second, "") if second else "#fafafa"),
        style=cut.style, neck=neck, sleeve=sleeve, length=length, material=cut.material,
        sale_price=_sale(price, dice), background=background,
    )  # fmt: skip


def _sale(price: Decimal, dice: Random) -> Decimal | None:
    """About one article in six is reduced, by 20 to 40 per cent."""
    if dice.random() > 1 / 6:
        return None
    return (price * dice.choice((Decimal("0.8"), Decimal("0.7"), Decimal("0.6")))).quantize(Decimal("0.01"))


def _sizes(kind: str, gender: str, dice: Random) -> tuple[tuple[str, int], ...]:
    """Sizes as the slot sells them; one article in eighteen is sold out."""
    slot = taxonomy().slot_of(kind)
    table: dict[str, tuple[object, ...]] = {
        "footwear": tuple(_SHOES[gender]),
        "bottom": _WAISTS.get(gender, _LETTERS[gender]) if kind in ("jeans", "trousers") else _LETTERS[gender],
        "belt": (80, 90, 100, 110),
        "hosiery": ("36-38", "39-42", "43-46"),
        "gloves": ("S", "M", "L"),
    }
    letters = _LETTERS[gender] if slot in ("top", "one_piece", "outerwear") else ("one size",)
    gone = dice.random() < 1 / 18
    return tuple((str(size), 0 if gone else max(0, dice.randint(-2, 14))) for size in table.get(slot, letters))
