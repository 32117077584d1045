"""What a shopper wants, put together from their words and from what their photo shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from app.recommendations.avoided import Avoided, Together, alone
from app.recommendations.names import Named

__all__ = ["Avoided", "Seen", "Target", "Together", "Wanted", "Words", "avoided_of", "wanted_of"]

Source = Literal["words", "photo", "item"]
FACETS = ("pattern", "usage", "season", "gender", "age_group")

SURE = 0.5
"""A photo's attribute counts as recognised from this confidence on; below it only as a leaning."""

FOR_WHOM = 0.7
"""Confidence from which the gender a photo's garment seems to be made for counts, where words do not say it."""

ALOUD: Mapping[str, float] = {"kind": 0.7, "colour": 0.7}
"""Confidence from which what a photo shows is said aloud: `your red dress`. A wrong name is worse than none."""


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
    """One attribute recognised in a photo; `confidence` from 0 to 1, `chances` of this and what else it may be."""

    name: str
    value: str
    confidence: float
    chances: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """Values of one aspect, any of which will do, and how sure we are that it is wanted (0 to 1).

    `chances`: where only one of several is meant and none is sure, how likely each is; empty for what was said.
    """

    values: frozenset[str] = frozenset()
    confidence: float = 0.0
    source: Source | None = None
    chances: Mapping[str, float] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.values) and self.confidence > 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Kind and colour with where they come from, wishes by facet, single words, what to avoid, and what was named.

    `made_for`: the gender that the photo's garment was surely made for, where words say none.
    """

    kind: Target = Target()
    colour: Target = Target()
    facets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    terms: tuple[str, ...] = ()
    avoided: Avoided = field(default_factory=Avoided)
    named: Named = field(default_factory=Named)
    made_for: Target = Target()

    @property
    def for_kids(self) -> bool:
        return "kids" in self.facets.get("age_group", ())

    def one(self, facet: str) -> str:
        """The single wish of a facet; empty when there is none or more than one."""
        values = self.facets.get(facet, frozenset())
        return next(iter(values)) if len(values) == 1 else ""


def wanted_of(
    words: Words | None,
    negated: Words | None,
    terms: Iterable[str],
    seen: Iterable[Seen],
    together: tuple[Together, ...] = (),
    named: Named | None = None,
) -> Wanted:
    """Words override the photo: "same style but red" keeps the photo's kind and takes the colour from the words.

    Args:
        negated: what is turned down altogether. together: what is turned down only where all of it comes together.
    """
    seen = list(seen)
    avoided = replace(avoided_of(negated) if negated else Avoided(), together=together)
    kinds = frozenset(words.kinds) if words else frozenset()
    colours = frozenset(words.colours) if words else frozenset()
    return Wanted(
        kind=_said(kinds - avoided.kinds) or _seen("kind", seen, avoided.kinds),
        colour=_said(colours) or _seen("colour", seen, avoided.colours),
        facets=_facets(words, avoided) if words else {},
        terms=tuple(terms),
        avoided=avoided,
        named=named or Named(),
        made_for=Target() if words and tuple(words.gender) else _made_for(seen, avoided),
    )


def _made_for(seen: Iterable[Seen], avoided: Avoided) -> Target:
    found = _seen("gender", seen, avoided.facets.get("gender", frozenset()))
    return found if found.confidence >= FOR_WHOM and "unisex" not in found.values else Target()


def avoided_of(negated: Words) -> Avoided:
    """What negated wishes rule out: "not red" means maroon too, "not maroon" leaves red alone."""
    facets = {facet: alone(facet, getattr(negated, facet)) for facet in FACETS}
    return Avoided(
        kinds=frozenset(negated.kinds),
        colours=alone("colour", negated.colours),
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
    chances = {value: chance for value, chance in found.chances.items() if value not in avoided}
    return Target(frozenset({found.value}), found.confidence, "photo", chances)
