"""Words taken as words (F6): which of the shop's brands, lines, materials and codes a shopper named, and which items
hold them. Pure.

What the taxonomy understands (a kind, a colour, an occasion) has parts of the score of its own and is none of these.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.catalog.facts import ItemFacts
from app.catalog.text.fulltext import WordQuery
from app.catalog.text.shopwords import SHORTEST_CODE, ShopWords
from app.catalog.text.words import attribute_words, joined, needles, plain, tokens
from models.preprocess.spelling import is_everyday
from models.preprocess.vocabulary import vocabulary
from models.preprocess.words import HAS_CJK, word_list

Sort = Literal["brand", "code", "word"]

STRENGTH: Mapping[Sort, float] = {"code": 3.0, "brand": 1.0, "word": 0.5}
"""How much of the weight of names one such name claims: who gives an item's number wants that item."""

IN_ATTRIBUTES, IN_DETAILS = 0.9, 0.5
"""What a word is worth that stands not in brand or title, but in the shop's attributes, or in the description."""

COMMON, FEW = 0.1, 3
"""A word that more than this share of the items hold (and more than a few) tells nothing."""

LONGEST_BRAND = 4
MOST_NAMES = 8
SHORTEST_NUMBER = 5
"""Digits from which a number alone may be an item's."""

_WORD = re.compile(r"[^\W_]+(?:['’&.-][^\W_]+)*")
_CODE = re.compile(r"[^\s,;，。；()（）]+")


@dataclass(frozen=True, slots=True)
class Name:
    """One thing named: the tokens an item must hold, what it is, and how much it tells (see `ShopWords.rarity`)."""

    parts: tuple[str, ...]
    sort: Sort
    rarity: float


@dataclass(frozen=True, slots=True)
class Named:
    """What was named; by item id, the details of the items that full text search found for it."""

    names: tuple[Name, ...] = ()
    found: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.names)

    @property
    def strength(self) -> float:
        """How much of the weight of names they claim together."""
        return max((STRENGTH[name.sort] for name in self.names), default=0.0)

    def scores(self, items: Sequence[ItemFacts]) -> NDArray[np.float64]:
        """How much of what was named each item holds, rare names counting most, 0 to 1, shape (n,)."""
        total = sum(name.rarity for name in self.names)
        held = (sum(n.rarity * match for n, match in zip(self.names, self._held(i), strict=True)) for i in items)
        return np.fromiter(held, np.float64, len(items)) / total

    def _held(self, item: ItemFacts) -> Iterator[float]:
        shown = {*tokens(item.brand), *tokens(item.title), *tokens(item.title_zh)}
        codes = {joined(item.id), joined(item.group_id)}
        attributes = {token for value in attribute_words(item.attributes) for token in tokens(value)}
        details = set(self.found.get(item.id, "").split())
        for name in self.names:
            parts = set(name.parts)
            if (codes if name.sort == "code" else shown) >= parts:
                yield 1.0
            elif name.sort == "code":
                yield 0.0
            else:
                yield IN_ATTRIBUTES if shown | attributes >= parts else IN_DETAILS if details >= parts else 0.0


def names_in(text: str, terms: Iterable[str], shop: ShopWords) -> tuple[Name, ...]:
    """What of the shop's own `text` names: codes, brands of several words, then single words of `terms`.

    Args: terms: the content words of `text`, lower case, Chinese segmented.
    """
    found: dict[tuple[str, ...], Name] = {(c,): Name((c,), "code", shop.rarity(c)) for c in _codes(text, shop)}
    words = tuple(token for match in _WORD.finditer(plain(text)) for token in tokens(match.group()))
    taken: set[str] = set()
    for brand in _brands(words, shop):
        found.setdefault(brand, Name(brand, "brand", max(map(shop.rarity, brand))))
        taken |= set(brand)
    for term in terms:
        if (parts := needles(term)) and not taken.issuperset(parts) and _is_name(plain(term), shop):
            found.setdefault(parts, Name(parts, _sort(plain(term), shop), shop.rarity(plain(term))))
    return tuple(found.values())[:MOST_NAMES]


def query_for(names: Sequence[Name], terms: Iterable[str]) -> WordQuery:
    """What full text search is asked: any of the names, and the other words to choose among what holds one."""
    besides = dict.fromkeys(token for term in terms for token in needles(term))
    return WordQuery(tuple(name.parts for name in names), tuple(besides)[:MOST_NAMES])


def _codes(text: str, shop: ShopWords) -> Iterator[str]:
    """Ids and group ids, however their separators were written."""
    for match in _CODE.finditer(text):
        code = joined(match.group())
        telling = len(code) >= (SHORTEST_NUMBER if code.isdigit() else SHORTEST_CODE)
        if telling and any(c.isdigit() for c in code) and code in shop.codes:
            yield code


def _brands(words: Sequence[str], shop: ShopWords) -> Iterator[tuple[str, ...]]:
    """Brands that stand in the text, longest first; one that is also an everyday garment word only with company."""
    at = 0
    while at < len(words):
        for length in range(min(LONGEST_BRAND, len(words) - at), 0, -1):
            brand = tuple(words[at : at + length])
            if brand in shop.brands and (length > 1 or not _understood(brand[0])):
                yield brand
                at += length - 1
                break
        at += 1


def _is_name(word: str, shop: ShopWords) -> bool:
    if _understood(word) or (word.isdigit() and len(word) < SHORTEST_NUMBER):
        return False
    return 0 < shop.count(word) <= max(FEW, COMMON * shop.items)


def _sort(word: str, shop: ShopWords) -> Sort:
    coined = not HAS_CJK.search(word) and not is_everyday(word)
    return "brand" if word in shop.brand_words or shop.reads_as_brand(word) or coined else "word"


def _understood(word: str) -> bool:
    """The taxonomy or the grammar makes something of it already."""
    known = vocabulary()
    return word in known.en or word in known.zh or word in word_list().stop or word in _phrase_words()


@cache
def _phrase_words() -> frozenset[str]:
    """Parts of the taxonomy's phrases: `polo` of `polo shirt`, `up` of `button up`."""
    return frozenset(part for name in vocabulary().en for part in name.split())
