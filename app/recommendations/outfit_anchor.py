"""What the looks of an answer are built around: the shopper's own garment, or what is suggested first. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.catalog.facts import ItemFacts, facts_of
from app.recommendations.outfit_rules import CORES, UNFIT, Brief, wearable
from app.recommendations.palette import SAME_FAMILY, closeness
from app.recommendations.wanted import ALOUD, SURE, Seen
from models.preprocess.company import ALONE, Company
from models.taxonomy import taxonomy

Ids = frozenset[str]
NONE: Ids = frozenset()

MISTAKEN: Mapping[str, Ids] = {
    "top": frozenset({"outerwear", "one_piece"}),
    "outerwear": frozenset({"top", "one_piece"}),
    "one_piece": frozenset({"top", "outerwear", "bottom"}),
    "bottom": frozenset({"one_piece"}),
}
"""By the slot a photo is read as, what it may well show instead: of 24 photos of jackets 21 are read as tops."""


COVERS: Mapping[str, Ids] = {
    "hat": frozenset({"cap"}),
    "trousers": frozenset({"jeans", "capris", "track_pants"}),
    "top": frozenset({"tshirt", "shirt", "tank_top", "tunic", "sweater", "sweatshirt"}),
    "jacket": frozenset({"blazer", "coat", "rain_jacket", "cardigan", "waistcoat"}),
}
"""Kinds that people's word for another one covers as well."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What words say of the garment looked for: any of these will do; empty where they do not say.

    `occasion`: what it is for.
    """

    company: Company = ALONE
    colours: Ids = NONE
    patterns: Ids = NONE
    occasion: str = ""


@dataclass(frozen=True, slots=True)
class AskedBeside:
    """Kinds (and their slots) that the words want worn with the anchor, and in which colours; empty: in any."""

    kinds: Ids
    slots: tuple[str, ...]
    colours: Ids = NONE


def own_garment(shown: Sequence[ItemFacts | None], ask: Ask) -> int | None:
    """Which of the photo's garments the looks are built around; None: around the first suggestion.

    Args:
        shown: each garment as far as the photo tells, the largest first; None where it shows no kind we know.

    The shopper's own garment stays when something is to go with it, or when the words do not ask for another one.
    They do when they name a kind that the photo does not show (it is misread, or they want that kind), a colour or a
    pattern that the garment does not surely have, or, wanting one like it, an occasion that it would spoil. A kind that
    nobody mistakes for the garment's (heels, of a dress) is meant to go with it, unless the words say `like this`.
    """
    known = [number for number, facts in enumerate(shown) if facts is not None]
    if not known:
        return None
    first = next((n for n in known if _slot(shown[n]) in CORES), known[0])
    if ask.company.goes:
        return first
    if ask.company.asked:
        named = ask.company.asked.union(*(COVERS.get(kind, NONE) for kind in ask.company.asked))
        same = next((n for n in known if _kind(shown[n]) in named), None)
        if same is None:
            apart = not ask.company.like and _apart(_slot(shown[first]), ask.company.asked)
            return first if apart else None
        first = same
    elif ask.company.beside and not ask.company.like:
        return first  # "with white heels": the colour is theirs
    facts = shown[first]
    return first if facts is None or _as_asked(facts, ask) else None


def as_named(facts: ItemFacts, company: Company) -> ItemFacts:
    """The shopper's garment by the one kind they call it, where they say what goes with it: "shoes for this skirt"."""
    kinds = [taxonomy().kinds[kind] for kind in company.this if kind in taxonomy().kinds]
    if len(kinds) != 1 or kinds[0].id == facts.kind:
        return facts
    unsure = {name: confidence for name, confidence in facts.inferred.items() if name != "kind"}
    return replace(facts, kind=kinds[0].id, slot=kinds[0].slot, formality=kinds[0].formality, inferred=unsure)


def best_anchor(items: Sequence[ItemFacts], kinds: Ids, brief: Brief) -> ItemFacts | None:
    """The first suggestion that a look can be sold around: worn with others, wearable as asked, within the budget, and,
    where there is one, of a kind that was asked for.
    """

    def affordable(item: ItemFacts) -> bool:
        return brief.budget is None or (item.asking_price is not None and item.asking_price <= brief.budget)

    fit = [item for item in items if item.slot in CORES and wearable(item, brief) and affordable(item)]
    return next((item for item in fit if item.kind in kinds), next(iter(fit), None))


def facts_seen(seen: Sequence[Seen]) -> ItemFacts | None:
    """The shopper's garment as far as its photo tells, or None when it shows no kind we know."""
    best: dict[str, Seen] = {}
    for tag in seen:
        if tag.name not in best or tag.confidence > best[tag.name].confidence:
            best[tag.name] = tag
    kind = taxonomy().kinds.get(best["kind"].value) if "kind" in best else None
    if kind is None:
        return None
    colour = best["colour"].value if "colour" in best else ""
    gender, pattern = (best[n].value if n in best and best[n].confidence >= SURE else "" for n in ("gender", "pattern"))
    facts = facts_of(("", "", "", "", kind.id, kind.slot, colour, gender, "", "", "", pattern, *NOTHING_SOLD))
    unsure = {name: best[name].confidence for name in ALOUD if name in best and best[name].confidence < ALOUD[name]}
    # What a pattern is, one photo tells too badly to be said aloud.
    return replace(facts, inferred=unsure | ({"pattern": best["pattern"].confidence} if pattern else {}))


NOTHING_SOLD = (None, None, None, 0, "")
"""Price, sale price, rating, variants and sizes of what is not the shop's."""


def _apart(slot: str, kinds: Ids) -> bool:
    """Whether all of `kinds` are worn elsewhere than what a photo read as `slot` may show."""
    return not {taxonomy().slot_of(kind) for kind in kinds} & (MISTAKEN.get(slot, frozenset()) | {slot})


def _as_asked(facts: ItemFacts, ask: Ask) -> bool:
    sure = "colour" not in facts.inferred
    coloured = not ask.colours or (sure and any(closeness(facts.colour, c) >= SAME_FAMILY for c in ask.colours))
    spoils = ask.company.like and facts.kind in UNFIT.get(ask.occasion, NONE)
    return coloured and not spoils and (not ask.patterns or facts.pattern in ask.patterns)


def _slot(facts: ItemFacts | None) -> str:
    return facts.slot if facts else ""


def _kind(facts: ItemFacts | None) -> str:
    return facts.kind if facts else ""
