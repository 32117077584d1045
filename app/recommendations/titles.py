"""Which words stand in which titles: for what no attribute says, and for words that are no slips."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import accumulate, chain, islice

import numpy as np

from app.catalog.facts import ItemFacts
from app.catalog.live.columns import Columns
from models.contracts import Mask

USED = 3
"""Titles that must hold a word before it counts as the shop's own and not as somebody's slip."""

_HAN = re.compile(r"[\u3400-\u9fff]")
_NO_WORD = re.compile(r"[^\w\u3400-\u9fff']+|_|'s\b|'")
_VOWELS = "aeiou"


def title_of(item: ItemFacts) -> str:
    """An item's titles for `stands_in`: casefolded words with single spaces between and around them."""
    return _folded(item.title, item.title_zh)


@lru_cache(maxsize=65_536)  # a view of the catalogue is mostly the one before it
def _folded(title: str, title_zh: str) -> str:
    return f" {_NO_WORD.sub(' ', f'{title} {title_zh}'.casefold())} "


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


@dataclass(frozen=True, eq=False)
class Titles:
    """All titles of one catalogue as one text, and the rows in which they start; those changed since, in a text of
    their own.

    Attributes:
        changed: rows of `text` that no longer hold, ascending. since: what holds in their place.
        places: the row of each title of `since`.
    """

    text: str
    starts: np.ndarray[tuple[int], np.dtype[np.int64]]
    changed: "np.ndarray[tuple[int], np.dtype[np.intp]]" = field(default_factory=lambda: np.zeros(0, np.intp))
    since: "Titles | None" = None
    places: "np.ndarray[tuple[int], np.dtype[np.intp]]" = field(default_factory=lambda: np.zeros(0, np.intp))
    _rows: dict[str, Mask] = field(default_factory=dict)

    @classmethod
    def of(cls, columns: Columns) -> "Titles":
        """The titles of `columns`, read once for each build of the catalogue, and once more what changed since."""
        whole = _titles(_Same(columns.before))
        return whole if columns.before is columns.items else _later(whole, _Same(columns.items), columns.differing)

    def __len__(self) -> int:
        return max(len(self.starts), int(self.places[-1]) + 1 if len(self.places) else 0)

    def rows(self, words: Iterable[str]) -> Mask:
        """Rows in whose title one of `words` stands, shape (n,)."""
        mask = np.zeros(len(self), np.bool_)
        for form in {form for word in words for form in forms(word)}:
            mask[: len(self.starts)] |= self._with(form)
        if self.since is not None:
            mask[self.places] = self.since.rows(words)
        return mask

    def uses(self, word: str) -> bool:
        """Whether some title holds `word`."""
        if self.since is None:
            return any(form in self.text for form in forms(word))
        return self.since.uses(word) or any(next(self._found(form), None) is not None for form in forms(word))

    def is_own(self, word: str) -> bool:
        """Whether the shop writes `word`, just so, in several titles: a brand, a line, a material."""
        return sum(1 for _ in islice(self._standing(f" {word} "), USED)) == USED

    def _standing(self, form: str) -> Iterator[int]:
        """Places of `form` in titles that hold."""
        return self._found(form) if self.since is None else chain(self._found(form), self.since._found(form))

    def _found(self, form: str) -> Iterator[int]:
        """Places of `form` in the text, but for rows that changed."""
        place = self.text.find(form)
        while place >= 0:
            if not len(self.changed) or not self._is_changed(place):
                yield place
            place = self.text.find(form, place + 1)

    def _is_changed(self, place: int) -> bool:
        row = int(np.searchsorted(self.starts, place, side="right")) - 1
        at = int(np.searchsorted(self.changed, row))
        return at < len(self.changed) and int(self.changed[at]) == row

    def _with(self, form: str) -> Mask:
        """Rows of the text in which `form` stands."""
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
    return _text_of(same.items)


@lru_cache(maxsize=4)
def _later(whole: Titles, same: _Same, differing: frozenset[int]) -> Titles:
    """`whole` with the titles of the rows that are `differing` in `same`; it goes on remembering what it has found."""
    places = np.array(sorted(differing), np.intp)
    since = _text_of([same.items[row] for row in places.tolist()])
    changed = places[places < len(whole.starts)]
    return Titles(whole.text, whole.starts, changed, since, places, whole._rows)


def _text_of(items: Sequence[ItemFacts | None]) -> Titles:
    titles = [title_of(item) if item else " " for item in items]
    starts = [0, *accumulate(len(title) + 1 for title in titles)][:-1]
    return Titles("\n".join(titles), np.array(starts, np.int64))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > len("ties"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
