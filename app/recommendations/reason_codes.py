"""Every code a reason can have, and what it says: for those who word reasons themselves."""

from collections.abc import Mapping
from types import MappingProxyType

REASON_CODES: Mapping[str, str] = MappingProxyType(
    {
        "same_kind": "of the very kind (`kind`) wanted",
        "near_kind": "of a kind close to `wanted`",
        "likely_kind": "of a kind that the photo may well show, though none is sure",
        "same_colour": "in the very colour wanted",
        "near_colour": "in a colour close to `wanted`",
        "similar_look": "its picture is much like the photo, the item chosen, or what the words describe",
        "most_similar_look": "of all suggestions its picture is most like the photo or the item chosen",
        "has_pattern": "has the pattern asked for",
        "for_occasion": "made for the occasion asked for",
        "for_season": "made for the season asked for",
        "for_whom": "made for whom it was asked for",
        "is_the_one": "the item that was named",
        "has_brand": "of the brand asked for",
        "has_material": "of the material asked for",
        "matches_word": "a word of the request is in its name",
        "avoids": "has not what was turned down",
        "despite": "has what was turned down, for nothing nearer was left",
        "within_budget": "costs no more than asked for",
        "in_size": "in stock in a size asked for",
        "in_usual_size": "in stock in the shopper's usual size",
        "not_in_usual_size": "not in stock in the shopper's usual size",
        "take_size": "by what the shop says of its fit, another size than usual",
        "fit_note": "what the shop says of its fit",
        "to_taste": "like what the shopper liked or chose before",
        "popular": "chosen more often than most",
        "on_sale": "`percent` off now",
        "lowest_price": "costs least of all suggestions",
        "well_rated": "`rating` of 5",
        "nearest": "among the nearest, where nothing more can be said",
    }
)


def listed() -> str:
    """As a list in Markdown."""
    return "\n".join(f"- `{code}`: {meaning}" for code, meaning in REASON_CODES.items())
