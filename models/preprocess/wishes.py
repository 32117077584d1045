"""What words ask for or turn down, as taxonomy ids."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.preprocess.vocabulary import Term

FACETS = ("kinds", "colours", "pattern", "usage", "season", "gender", "age_group")


@dataclass(frozen=True, slots=True)
class Wishes:
    """Taxonomy ids by facet, each once, in the order they were said. Several in one facet mean any of them."""

    kinds: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    pattern: tuple[str, ...] = ()
    usage: tuple[str, ...] = ()
    season: tuple[str, ...] = ()
    gender: tuple[str, ...] = ()
    age_group: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, facet) for facet in FACETS)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One thing turned down: whatever has all of it. `no black heels` is neither all heels nor everything black.

    Attributes:
        wishes: every facet named must fit, with any of its ids.
        words: words no facet has, lower case; each stands for itself with its alternatives, any of which will do
            (`leather` of `no leather jackets`; 拉链 or `zip`).
    """

    wishes: Wishes = Wishes()
    words: tuple[tuple[str, ...], ...] = ()

    @property
    def facet(self) -> str | None:
        """The facet it is about when it is about one alone."""
        named = [facet for facet in FACETS if getattr(self.wishes, facet)]
        return named[0] if len(named) == 1 and not self.words else None

    def __bool__(self) -> bool:
        return bool(self.wishes or self.words)


def wishes_of(terms: Iterable[Term], besides: Wishes | None = None) -> Wishes:
    """What `terms` name, without what `besides` names."""
    ids: dict[str, dict[str, None]] = {facet: {} for facet in FACETS}
    for term in terms:
        ids[term.facet].update(dict.fromkeys(term.ids))
    return Wishes(
        **{
            facet: tuple(i for i in found if besides is None or i not in getattr(besides, facet))
            for facet, found in ids.items()
        }
    )


def negated_by(exclusions: Sequence[Exclusion]) -> Wishes:
    """What is turned down altogether, whatever else it is: `not black`, but nothing of `no black heels`."""
    alone = [(e.facet, getattr(e.wishes, e.facet)) for e in exclusions if e.facet]
    return Wishes(**{f: tuple(dict.fromkeys(i for facet, ids in alone if facet == f for i in ids)) for f in FACETS})
