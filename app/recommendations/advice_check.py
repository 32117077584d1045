"""Whether a written text on a look says only what is so: the gate between a language model and a shopper (F8). Pure.

Strict rather than clever: what cannot be traced to the facts is refused, and the grammar's text is shown instead.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from app.recommendations.advice_facts import Facts
from app.recommendations.wording import own_words
from models.preprocess.spelling import is_everyday
from models.taxonomy import taxonomy

LENGTH: Mapping[str, tuple[int, int]] = {"en": (30, 450), "zh": (12, 180)}
"""Characters of a text, least and most."""

SENTENCES = 3
NAMED_LEAST = 2
"""Pieces that a text must name to be about its look."""

SLOT_WORDS: Mapping[str, str] = {
    "shoes": "footwear",
    "bag": "bag",
    "hat": "headwear",
    "鞋子": "footwear",
    "包包": "bag",
    "帽子": "headwear",
}
"""Words of one kind that any piece of its slot may be called by."""

SHORTEST_BRAND = 3
HAN_SHARE = 0.6
FACETS = ("pattern", "usage", "season")

_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_END = re.compile(r"[.!?](?=\s|$)|[。！？]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_MARKUP = re.compile(r"[\n\r\t<>*#_`|\[\]{}\\]|https?:|www\.")
_LATIN = re.compile(r"[A-Za-z][A-Za-z'’&-]*")


@dataclass(frozen=True, slots=True)
class _Mention:
    """A word of the taxonomy in a text: its facet and the ids it may stand for."""

    facet: str
    ids: frozenset[str]
    word: str


def faults(text: str, facts: Facts, brands: Iterable[str] = ()) -> list[str]:
    """What is wrong with `text`, a line each; empty when it may be shown. `brands`: the shop's own, of any case."""
    return [*_form(text, facts), *_claims(text, facts), *_sums(text, facts), *_names(text, facts, brands)]


def _form(text: str, facts: Facts) -> Iterator[str]:
    least, most = LENGTH[facts.locale]
    if not least <= len(text) <= most:
        yield f"{len(text)} characters; {least} to {most} are wanted"
    if found := _MARKUP.search(text):
        yield f"holds {found.group()!r}"
    count = len(_END.findall(text))
    if not 1 <= count <= SENTENCES or not _END.match(text[-1:]):
        yield f"{count} whole sentences; 1 to {SENTENCES} are wanted, the last one ended"
    letters = len(_LETTER.findall(text)) or 1
    chinese = len(_HAN.findall(text)) / letters
    wrong = chinese < HAN_SHARE if facts.locale == "zh" else chinese > len(_HAN.findall(facts.words)) / letters
    if wrong or (facts.locale == "en" and not text.replace("’", "'").isascii() and text not in facts.words):
        stray = [c for c in text if not c.isascii() and c not in "’“”–—" and c not in facts.words]
        if wrong or stray:
            yield f"is not in the language '{facts.locale}'"


def _claims(text: str, facts: Facts) -> Iterator[str]:
    """Kinds, colours, patterns, occasions, seasons and materials that are not this look's."""
    mentions = list(_mentions(text, facts.locale))
    allowed = {**facts.ids, "colour": _with_families(facts.ids["colour"])}
    for mention in mentions:
        if not mention.ids & allowed.get(mention.facet, frozenset()) and not _slot_word(mention, facts):
            yield f"{mention.facet} '{mention.word}' is not in the facts"
    named = {id_ for m in mentions if m.facet == "kind" for id_ in m.ids & facts.ids["kind"]}
    if len(named) < min(NAMED_LEAST, len(facts.ids["kind"])):
        yield "does not name the pieces"
    known = facts.words.casefold()
    for word in (*_words("materials", facts.locale), *_words("offers", facts.locale)):
        if _stands(word, text) and word.casefold() not in known:
            yield f"'{word}' is not in the facts"


def _sums(text: str, facts: Facts) -> Iterator[str]:
    """Numbers and currencies: only those that the facts hold."""
    known = set(_NUMBER.findall(facts.words))
    numbers = _NUMBER.findall(text)
    for number in numbers:
        if number not in known:
            yield f"the number {number} is not in the facts"
    if "%" in text:
        yield "holds a percentage"
    money = [word for word in _words("currencies", facts.locale) if _stands(word, text)]
    if money and (not facts.total or not numbers):
        yield f"'{money[0]}' without a sum of the facts"


def _names(text: str, facts: Facts, brands: Iterable[str]) -> Iterator[str]:
    """Proper names: only those that the facts hold."""
    known = {word.casefold() for word in _LATIN.findall(facts.words)}
    own = own_words(facts.locale)  # what begins a sentence may be any name: it must be a word of ours
    starts = {0, *(match.end() + 1 for match in _END.finditer(text))}
    for match in _LATIN.finditer(text):
        word = match.group()
        if word.casefold().removesuffix("'s") in known:
            continue
        plain = word.casefold().partition("'")[0]
        name = facts.locale == "zh" or (word[:1].isupper() and not (match.start() in starts and plain in own))
        if name or not is_everyday(plain):
            yield f"the name '{word}' is not in the facts"
    folded, held = text.casefold(), facts.words.casefold()
    for brand in map(str.casefold, brands):
        if len(brand) >= SHORTEST_BRAND and not is_everyday(brand) and brand not in held and _stands(brand, folded):
            yield f"the brand '{brand}' is not in the facts"


def _mentions(text: str, locale: str) -> Iterator[_Mention]:
    """Longest words first, each place of the text read once."""
    table, pattern = _lexicon(locale)
    for match in pattern.finditer(text.casefold()):
        word = match.group()
        found = table.get(word) or table.get(_singular(word))
        if found:
            yield _Mention(found[0], found[1], word)


def _slot_word(mention: _Mention, facts: Facts) -> bool:
    """A plain word for a slot that the look fills: shoes, bag."""
    if mention.facet != "kind":
        return False
    return SLOT_WORDS.get(mention.word, "-") in facts.ids["slot"]


def _with_families(colours: frozenset[str]) -> frozenset[str]:
    """Who wears navy may be told of blue."""
    known = taxonomy().colours
    return colours | {known[c].family for c in colours if c in known}


def _stands(word: str, text: str) -> bool:
    if _HAN.search(word) or not word.isascii() or not word.isalpha():
        return word.casefold() in text.casefold()
    return re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE) is not None


def _singular(word: str) -> str:
    return word[:-2] if word.endswith("sses") else word.removesuffix("s")


@cache
def _words(name: str, locale: str) -> tuple[str, ...]:
    return tuple(map(str, _file()[name][locale]))


@cache
def _file() -> Mapping[str, Any]:
    found: dict[str, Any] = yaml.safe_load(
        resources.files(__package__).joinpath("advice_words.yaml").read_text("utf-8")
    )
    return found


@cache
def _lexicon(locale: str) -> tuple[Mapping[str, tuple[str, frozenset[str]]], re.Pattern[str]]:
    """What each word of the taxonomy stands for, and a pattern that finds them; a word of two facets is left out."""
    known, skipped = taxonomy(), set(_words("open", locale))
    entries = [("kind", k.id, getattr(k, locale)) for k in known.kinds.values()]
    entries += [("colour", c.id, getattr(c, locale)) for c in known.colours.values()]
    entries += [(f, a.id, getattr(a, locale)) for f in FACETS for a in known.attributes[f].values()]
    table: dict[str, tuple[str, frozenset[str]]] = {}
    for facet, id_, words in entries:
        for word in (w.casefold() for w in words):
            before = table.get(word, (facet, frozenset()))
            table[word] = (before[0], before[1] | {id_})
    for word in skipped:
        table.pop(word.casefold(), None)
    longest = "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True))
    return table, re.compile(longest if locale == "zh" else rf"\b(?:{longest})(?:e?s)?\b")
