"""Slips in English garment words and in a shop's own, mended; words that mean something stay as they are."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA
from spellchecker import SpellChecker, WordFrequency

from models.preprocess.vocabulary import vocabulary
from models.preprocess.words import CJK, word_list

IsKnown = Callable[[str], bool]
"""Whether a lower-case word means something in the catalogue at hand: a brand, a line, a material."""

Nearest = Callable[[str], str | None]
"""The catalogue's own word that a lower-case word is a slip for, or None."""

SHORTEST = 3
SHORTEST_SLIP = 4
"""`rad` may mean anything."""
_LONG_WORD = 9
_WORD = re.compile(rf"(?<![\w'&@#.-])[^\W\d_{CJK}]{{{SHORTEST},}}(?![\w'&@])")
_MOST = 8
"""Words of a text that are mended; one with more slips is another language."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A slip and what it was read as, both as they stand in the text."""

    said: str
    meant: str


def corrected(
    text: str, is_known: IsKnown | None = None, nearest: Nearest | None = None
) -> tuple[str, tuple[Correction, ...]]:
    """`text` with slips mended in garment words (`jakcet`) and in the shop's own (`adiddas`), and what was mended.

    Args:
        is_known: words it answers True for are left alone, however near they are to a garment's.
        nearest: asked about words that are neither English nor a slip in a garment's.
    """
    made: dict[str, str] = {}

    def mend(match: re.Match[str]) -> str:
        word = match.group()
        if len(made) >= _MOST or (is_known is not None and is_known(word.lower())):
            return word
        meant = _mended(word.lower())
        if meant is None and nearest is not None and not is_everyday(word.lower()):
            meant = nearest(word.lower())
        if meant is None:
            return word
        meant = meant.capitalize() if word[0].isupper() else meant
        made[word] = meant
        return meant

    mended = _WORD.sub(mend, text)
    return mended, tuple(Correction(said, meant) for said, meant in made.items())


def is_everyday(word: str) -> bool:
    """Whether a lower-case word is common English or a garment's, whatever a shop may call itself."""
    return word in _known() or word in _dictionary()


@lru_cache(maxsize=4096)
def _mended(word: str) -> str | None:
    """What a lower-case word was meant to be, or None when it is no slip, or of nothing we know."""
    if word in word_list().slips:
        return word_list().slips[word]
    if len(word) < SHORTEST_SLIP or is_everyday(word):
        return None
    allowed = 1 if len(word) < _LONG_WORD else 2
    # People seldom miss a word's first letter, and asking for it keeps `match` from becoming `watch`.
    near = [name for name in _correctable() if name[0] == word[0]]
    found = process.extract(word, near, scorer=OSA.distance, score_cutoff=allowed, limit=None)
    return min(found, key=lambda hit: (hit[1], -_dictionary()[hit[0]], hit[0]))[0] if found else None


@cache
def _correctable() -> tuple[str, ...]:
    words = {part for name in vocabulary().en for part in name.split()} | word_list().fashion
    return tuple(sorted(word for word in words if len(word) >= SHORTEST_SLIP and word.isalpha()))


@cache
def _known() -> frozenset[str]:
    parts = {part for name in vocabulary().en for part in name.split()}
    return frozenset(parts) | word_list().stop | word_list().fashion


@cache
def _dictionary() -> WordFrequency:
    """Common English words: `shows` is no slip for `shoes`."""
    return SpellChecker(language="en").word_frequency
