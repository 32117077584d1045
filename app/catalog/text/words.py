"""The words by which an item is looked for literally: what full text search keeps of it, and how a text is split. Pure.

Documents and queries go through the same split, so both databases see plain tokens and agree about them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

import rjieba

from models.preprocess.words import CJK, HAS_CJK

MOST_DETAILS = 2_000
"""Characters of a description that are searched: the material stands at its beginning."""

_TOKEN = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+")
_APOSTROPHE = re.compile(r"['’`´]")
_NOT_JOINED = re.compile(rf"[^a-z0-9{CJK}]+")


@dataclass(frozen=True, slots=True)
class ItemWords:
    """One item's tokens by where they stand, each a text of tokens with single spaces between them."""

    item_id: str
    brand: str
    name: str
    codes: str
    details: str


def item_words(item: Any) -> ItemWords:
    """Of an item that has `id`, `title`, `title_zh`, `brand`, `group_id`, `attributes` and `description`."""
    codes = (c for code in (item.id, item.group_id) if code for c in (joined(code), *tokens(code)))
    details = (*attribute_words(item.attributes), item.description[:MOST_DETAILS])
    return ItemWords(
        item_id=item.id,
        brand=_text(tokens(item.brand)),
        name=_text(tokens(f"{item.title} {item.title_zh}")),
        codes=_text(codes),
        details=_text(tokens(" ".join(details))),
    )


def attribute_words(attributes: Mapping[str, Any]) -> Iterator[str]:
    """Every value of the shop's own attributes as text."""
    for value in attributes.values():
        yield from map(str, value) if isinstance(value, list | tuple) else (str(value),)


@lru_cache(maxsize=65_536)
def tokens(text: str) -> tuple[str, ...]:
    """Words and numbers without case, accents and apostrophes; Chinese as its words and as pairs of characters.

    The pairs find a name that the segmentation took apart otherwise in another sentence.
    """
    runs = _TOKEN.findall(plain(text))
    return tuple(chain.from_iterable(_han(run) if HAS_CJK.search(run) else (run,) for run in runs))


def plain(text: str) -> str:
    """Folded for comparison: NFKC, without case, accents and apostrophes."""
    folded = _APOSTROPHE.sub("", unicodedata.normalize("NFKC", text).casefold())
    if folded.isascii():
        return folded
    parts = unicodedata.normalize("NFD", folded)
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))


def joined(code: str) -> str:
    """A code without what people leave out or put in between: `AB-123/x` and `ab 123 X` are the same."""
    return _NOT_JOINED.sub("", plain(code))


def needles(word: str) -> tuple[str, ...]:
    """Tokens all of which an item has that holds `word`."""
    found = tuple(_TOKEN.findall(plain(word)))
    return tuple(chain.from_iterable(_pairs(run) or (run,) if HAS_CJK.search(run) else (run,) for run in found))


def _han(run: str) -> Iterable[str]:
    return dict.fromkeys((*rjieba.cut_for_search(run), *_pairs(run)))


def _pairs(run: str) -> tuple[str, ...]:
    return tuple(run[i : i + 2] for i in range(len(run) - 1))


def _text(found: Iterable[str]) -> str:
    return " ".join(found)
