"""Messages and names in the shopper's language, from the Fluent files beside this module (projectfluent.org)."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from fluent.runtime import FluentBundle, FluentResource

from app.catalog.facts import ItemFacts
from models.taxonomy import taxonomy

Param = str | int


LOCALES = ("en", "zh")


class BrokenMessage(Exception):
    """A message lacks a parameter or is missing: a mistake in the packaged files."""


@cache
def _bundle(locale: str) -> FluentBundle:
    bundle = FluentBundle([locale], use_isolating=False)
    for name in (f"{locale}.ftl", f"advice_{locale}.ftl"):
        bundle.add_resource(FluentResource(resources.files(__package__).joinpath("locales", name).read_text("utf-8")))
    return bundle


def read_ahead() -> None:
    """Read the messages of every language now (some 80 ms), not for the first shopper."""
    for locale in LOCALES:
        _bundle(locale)


def say(locale: str, message: str, params: Mapping[str, Param], way: str = "") -> str:
    """`message` in `locale` (en or zh), capitalised; in one of its `ways`, if it has several. Raises BrokenMessage."""
    text = phrase(locale, message, params, way)
    return text[:1].upper() + text[1:]


def phrase(locale: str, message: str, params: Mapping[str, Param], way: str = "") -> str:
    """As `say`, for what stands inside a sentence."""
    bundle = _bundle(locale)
    found = bundle.get_message(message) if bundle.has_message(message) else None
    pattern = None if found is None else found.attributes.get(way) if way else found.value
    if pattern is None:
        raise BrokenMessage(f"no message '{message}{'.' * bool(way)}{way}' in {locale}")
    formatted, errors = bundle.format_pattern(pattern, dict(params))
    if errors:
        raise BrokenMessage(f"message '{message}' in {locale}: {errors}")
    return str(formatted)


@cache
def own_words(locale: str) -> frozenset[str]:
    """Every Latin word of this language's messages, lower case: words that are certainly no names."""
    files = resources.files(__package__).joinpath("locales")
    texts = [files.joinpath(name).read_text("utf-8") for name in (f"{locale}.ftl", f"advice_{locale}.ftl")]
    return frozenset(word.casefold() for text in texts for word in re.findall(r"[A-Za-z]+", text))


@cache
def ways(locale: str, message: str) -> tuple[str, ...]:
    """The ways a message may be said, in the order of its file; empty when it has but one. Raises BrokenMessage."""
    bundle = _bundle(locale)
    if not bundle.has_message(message):
        raise BrokenMessage(f"no message '{message}' in {locale}")
    return tuple(bundle.get_message(message).attributes)


def kind_name(kind: str, locale: str) -> str:
    found = taxonomy().kinds.get(kind)
    return found.name(locale) if found else kind.replace("_", " ")


def colour_name(colour: str, locale: str) -> str:
    found = taxonomy().colours.get(colour)
    return found.name(locale) if found else colour.replace("_", " ")


def facet_name(facet: str, value: str, locale: str) -> str:
    found = taxonomy().attributes[facet].get(value)
    return found.name(locale) if found else value.replace("_", " ")


def is_plural(noun: str) -> bool:
    """English: `jeans`, but not `dress`."""
    return noun.endswith("s") and not noun.endswith("ss")


def with_article(words: str, noun: str) -> str:
    """English: `a navy dress`, `an orange top`, but `blue jeans`."""
    if is_plural(noun) or noun in ("swimwear", "shapewear"):
        return words
    return f"{'an' if words[:1].lower() in 'aeio' else 'a'} {words}"


def a_kind(kind: str, locale: str) -> str:
    name = kind_name(kind, locale)
    return name if locale == "zh" else with_article(name, name)


def stated(item: ItemFacts, name: str) -> str:
    """The item's value of a field as the shop gave it; empty where it gave none, whatever was inferred."""
    value: str = getattr(item, name)
    return "" if name in item.inferred else value


def join(words: Sequence[str], locale: str) -> str:
    """`a, b and c`, `a、b和c`."""
    *first, last = words
    if not first:
        return last
    return f"{'、'.join(first)}和{last}" if locale == "zh" else f"{', '.join(first)} and {last}"
