"""What a shopper does not want, held against items: one by one, and all of a catalogue at once. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from app.catalog.facts import ItemFacts
from app.catalog.live.columns import Columns
from app.catalog.narrowing.filters import Condition
from app.recommendations.titles import Titles, stands_in, title_of
from models.contracts import Mask
from models.preprocess.text import FACETS as WISH_FACETS
from models.preprocess.text import Exclusion
from models.preprocess.vocabulary import vocabulary
from models.taxonomy import taxonomy

FIELDS: Mapping[str, str] = {"kinds": "kind", "colours": "colour"}
"""The field of an item that a facet of wishes is about, where it is called otherwise."""

UNSAID: Mapping[str, frozenset[str]] = {"colour": frozenset({"", "multi"}), "pattern": frozenset({"", "printed"})}
"""Values that leave open what the title may tell: a multicoloured thing may be black and white."""

NARROWER: Mapping[str, frozenset[str]] = {"printed": frozenset({"floral"})}
"""Values that a wider one covers: who wants no prints wants no flower prints."""


@dataclass(frozen=True, slots=True)
class Together:
    """One thing turned down by several of its sides at once, such as black heels: an item is hit that has them all.

    Attributes:
        values: admitted values by field of an item.
        words: what the title must say, one of each.
    """

    values: Mapping[str, frozenset[str]]
    words: tuple[tuple[str, ...], ...] = ()

    def hit(self, item: ItemFacts) -> bool:
        return all(_has(item, name, values) for name, values in self.values.items()) and all(
            stands_in(words, title_of(item)) for words in self.words
        )

    def rows(self, columns: Columns) -> Mask:
        mask = np.ones(len(columns), np.bool_)
        for name, values in self.values.items():
            mask &= _rows(columns, name, values)
        for words in self.words:
            mask &= Titles.of(columns).rows(words)
        return mask


@dataclass(frozen=True, slots=True)
class Avoided:
    """Values an answer should not have, each by itself, colours with what their plain word covers; and what is
    turned down only together.
    """

    kinds: frozenset[str] = frozenset()
    colours: frozenset[str] = frozenset()
    facets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    together: tuple[Together, ...] = ()

    def hit(self, item: ItemFacts) -> bool:
        """True when the item has something the shopper does not want, by its data or, where these say nothing, by its
        title.
        """
        return any(_has(item, name, values) for name, values in self._each()) or any(t.hit(item) for t in self.together)

    def rows(self, columns: Columns) -> Mask:
        """Rows that `hit` is true of, shape (n,)."""
        mask = np.zeros(len(columns), np.bool_)
        for name, values in self._each():
            mask |= _rows(columns, name, values)
        for together in self.together:
            mask |= together.rows(columns)
        return mask

    def __bool__(self) -> bool:
        return bool(self.kinds or self.colours or self.facets or self.together)

    def _each(self) -> Iterable[tuple[str, frozenset[str]]]:
        named = (("kind", self.kinds), ("colour", self.colours), *self.facets.items())
        return [(name, values) for name, values in named if values]


def together_of(excluded: Iterable[Exclusion], uses: Callable[[str], bool]) -> tuple[Together, ...]:
    """The exclusions that are more than one facet.

    Args: uses: whether the catalogue's titles use a word. What none of them says ("no ugly black heels") is left out,
        unless nothing else would remain.
    """
    found: list[Together] = []
    for exclusion in excluded:
        if exclusion.facet is not None:
            continue
        ids = {facet: frozenset(getattr(exclusion.wishes, facet)) for facet in WISH_FACETS}
        values = {FIELDS.get(f, f): _covered(FIELDS.get(f, f), named) for f, named in ids.items() if named}
        said = [tuple(w for w in words if uses(w)) for words in exclusion.words]
        words = tuple(words for words in said if words)
        # A narrower word that no title uses must not turn into its whole kind: `no polo shirts` is not `no T-shirts`.
        if words or (values and not _only_narrows(exclusion)):
            found.append(Together(values, words))
    return tuple(found)


def alone(name: str, ids: Iterable[str]) -> frozenset[str]:
    """Values of one field with those they cover."""
    return _covered(name, frozenset(ids))


def _only_narrows(exclusion: Exclusion) -> bool:
    """Whether only words tell what is meant among a kind."""
    return bool(exclusion.words) and not any(getattr(exclusion.wishes, f) for f in WISH_FACETS if f != "kinds")


def _covered(name: str, named: frozenset[str]) -> frozenset[str]:
    """ "Not red" means maroon too, "not maroon" leaves red alone."""
    if name == "colour":
        return named | {c.id for c in taxonomy().colours.values() if c.family in named}
    return named.union(*(NARROWER.get(value, frozenset()) for value in named))


def _has(item: ItemFacts, name: str, values: frozenset[str]) -> bool:
    value: str = getattr(item, name)
    if value in values:
        return True
    return name in UNSAID and value in UNSAID[name] and stands_in(_words(name, values), title_of(item))


def _rows(columns: Columns, name: str, values: frozenset[str]) -> Mask:
    mask = columns.meets(Condition(name, values))
    if name in UNSAID:
        mask |= columns.meets(Condition(name, UNSAID[name])) & Titles.of(columns).rows(_words(name, values))
    return mask


@cache
def _words(name: str, values: frozenset[str]) -> Sequence[str]:
    """Words that say one of `values`, in both languages."""
    facet = {"colour": "colours"}.get(name, name)
    both = (*vocabulary().en.items(), *vocabulary().zh.items())
    return [word for word, (f, ids) in both if f == facet and set(ids) <= values]
