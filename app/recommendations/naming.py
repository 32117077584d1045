"""What a piece is called: only by what its shop says of it, or by what a photo shows beyond doubt. Pure."""

from app.catalog.facts import ItemFacts
from app.recommendations.wording import colour_name, is_plural, kind_name, phrase, stated, with_article
from models.taxonomy import taxonomy

LOOSE = frozenset({"footwear", "bag"})
"""Slots whose kinds shops mix up: what one table files under heels, its title calls flats."""

WIDE = frozenset({"shoes", "shoe", "bag", "bags", "purse"})
"""Words of a title that fit any kind of their slot."""


def is_sure(item: ItemFacts) -> bool:
    """Whether the kind may be named: stated, and not called otherwise by the item's own title."""
    return bool(stated(item, "kind")) and not _called_otherwise(item)


def noun(item: ItemFacts, locale: str) -> str:
    """`t-shirt`, `T恤`; a wider word, such as shoes, where the kind may not be named."""
    if is_sure(item):
        return kind_name(item.kind, locale)
    if item.title and not stated(item, "kind"):
        return f"“{(locale == 'zh' and item.title_zh) or item.title}”"
    return phrase(locale, "slot-noun", {"slot": item.slot})


def garment(item: ItemFacts, locale: str, *, article: bool = True) -> str:
    """Colour and noun of a piece, the colour left out when nobody says it; a title stands as it is."""
    name = noun(item, locale)
    if name.startswith("“"):
        return name
    colour = colour_name(item.colour, locale) if stated(item, "colour") else ""
    if locale == "zh":
        return colour + name
    words = f"{colour} {name}".strip()
    return with_article(words, name) if article else words


def number(item: ItemFacts, locale: str) -> str:
    """Grammatical: `other` for jeans, `one` for a dress."""
    return "other" if locale == "en" and is_plural(noun(item, locale)) else "one"


def _called_otherwise(item: ItemFacts) -> bool:
    """Whether the title's last word that names a kind of this slot names another one."""
    if item.slot not in LOOSE:
        return False
    for word in reversed(item.title.casefold().split()):
        if word in WIDE:
            return False
        found = taxonomy().kind_of(word)
        if found and found.slot == item.slot:
            return found.id != item.kind
    return False
