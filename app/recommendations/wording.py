"""Messages and names in the shopper's language, from the Fluent files beside this module (projectfluent.org)."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from fluent.runtime import FluentBundle, FluentResource

from app.catalog.facts import ItemFacts
from models.taxonomy import taxonomy

Param = str | int


class BrokenMessage(Exception):
    """A message lacks a parameter or is missing: a mistake in the packaged files."""


@cache
def _bundle(locale: str) -> FluentBundle:
    text = resources.files(__package__).joinpath("locales", f"{locale}.ftl").read_text("utf-8")
    bundle = FluentBundle([locale], use_isolating=False)
    bundle.add_resource(FluentResource(text))
    return bundle


def say(locale: str, message: str, params: Mapping[str, Param]) -> str:
    """`message` in `locale` (en or zh), capitalised. Raises BrokenMessage."""
    bundle = _bundle(locale)
    pattern = bundle.get_message(message).value if bundle.has_message(message) else None
    if pattern is None:
        raise BrokenMessage(f"no message '{message}' in {locale}")
    formatted, errors = bundle.format_pattern(pattern, dict(params))
    if errors:
        raise BrokenMessage(f"message '{message}' in {locale}: {errors}")
    text = str(formatted)
    return text[:1].upper() + text[1:]


def kind_name(kind: str, locale: str) -> str:
    found = taxonomy().kinds.get(kind)
    return found.name(locale) if found else kind.replace("_", " ")


def colour_name(colour: str, locale: str) -> str:
    found = taxonomy().colours.get(colour)
    return found.name(locale) if found else colour.replace("_", " ")


def facet_name(facet: str, value: str, locale: str) -> str:
    found = taxonomy().attributes[facet].get(value)
    return found.name(locale) if found else value.replace("_", " ")


def with_article(phrase: str, kind: str) -> str:
    """English: `a navy dress`, `an orange top`, but `blue jeans`."""
    plural = kind.endswith("s") and not kind.endswith("ss")
    if plural or kind in ("swimwear", "shapewear"):
        return phrase
    return f"{'an' if phrase[:1].lower() in 'aeio' else 'a'} {phrase}"


def a_kind(kind: str, locale: str) -> str:
    name = kind_name(kind, locale)
    return name if locale == "zh" else with_article(name, name)


def stated(item: ItemFacts, name: str) -> str:
    """The item's value of a field as the shop gave it; empty where it gave none, whatever was inferred."""
    value: str = getattr(item, name)
    return "" if name in item.inferred else value


def garment(item: ItemFacts, locale: str, *, article: bool = True) -> str:
    """Colour and kind of an item in words, the colour left out when the shop does not say it; the item's own title
    where it does not even say the kind.
    """
    if not stated(item, "kind") and (title := (locale == "zh" and item.title_zh) or item.title):
        return f"“{title}”"
    kind = kind_name(item.kind, locale)
    colour = colour_name(item.colour, locale) if stated(item, "colour") else ""
    if locale == "zh":
        return colour + kind
    phrase = f"{colour} {kind}".strip()
    return with_article(phrase, kind) if article else phrase


def join(words: Sequence[str], locale: str) -> str:
    """`a, b and c`, `a、b和c`."""
    *first, last = words
    if not first:
        return last
    return f"{'、'.join(first)}和{last}" if locale == "zh" else f"{', '.join(first)} and {last}"
