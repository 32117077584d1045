"""What may truly be said for and against one suggestion: drawn from its data and from the parts of its score. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.catalog.facts import ItemFacts
from app.catalog.narrowing.sizing import NO_USUAL, Usual
from app.catalog.text.words import joined, tokens
from app.recommendations.fit_notes import better_size, fit_note
from app.recommendations.lexical import found_terms
from app.recommendations.palette import closeness
from app.recommendations.ranking import Ranked, kind_match
from app.recommendations.wanted import ALOUD, FACETS, Target, Wanted
from app.recommendations.wording import Param, a_kind, colour_name, facet_name, kind_name, stated
from models.taxonomy import taxonomy

ALIKE = 0.6
"""Calibrated image score from which a look is called similar."""

NEAR = 0.7
"""Closeness from which another colour is called close."""

RELATED = 0.3
"""Match from which another kind of the same slot is called close."""

PLAUSIBLE = 0.05
"""Chance from which the photo may show the item's own kind, where no kind is sure: skirts are not trousers. Of 819 that
would be said of `photos/val`, 0.92 fit the label; of those that name a sure kind, 0.92 too.
"""

LIKED = 0.3
"""Part `taste` from which an item is said to be to the shopper's taste, `popularity` from which it is called popular.
"""

RATED = 4.5
"""Rating, of 5, from which it is told."""

FIELDS_OF_MATERIAL = frozenset({"material", "fabric", "composition", "材质", "面料"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, as far as reasons speak of it.

    Attributes:
        alike: how much the item's picture is like the photo's garment, calibrated, 0 to 1; None without a photo.
        model: what stands for it: `photo`, or `item` where it is a catalogue item that was chosen.
        sizes: every way to write those asked for, lower case. brands: those filtered by, case-folded.
        usual: the sizes the shopper usually takes, where none was asked for.
        limit: the highest price, as the shopper reads it; empty without one.
        cheapest: id of the item that costs least of all that are shown with it; empty where several do.
        likest: id of the first suggestion, where its picture is most like the photo of all; else empty.
    """

    wanted: Wanted
    locale: str
    alike: float | None = None
    model: str = "photo"
    sizes: frozenset[str] = frozenset()
    limit: str = ""
    brands: frozenset[str] = frozenset()
    cheapest: str = ""
    likest: str = ""
    usual: Usual = NO_USUAL


INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Claim:
    """A reason before it has words: `params` for programs, `shown` names as people read them."""

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)
    shown: Mapping[str, Param] = field(default_factory=dict)


def _about(item: ItemFacts, name: str, code: str, params: Mapping[str, Param], **shown: Param) -> Claim:
    """A reason that speaks of the item's field `name`."""
    return Claim(code, {**params, INFERRED: 1} if name in item.inferred else params, shown)


def claims(ranked: Ranked, asked: Asked) -> Iterator[Claim]:
    """Everything that is so, in no order of weight."""
    item, wanted, locale = ranked.item, asked.wanted, asked.locale
    if ranked.avoided:
        yield Claim("despite")
    yield from _kind(item, wanted.kind, locale)
    yield from _colour(item, wanted.colour, locale)
    yield from _facets(item, wanted, locale)
    if asked.likest == item.id:
        yield Claim("most_similar_look", {"source": asked.model})
    elif asked.alike is not None and asked.alike >= ALIKE:
        yield Claim("similar_look", {"source": asked.model})
    if not ranked.avoided:
        yield from _avoids(item, wanted, locale)
    yield from _words(item, wanted, asked.brands)
    yield from _leanings(ranked)
    yield from _offer(item, asked)
    if stated(item, "gender") and item.gender in wanted.facets.get("gender", ()):
        yield Claim("for_whom", {"gender": item.gender})
    if asked.alike is None and ranked.parts.get("image", 0.0) >= ALIKE:
        yield Claim("similar_look", {"source": "words"})


def _kind(item: ItemFacts, target: Target, locale: str) -> Iterator[Claim]:
    params: dict[str, Param] = {"kind": item.kind, "source": target.source or "words"}
    if _told(target, "kind") and item.kind in target.values:
        yield _about(item, "kind", "same_kind", params, garment=a_kind(item.kind, locale))
    elif _told(target, "kind"):
        yield from _near_kind(item, target, locale)
    elif target.chances.get(item.kind, 0.0) >= PLAUSIBLE:
        related = sum(p for kind, p in target.chances.items() if kind_match(item.kind, kind) >= RELATED)
        if related >= ALOUD["kind"]:
            yield _about(item, "kind", "likely_kind", params, garment=a_kind(item.kind, locale))


def _colour(item: ItemFacts, target: Target, locale: str) -> Iterator[Claim]:
    if not _told(target, "colour") or not item.colour:
        return
    if item.colour in target.values:
        params: dict[str, Param] = {"colour": item.colour, "source": target.source or "words"}
        yield _about(item, "colour", "same_colour", params, colour=colour_name(item.colour, locale))
        return
    nearest = max(sorted(target.values), key=lambda c: closeness(item.colour, c))
    if closeness(item.colour, nearest) >= NEAR:
        shown = {"colour": colour_name(item.colour, locale), "wanted": colour_name(nearest, locale)}
        yield _about(item, "colour", "near_colour", {"colour": item.colour, "wanted": nearest}, **shown)


def _near_kind(item: ItemFacts, target: Target, locale: str) -> Iterator[Claim]:
    nearest = max(sorted(target.values), key=lambda kind: kind_match(item.kind, kind))
    if kind_match(item.kind, nearest) >= RELATED:
        params: dict[str, Param] = {"kind": item.kind, "wanted": nearest, "source": target.source or "words"}
        shown = {"garment": a_kind(item.kind, locale), "other": kind_name(nearest, locale)}
        yield _about(item, "kind", "near_kind", params, **shown)


def _told(target: Target, name: str) -> bool:
    """Sure enough to say it aloud."""
    return bool(target) and target.confidence >= ALOUD[name]


def _facets(item: ItemFacts, wanted: Wanted, locale: str) -> Iterator[Claim]:
    if item.pattern and item.pattern in wanted.facets.get("pattern", ()):
        shown = facet_name("pattern", item.pattern, locale)
        yield _about(item, "pattern", "has_pattern", {"pattern": item.pattern}, pattern=shown)
    if item.usage and item.usage in wanted.facets.get("usage", ()):
        yield _about(item, "usage", "for_occasion", {"occasion": item.usage})
    if item.season and item.season in wanted.facets.get("season", ()):
        shown = facet_name("season", item.season, locale)
        yield _about(item, "season", "for_season", {"season": item.season}, season=shown)


def _avoids(item: ItemFacts, wanted: Wanted, locale: str) -> Iterator[Claim]:
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
    yield Claim("avoids", {"avoided": ("、" if locale == "zh" else " or ").join(names)})


def _words(item: ItemFacts, wanted: Wanted, brands: frozenset[str]) -> Iterator[Claim]:
    """The item itself, its brand or its material named; the first other word found that the taxonomy does not know:
    what it knows, other reasons speak of.
    """
    if any(name.sort == "code" and name.parts in _codes(item) for name in wanted.named.names):
        yield Claim("is_the_one", {"id": item.id})
    said = {token for term in wanted.terms for token in tokens(term)}
    brand = set(tokens(item.brand))
    if brand and (brand <= said or item.brand.casefold() in brands):
        yield Claim("has_brand", {"brand": item.brand})
    for name, value in item.attributes.items():
        if name.casefold() in FIELDS_OF_MATERIAL and isinstance(value, str) and said & set(tokens(value)):
            yield Claim("has_material", {"material": value})
            break
    word = next((word for word in found_terms(wanted.terms, item) if not _understood(word)), "")
    if word and not set(tokens(word)) <= brand:
        yield Claim("matches_word", {"word": word})


def _codes(item: ItemFacts) -> set[tuple[str, ...]]:
    return {(joined(code),) for code in (item.id, item.group_id) if code}


def _understood(word: str) -> bool:
    known = taxonomy()
    in_taxonomy = known.kind_of(word) or known.colour_of(word)
    return bool(in_taxonomy) or any(known.attribute_of(facet, word) for facet in FACETS)


def _leanings(ranked: Ranked) -> Iterator[Claim]:
    """What moved the score without having been asked for."""
    if ranked.parts.get("taste", 0.0) >= LIKED:
        yield Claim("to_taste")
    if ranked.parts.get("popularity", 0.0) >= LIKED:
        yield Claim("popular")


def _fit(item: ItemFacts, usual: Usual) -> Iterator[Claim]:
    """Whether it comes in the usual size; and what the shop says of its fit, with the size that this makes of it."""
    mine, note = usual.fitting(item.slot, item.sizes), fit_note(item)
    better = better_size(note, mine, item) if note else ""
    if note and better:
        yield Claim("take_size", {"fit": note.verdict, "usual": mine, "size": better})
        return
    if mine:
        yield Claim("in_usual_size", {"size": mine})
    elif usual.verdict(item.slot, item.sizes) < 0:
        yield Claim("not_in_usual_size")
    if note and note.verdict:
        yield Claim("fit_note", {"fit": note.verdict})


def _offer(item: ItemFacts, asked: Asked) -> Iterator[Claim]:
    if asked.limit and item.asking_price is not None:
        yield Claim("within_budget", {"limit": asked.limit})
    fitting = [s for s in item.sizes if s.casefold() in asked.sizes]
    if fitting:
        yield Claim("in_size", {"size": fitting[0]})
    yield from _fit(item, asked.usual)
    if item.price and item.sale_price is not None and item.sale_price < item.price:
        percent = int((1 - item.sale_price / item.price) * 100)
        if percent:
            yield Claim("on_sale", {"percent": percent})
    if asked.cheapest == item.id:
        yield Claim("lowest_price")
    if item.rating is not None and item.rating >= RATED:
        yield Claim("well_rated", {"rating": f"{item.rating:.1f}"})
