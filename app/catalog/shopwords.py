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
from app.catalog.words import attribute_words, joined, needles, tokens

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
        brands: every brand as its tokens.
        codes: ids and group ids without separators.
    """

    items: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    leading: Mapping[str, int] = field(default_factory=dict)
    brands: frozenset[tuple[str, ...]] = frozenset()
    codes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, items: Iterable[ItemFacts | None]) -> "ShopWords":
        known = [item for item in items if item is not None]
        counts: Counter[str] = Counter()
        leading: Counter[str] = Counter()
        for item in known:
            title = tokens(item.title)
            leading.update(title[:1])
            counts.update({*title, *tokens(item.title_zh), *tokens(item.brand), *_attribute_tokens(item)})
        brands = frozenset(tokens(brand) for brand in {item.brand for item in known})
        codes = chain.from_iterable((joined(item.id), joined(item.group_id)) for item in known)
        return cls(len(known), counts, leading, brands - {()}, frozenset(c for c in codes if len(c) >= SHORTEST_CODE))

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
        found: dict[str, list[str]] = {}
        for word, count in self.counts.items():
            named = word in self.brand_words or (count >= USED and self.reads_as_brand(word))
            if named and len(word) >= SHORTEST_SLIP and word.isalpha():
                found.setdefault(word[0], []).append(word)
        return found


def _attribute_tokens(item: ItemFacts) -> Iterable[str]:
    return chain.from_iterable(tokens(value) for value in attribute_words(item.attributes))
