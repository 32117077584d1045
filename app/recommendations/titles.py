"""Which words stand in which titles: for what no attribute says, and for words that are no slips."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import accumulate

import numpy as np

from app.catalog.columns import Columns
from app.catalog.facts import ItemFacts
from models.contracts import Mask

USED = 3
"""Titles that must hold a word before it counts as the shop's own and not as somebody's slip."""

_HAN = re.compile(r"[\u3400-\u9fff]")
_NO_WORD = re.compile(r"[^\w\u3400-\u9fff']+|_|'s\b|'")
_VOWELS = "aeiou"


def title_of(item: ItemFacts) -> str:
    """An item's titles for `stands_in`: casefolded words with single spaces between and around them."""
    return f" {_NO_WORD.sub(' ', f'{item.title} {item.title_zh}'.casefold())} "


def stands_in(words: Iterable[str], title: str) -> bool:
    """Whether one of `words`, in any of its forms, stands in `title_of` an item."""
    return any(form in title for word in words for form in forms(word))


@cache
def forms(word: str) -> tuple[str, ...]:
    """How `word` may stand in a title, ready to be looked for: `sleeves` as sleeve or sleeved, never as sleeveless."""
    word = " ".join(_NO_WORD.sub(" ", word.casefold()).split())
    if _HAN.search(word):
        return (word,)
    stem = _singular(word)
    doubled = stem + stem[-1:] if re.fullmatch(rf".*[^{_VOWELS}][{_VOWELS}][bdgmnprt]", stem) else stem
    past = stem + "d" if stem.endswith("e") else doubled + "ed"
    plural = stem[:-1] + "ies" if re.search(rf"[^{_VOWELS}]y$", stem) else stem + "s"
    known = (word, stem, plural, stem + "es", past) if stem else ()
    return tuple(f" {form} " for form in dict.fromkeys(known))


@dataclass(frozen=True)
class Titles:
    """All titles of one catalogue as one text, and the rows in which they start."""

    text: str
    starts: np.ndarray[tuple[int], np.dtype[np.int64]]
    _rows: dict[str, Mask] = field(default_factory=dict)

    @classmethod
    def of(cls, columns: Columns) -> "Titles":
        """The titles of `columns`, read once for each catalogue."""
        return _titles(_Same(columns.items))

    def rows(self, words: Iterable[str]) -> Mask:
        """Rows in whose title one of `words` stands, shape (n,)."""
        mask = np.zeros(len(self.starts), np.bool_)
        for form in {form for word in words for form in forms(word)}:
            mask |= self._with(form)
        return mask

    def uses(self, word: str) -> bool:
        """Whether some title holds `word`."""
        return any(form in self.text for form in forms(word))

    def is_own(self, word: str) -> bool:
        """Whether the shop writes `word`, just so, in several titles: a brand, a line, a material."""
        place = -1
        for _ in range(USED):
            place = self.text.find(f" {word} ", place + 1)
            if place < 0:
                return False
        return True

    def _with(self, form: str) -> Mask:
        found = self._rows.get(form)
        if found is None:
            places: list[int] = []
            place = self.text.find(form)
            while place >= 0:
                places.append(place)
                place = self.text.find(form, place + 1)
            found = np.zeros(len(self.starts), np.bool_)
            found[np.searchsorted(self.starts, places, side="right") - 1] = True
            if len(self._rows) < MOST_KEPT:
                self._rows[form] = found
        return found


MOST_KEPT = 256
"""Words whose rows are remembered; of all that shoppers turn down, the common ones come first."""


@dataclass(frozen=True, eq=False, slots=True)
class _Same:
    """One tuple of items, equal only to itself: comparing all items would cost more than reading their titles."""

    items: Sequence[ItemFacts | None]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.items is other.items

    def __hash__(self) -> int:
        return id(self.items)


@lru_cache(maxsize=2)  # the catalogue being served, and the one that follows it
def _titles(same: _Same) -> Titles:
    titles = [title_of(item) if item else " " for item in same.items]
    starts = [0, *accumulate(len(title) + 1 for title in titles)][:-1]
    return Titles("\n".join(titles), np.array(starts, np.int64))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > len("ties"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
