"""Why this garment: sentences drawn only from what really matched (F8), in the order of what brought the score. Pure.

What the shop's own data does not say, but was inferred from a title or a picture, is never stated: it "looks" so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.catalog.facts import ItemFacts
from app.recommendations.lexical import found_terms
from app.recommendations.palette import closeness
from app.recommendations.ranking import Ranked
from app.recommendations.wanted import FACETS, SURE, Target, Wanted
from app.recommendations.wording import Param, a_kind, colour_name, facet_name, say, stated
from models.taxonomy import taxonomy

MOST = 4
"""Reasons a suggestion shows."""

ALIKE = 0.6
"""Calibrated image score from which a look is called similar."""

NEAR = 0.7
"""Closeness from which another colour is called close."""

ABOVE_ALL = 2.0
"""Weight of what speaks against a suggestion: it is said before anything that speaks for it."""

NO_SHARES: Mapping[str, float] = MappingProxyType({})

SOURCES: Mapping[str, str] = {
    "same_kind": "kind",
    "same_colour": "colour",
    "near_colour": "colour",
    "has_pattern": "pattern",
    "for_occasion": "usage",
    "for_season": "season",
    "matches_word": "words",
}
"""Which share a reason speaks of. Those not listed brought nothing to the score: stock, prices, what was avoided."""


@dataclass(frozen=True, slots=True)
class Reason:
    """`code` and `params` for programs (taxonomy ids; `inferred` is 1 for what is not the shop's word), `text` for
    people.
    """

    code: str
    params: Mapping[str, Param]
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, as far as reasons speak of it.

    Attributes:
        alike: how much the item's picture is like the photo's garment, calibrated, 0 to 1; None without a photo.
        sizes: case-folded.
        limit: the highest price, as the shopper reads it; empty without one.
    """

    wanted: Wanted
    locale: str
    alike: float | None = None
    sizes: frozenset[str] = frozenset()
    limit: str = ""


INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class _Found:
    code: str
    params: Mapping[str, Param] = field(default_factory=dict)
    shown: Mapping[str, Param] = field(default_factory=dict)


def reasons(ranked: Ranked, asked: Asked, shares: Mapping[str, float] = NO_SHARES) -> list[Reason]:
    """Up to `MOST` reasons for one suggestion, never none: what is wrong with it, then what brought most of its score
    by `shares` (see `shares.shares`), then what brought none of it.
    """
    found = sorted(_found(ranked, asked), key=lambda f: -_weight(f, shares))[:MOST] or [_Found("nearest")]
    return [Reason(f.code, f.params, _text(f, asked.locale)) for f in found]


def _weight(found: _Found, shares: Mapping[str, float]) -> float:
    """How much of the score `found` speaks of."""
    match found.code:
        case "despite":
            return ABOVE_ALL
        case "similar_look":  # said of words it is the vaguest reason of all, and comes last
            return shares.get("photo", 0.0) if found.params["source"] == "photo" else 0.0
        case code:
            return shares.get(SOURCES.get(code, ""), 0.0)


def _text(found: _Found, locale: str) -> str:
    message = found.code.replace("_", "-") + ("-inferred" if INFERRED in found.params else "")
    return say(locale, message, {**found.params, **found.shown})


def _about(item: ItemFacts, name: str, code: str, params: Mapping[str, Param], **shown: Param) -> _Found:
    """A reason that speaks of the item's field `name`."""
    return _Found(code, {**params, INFERRED: 1} if name in item.inferred else params, shown)


def _found(ranked: Ranked, asked: Asked) -> Iterator[_Found]:
    item, wanted, locale = ranked.item, asked.wanted, asked.locale
    if ranked.avoided:
        yield _Found("despite")
    yield from _kind_and_colour(item, wanted, locale)
    yield from _facets(item, wanted, locale)
    if asked.alike is not None and asked.alike >= ALIKE:
        yield _Found("similar_look", {"source": "photo"})
    if not ranked.avoided:
        yield from _avoids(item, wanted, locale)
    yield from _words(item, wanted, locale)
    yield from _offer(item, asked)
    if asked.alike is None and ranked.parts.get("image", 0.0) >= ALIKE:
        yield _Found("similar_look", {"source": "words"})


def _kind_and_colour(item: ItemFacts, wanted: Wanted, locale: str) -> Iterator[_Found]:
    if _told(wanted.kind) and item.kind in wanted.kind.values:
        params: dict[str, Param] = {"kind": item.kind, "source": wanted.kind.source or "words"}
        yield _about(item, "kind", "same_kind", params, garment=a_kind(item.kind, locale))
    if not _told(wanted.colour) or not item.colour:
        return
    if item.colour in wanted.colour.values:
        params = {"colour": item.colour, "source": wanted.colour.source or "words"}
        yield _about(item, "colour", "same_colour", params, colour=colour_name(item.colour, locale))
        return
    nearest = max(sorted(wanted.colour.values), key=lambda c: closeness(item.colour, c))
    if closeness(item.colour, nearest) >= NEAR:
        shown = {"colour": colour_name(item.colour, locale), "wanted": colour_name(nearest, locale)}
        yield _about(item, "colour", "near_colour", {"colour": item.colour, "wanted": nearest}, **shown)


def _told(target: Target) -> bool:
    """Sure enough to say it aloud."""
    return bool(target) and target.confidence >= SURE


def _facets(item: ItemFacts, wanted: Wanted, locale: str) -> Iterator[_Found]:
    if item.pattern and item.pattern in wanted.facets.get("pattern", ()):
        shown = facet_name("pattern", item.pattern, locale)
        yield _about(item, "pattern", "has_pattern", {"pattern": item.pattern}, pattern=shown)
    if item.usage and item.usage in wanted.facets.get("usage", ()):
        yield _about(item, "usage", "for_occasion", {"occasion": item.usage})
    if item.season and item.season in wanted.facets.get("season", ()):
        shown = facet_name("season", item.season, locale)
        yield _about(item, "season", "for_season", {"season": item.season}, season=shown)


def _avoids(item: ItemFacts, wanted: Wanted, locale: str) -> Iterator[_Found]:
    """Said only where the shop states the very thing: a colour nobody gave may well be the unwanted one."""
    avoided = wanted.avoided
    heads = {c for c in avoided.colours if c == taxonomy().colours[c].family} if avoided.colours else set()
    if stated(item, "colour") and avoided.colours:
        names = [colour_name(c, locale) for c in sorted(heads or avoided.colours)]
    elif stated(item, "pattern") and "pattern" in avoided.facets:
        names = [facet_name("pattern", p, locale) for p in sorted(avoided.facets["pattern"])]
    elif stated(item, "kind") and avoided.kinds:
        names = [a_kind(k, locale) for k in sorted(avoided.kinds)]
    else:
        return
    yield _Found("avoids", {"avoided": ("、" if locale == "zh" else " or ").join(names)})


def _words(item: ItemFacts, wanted: Wanted, locale: str) -> Iterator[_Found]:
    """The first word found that the taxonomy does not know: what it knows, other reasons speak of."""
    known = taxonomy()
    for word in found_terms(wanted.terms, item):
        in_taxonomy = known.kind_of(word) or known.colour_of(word)
        if not in_taxonomy and not any(known.attribute_of(facet, word) for facet in FACETS):
            yield _Found("matches_word", {"word": word})
            return


def _offer(item: ItemFacts, asked: Asked) -> Iterator[_Found]:
    if asked.limit and item.asking_price is not None:
        yield _Found("within_budget", {"limit": asked.limit})
    fitting = [s for s in item.sizes if s.casefold() in asked.sizes]
    if fitting:
        yield _Found("in_size", {"size": fitting[0]})
    if item.price and item.sale_price is not None and item.sale_price < item.price:
        percent = int((1 - item.sale_price / item.price) * 100)
        if percent:
            yield _Found("on_sale", {"percent": percent})
