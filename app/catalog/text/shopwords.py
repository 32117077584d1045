"""The words that are this catalogue's own: brands, lines, materials and codes, and how rare each is. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from math import log

from rapidfuzz import process
from rapidfuzz.distance import OSA

from app.catalog.facts import ItemFacts
from app.catalog.text.tally import Tally
from app.catalog.text.words import attribute_words, joined, needles, tokens

USED = 3
"""Items that must hold a word before it counts as the shop's own and not as somebody's slip."""

SHORTEST_SLIP, LONG_WORD = 4, 8
LEADS = 0.5
"""Share of the titles with a word that begin with it, from which it reads as a brand's name."""

SHORTEST_CODE = 4


@dataclass(frozen=True)
class ShopWords:
    """Immutable, made once for each view of the catalogue.

    Attributes:
        items: how many there are.
        counts: items that hold a token in title, brand or attributes.
        leading: items whose title begins with it.
        brands: every brand as its tokens, and how many items are of it.
        codes: ids and group ids without separators, and how many items have each.
        before: the words that these were changed from; None for words counted in full.
    """

    items: int = 0
    counts: Tally[str] = field(default_factory=lambda: Tally({}))
    leading: Tally[str] = field(default_factory=lambda: Tally({}))
    brands: Tally[tuple[str, ...]] = field(default_factory=lambda: Tally({}))
    codes: Tally[str] = field(default_factory=lambda: Tally({}))
    before: "ShopWords | None" = field(default=None, repr=False, compare=False)
    moved: frozenset[str] = field(default=frozenset(), repr=False, compare=False)
    """Words that may be counted otherwise than `before`."""

    @classmethod
    def of(cls, items: Iterable[ItemFacts | None]) -> "ShopWords":
        found = _Counted()
        for item in items:
            found.add(item)
        counts, leading, brands, codes = dict(found.counts), dict(found.leading), dict(found.brands), dict(found.codes)
        return cls(found.items, Tally(counts), Tally(leading), Tally(brands), Tally(codes))

    def changed(self, gone: Iterable[ItemFacts | None], come: Iterable[ItemFacts | None]) -> "ShopWords":
        """These words without those of items that are `gone`, with those of items that have `come`."""
        by = _Counted()
        for item in gone:
            by.add(item, -1)
        for item in come:
            by.add(item)
        whole: ShopWords | None = self.before or self
        moved = frozenset((*self.moved, *by.counts, *by.leading, *chain.from_iterable(by.brands)))
        if len(moved) > MOST_MOVED:
            whole, moved = None, frozenset[str]()
        return ShopWords(
            self.items + by.items,
            self.counts.moved(by.counts),
            self.leading.moved(by.leading),
            self.brands.moved(by.brands),
            self.codes.moved(by.codes),
            whole,
            moved,
        )

    def count(self, word: str) -> int:
        """Items that hold `word`; of a Chinese one that the titles segment otherwise, at most."""
        if word in self.counts:
            return self.counts[word]
        parts = needles(word)
        return min((self.counts.get(part, 0) for part in parts), default=0) if len(parts) > 1 else 0

    def rarity(self, word: str) -> float:
        """Inverse document frequency: how much an item's holding `word` tells."""
        return log(1.0 + self.items / max(1, self.count(word)))

    def is_own(self, word: str) -> bool:
        """A brand's word, or one of several items."""
        return word in self.brand_words or self.counts.get(word, 0) >= USED

    def reads_as_brand(self, word: str) -> bool:
        """Titles tend to begin with it, as they do with who made the thing."""
        return self.leading.get(word, 0) >= max(USED, LEADS * self.counts.get(word, 0))

    def nearest(self, word: str) -> str | None:
        """The shop's own word that `word` is a slip for, or None: one letter off, two in a long word."""
        if len(word) < SHORTEST_SLIP or self.is_own(word):
            return None
        allowed = 1 if len(word) < LONG_WORD else 2
        # People seldom miss a word's first letter.
        near = self._by_initial.get(word[0], ())
        found = process.extract(word, near, scorer=OSA.distance, score_cutoff=allowed, limit=None)
        return min(found, key=lambda hit: (hit[1], -self.counts[hit[0]], hit[0]))[0] if found else None

    @cached_property
    def brand_words(self) -> frozenset[str]:
        return frozenset(chain.from_iterable(self.brands))

    @cached_property
    def _by_initial(self) -> Mapping[str, Sequence[str]]:
        """What a slip may have meant, by its first letter: names, as everyday words have their own correction."""
        if self.before is None:
            return _grouped(word for word in self.counts if self._is_name(word))
        found = dict(self.before._by_initial)
        for initial in {word[0] for word in self.moved}:
            kept = [word for word in found.get(initial, ()) if word not in self.moved]
            found[initial] = [*kept, *(w for w in self.moved if w[0] == initial and self._is_name(w))]
        return found

    def _is_name(self, word: str) -> bool:
        if len(word) < SHORTEST_SLIP or not word.isalpha() or word not in self.counts:
            return False
        return word in self.brand_words or (self.counts[word] >= USED and self.reads_as_brand(word))


MOST_MOVED = 5_000
"""Words counted otherwise than when all were counted, from which on looking at all of them again is as quick."""


@dataclass(slots=True)
class _Counted:
    """What items hold, added up or taken away."""

    items: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    leading: Counter[str] = field(default_factory=Counter)
    brands: Counter[tuple[str, ...]] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)

    def add(self, item: ItemFacts | None, times: int = 1) -> None:
        if item is None:
            return
        self.items += times
        title, brand = tokens(item.title), tokens(item.brand)
        for word in title[:1]:
            self.leading[word] += times
        for word in {*title, *tokens(item.title_zh), *brand, *_attribute_tokens(item)}:
            self.counts[word] += times
        if brand:
            self.brands[brand] += times
        for code in (joined(item.id), joined(item.group_id)):
            if len(code) >= SHORTEST_CODE:
                self.codes[code] += times


def _grouped(words: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in words:
        found.setdefault(word[0], []).append(word)
    return found


def _attribute_tokens(item: ItemFacts) -> Iterable[str]:
    return chain.from_iterable(tokens(value) for value in attribute_words(item.attributes))
