"""What a shopper wants, put together from their words and from what their photo shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from app.catalog.facts import ItemFacts
from models.taxonomy import taxonomy

Source = Literal["words", "photo"]
FACETS = ("pattern", "usage", "season", "gender", "age_group")

SURE = 0.5
"""A photo's attribute counts as recognised from this confidence on; below it only as a leaning."""


class Words(Protocol):
    """Wishes as the text parser reads them: canonical ids."""

    @property
    def kinds(self) -> Iterable[str]: ...
    @property
    def colours(self) -> Iterable[str]: ...
    @property
    def pattern(self) -> Iterable[str]: ...
    @property
    def usage(self) -> Iterable[str]: ...
    @property
    def season(self) -> Iterable[str]: ...
    @property
    def gender(self) -> Iterable[str]: ...
    @property
    def age_group(self) -> Iterable[str]: ...


@dataclass(frozen=True, slots=True)
class Seen:
    """One attribute recognised in a photo; `confidence` from 0 to 1."""

    name: str
    value: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Target:
    """Values of one aspect, any of which will do, and how sure we are that it is wanted (0 to 1)."""

    values: frozenset[str] = frozenset()
    confidence: float = 0.0
    source: Source | None = None

    def __bool__(self) -> bool:
        return bool(self.values) and self.confidence > 0


@dataclass(frozen=True, slots=True)
class Avoided:
    """Values an answer should not have; colours with what their plain word covers."""

    kinds: frozenset[str] = frozenset()
    colours: frozenset[str] = frozenset()
    facets: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def hit(self, item: ItemFacts) -> bool:
        """True when the item has something the shopper does not want. What the feed left out is no hit."""
        if item.kind in self.kinds or item.colour in self.colours:
            return True
        return any(getattr(item, facet) in values for facet, values in self.facets.items())

    def __bool__(self) -> bool:
        return bool(self.kinds or self.colours or self.facets)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Kind and colour with where they come from, wishes by facet, single words, and what to avoid."""

    kind: Target = Target()
    colour: Target = Target()
    facets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    terms: tuple[str, ...] = ()
    avoided: Avoided = Avoided()

    @property
    def for_kids(self) -> bool:
        return "kids" in self.facets.get("age_group", ())

    def one(self, facet: str) -> str:
        """The single wish of a facet; empty when there is none or more than one."""
        values = self.facets.get(facet, frozenset())
        return next(iter(values)) if len(values) == 1 else ""


def wanted_of(words: Words | None, negated: Words | None, terms: Iterable[str], seen: Iterable[Seen]) -> Wanted:
    """Words override the photo: "same style but red" keeps the photo's kind and takes the colour from the words."""
    seen = list(seen)
    avoided = avoided_of(negated) if negated else Avoided()
    kinds = frozenset(words.kinds) if words else frozenset()
    colours = frozenset(words.colours) if words else frozenset()
    return Wanted(
        kind=_said(kinds - avoided.kinds) or _seen("kind", seen, avoided.kinds),
        colour=_said(colours) or _seen("colour", seen, avoided.colours),
        facets=_facets(words, avoided) if words else {},
        terms=tuple(terms),
        avoided=avoided,
    )


def avoided_of(negated: Words) -> Avoided:
    """What negated wishes rule out: "not red" means maroon too, "not maroon" leaves red alone."""
    named = frozenset(negated.colours)
    family = {c.id for c in taxonomy().colours.values() if c.family in named}
    facets = {facet: frozenset(getattr(negated, facet)) for facet in FACETS}
    return Avoided(
        kinds=frozenset(negated.kinds),
        colours=named | family,
        facets={facet: values for facet, values in facets.items() if values},
    )


def _facets(words: Words, avoided: Avoided) -> dict[str, frozenset[str]]:
    wishes = {facet: frozenset(getattr(words, facet)) - avoided.facets.get(facet, frozenset()) for facet in FACETS}
    return {facet: values for facet, values in wishes.items() if values}


def _said(values: frozenset[str]) -> Target:
    return Target(values, 1.0, "words") if values else Target()


def _seen(name: str, seen: Iterable[Seen], avoided: frozenset[str]) -> Target:
    """The surest value the photo shows, unless the shopper does not want just that."""
    found = max((s for s in seen if s.name == name), key=lambda s: s.confidence, default=None)
    if found is None or found.value in avoided:
        return Target()
    return Target(frozenset({found.value}), found.confidence, "photo")
