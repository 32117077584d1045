"""The taxonomy's words, as the page needs them to speak of kinds, colours and patterns in both languages."""

from collections.abc import Iterable, Mapping
from functools import cache

from app.catalog.narrowing.facets import label
from app.settings import Locale
from models.taxonomy import taxonomy
from models.taxonomy.lookup import NOT_WORN, Attribute, Colour, Kind

Names = Mapping[str, Mapping[str, str]]


@cache
def words() -> Mapping[str, Names]:
    """`{"kind": {"dress": {"en": "dress", "zh": "连衣裙"}}, "colour": …, "pattern": …}`."""
    known = taxonomy()
    return {
        "kind": _names(known.kinds.values()),
        "slot": {
            slot: {locale.value: label("slot", slot, locale) for locale in Locale} for slot in (*known.slots, NOT_WORN)
        },
        "colour": _names(known.colours.values()),
        **{facet: _names(values.values()) for facet, values in known.attributes.items()},
    }


def _names(entries: Iterable[Kind | Colour | Attribute]) -> Names:
    return {entry.id: {locale.value: entry.name(locale) for locale in Locale} for entry in entries}
