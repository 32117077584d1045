"""What belongs to a look, and what never stands beside what. Tables and yes-or-no questions; pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from app.catalog.facts import ItemFacts
from app.recommendations.affinity import FORMALITY, opposite, out_of_season, season_of, usage_affinity
from app.recommendations.palette import METALS, accents, harmony
from models.taxonomy import taxonomy

TWO = "one_piece"
"""Counts as two pieces: it dresses top and bottom."""

SHOES = "footwear"
ADORNMENT = frozenset({"jewellery", "watch", "eyewear", "belt"})
ACCESSORIES = ADORNMENT | {"bag", "headwear", "scarf", "neckwear", "gloves", "small_leather"}
OVER = frozenset({"outerwear"})
"""Worn over a look that is complete without."""

DRESSED = (("top", "bottom"), (TWO,))
CORES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "top": (("bottom", SHOES),),
    "bottom": (("top", SHOES),),
    TWO: ((SHOES,),),
    SHOES: DRESSED,
    **{slot: tuple((*dressed, SHOES) for dressed in DRESSED) for slot in ("outerwear", *sorted(ACCESSORIES))},
}
"""By the anchor's slot: which slots make it a look. Nobody asks for an outfit around underwear or nightwear."""

ONLY_WITH: Mapping[str, frozenset[str]] = {
    "churidar": frozenset({"kurta", "kurti", "tunic"}),
    "salwar": frozenset({"kurta", "kurti", "tunic"}),
    "patiala": frozenset({"kurta", "kurti", "tunic"}),
    "dupatta": frozenset({"kurta", "kurti", "kurta_set", "salwar_suit", "saree"}),
    "kurta": frozenset({"churidar", "salwar", "patiala", "leggings", "jeans", "trousers"}),
    "kurti": frozenset({"churidar", "salwar", "patiala", "leggings", "jeggings", "jeans", "trousers", "capris"}),
    "tunic": frozenset({"churidar", "leggings", "jeggings", "jeans", "trousers", "capris"}),
    "nehru_jacket": frozenset({"kurta", "shirt"}),
    "tie": frozenset({"shirt"}),
    "cufflinks": frozenset({"shirt"}),
    "suspenders": frozenset({"shirt"}),
    "waistcoat": frozenset({"shirt"}),
    "belt": frozenset({"jeans", "trousers"}),
    "rain_trousers": frozenset({"rain_jacket"}),
    "leggings": frozenset({"tunic", "kurta", "kurti", "tank_top", "sweatshirt", "tshirt"}),
    "headband": frozenset({"tank_top", "tshirt", "tracksuit"}),
    "wristband": frozenset({"tank_top", "tshirt", "tracksuit"}),
}
"""A kind that needs one of these beside it in the same look."""

NEVER_WITH: Mapping[str, frozenset[str]] = {
    "coat": frozenset({"shorts", "sandals", "sports_sandals", "flip_flops", "tank_top", "tracksuit"}),
    "jacket": frozenset({"sweatshirt"}),
    "rain_jacket": frozenset({"blazer", "heels"}),
    "cardigan": frozenset({"sweatshirt", "sweater"}),
    "waistcoat": frozenset({"tank_top", "shorts", "track_pants", "sandals", "flip_flops", "sports_shoes"}),
    "gloves": frozenset({"shorts", "sandals", "sports_sandals", "flip_flops", "tank_top"}),
    "blazer": frozenset({"sports_shoes", "flip_flops", "sports_sandals", "track_pants", "shorts", "sweatshirt"}),
    "heels": frozenset({"track_pants", "tracksuit", "sweatshirt", "backpack", "duffel_bag", "cap"}),
    "formal_shoes": frozenset({"shorts", "track_pants", "tracksuit", "tank_top", "leggings", "cap", "backpack"}),
    "dress": frozenset(
        {
            "sports_shoes",
            "formal_shoes",
            "backpack",
            "duffel_bag",
            "messenger_bag",
            "cap",
            "belt",
            "waist_pouch",
            "laptop_bag",
        }
    ),
    "saree": frozenset({"sports_shoes", "casual_shoes", "boots", "backpack", "duffel_bag", "messenger_bag", "cap"}),
    "kurta": frozenset({"sports_shoes", "cap", "backpack"}),
    "tracksuit": frozenset({"handbag", "clutch", "flats", "boots", "sandals"}),
    "track_pants": frozenset({"handbag", "clutch", "flats", "boots", "shirt"}),
    "shirt": frozenset({"flip_flops", "cap"}),
    "clutch": frozenset({"sports_shoes", "shorts", "sweatshirt"}),
    "tie": frozenset({"sandals", "flip_flops", "sports_sandals", "shorts", "sports_shoes"}),
    "suspenders": frozenset({"sandals", "flip_flops", "sports_sandals", "shorts", "sports_shoes"}),
}
SPORTS_KINDS = frozenset({"sports_shoes", "track_pants", "tracksuit", "sports_sandals", "wristband", "headband"})
SLIPPERS_FOR = frozenset({"travel", "home"})
ONLY_FOR: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(SPORTS_KINDS, frozenset({"sports", "casual", "travel", ""})),
    **dict.fromkeys(("duffel_bag", "backpack", "waist_pouch"), frozenset({"sports", "travel"})),
    "laptop_bag": frozenset({"formal", "smart_casual", "travel"}),
    "flip_flops": SLIPPERS_FOR,
    "suspenders": frozenset(),
}
"""Occasions that a kind is for; on any other nobody thinks of it by themselves. To none: only who asks gets them."""

SCHOOLBAG = "backpack"
UNFIT: Mapping[str, frozenset[str]] = {
    "formal": frozenset(
        {"sandals", "flip_flops", "tank_top", "shorts", "cap", "waist_pouch", "duffel_bag", "backpack"}
    ),
    "party": frozenset({"flip_flops", "cap", "waist_pouch", "duffel_bag", "backpack", "laptop_bag", "messenger_bag"}),
    "sports": frozenset(
        {
            "handbag",
            "clutch",
            "laptop_bag",
            "casual_shoes",
            "formal_shoes",
            "heels",
            "flats",
            "boots",
            "sandals",
            "jeans",
        }
    ),
}
"""Kinds that spoil an occasion, however they are made."""

MOST_APART = 1.2
"""Steps of formality that two pieces of one look may lie apart."""

ASKED = 0.7
"""How much the occasion says about a look's formality; the rest is up to the garment it is built around."""

MOST_ACCENTS = 2
"""Hues of a look beside its neutrals, tonal ones counted once."""

MOST_ALIKE = 2
"""Pieces of one colour, white say, past which a look is a uniform."""

PIECES = 5
"""What a look aims at, a one-piece counted twice."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What the looks are for. Empty strings: nobody said; `budget` is for what must be bought."""

    gender: str = ""
    age_group: str = "adult"
    season: str = ""
    occasion: str = ""
    budget: Decimal | None = None


def brief_for(anchor: ItemFacts, said: Brief) -> Brief:
    """`said`, completed by what the anchor is for."""
    gender = said.gender or (anchor.gender if anchor.gender in ("women", "men") else "")
    season = said.season or season_of(anchor.kind, anchor.season)
    occasion = said.occasion or anchor.usage or ("sports" if anchor.kind in SPORTS_KINDS else "")
    age = anchor.age_group or said.age_group
    return Brief(gender=gender, age_group=age, season=season, occasion=occasion, budget=said.budget)


def dressiness(item: ItemFacts) -> float:
    """Formality of the kind, drawn towards the occasion it was made for. An accessory's own kind says little."""
    return _dressiness(item.slot, item.formality, item.usage)


def _dressiness(slot: str, formality: int, usage: str) -> float:
    made_for = FORMALITY.get(usage)
    if slot in ACCESSORIES:
        return made_for if made_for is not None else 1.5
    return float(formality) if made_for is None else (formality + made_for) / 2


def target(anchor: ItemFacts, brief: Brief) -> float:
    """The formality a look should have: between what the anchor is and what the occasion asks for."""
    asked = FORMALITY.get(brief.occasion)
    if asked is None:
        return dressiness(anchor)
    return asked if anchor.slot in ACCESSORIES else ASKED * asked + (1 - ASKED) * dressiness(anchor)


def cores(anchor: ItemFacts, brief: Brief) -> tuple[tuple[str, ...], ...]:
    """The ways to dress around the anchor; only women's looks are built on dresses. Empty: better no look."""
    ways = CORES.get(anchor.slot, ())
    return tuple(way for way in ways if TWO not in way or brief.gender == "women")


def extras(anchor: ItemFacts, brief: Brief) -> tuple[str, ...]:
    """Slots that round a look off, most wanted first."""
    if brief.occasion == "sports":
        return tuple(slot for slot in ("headwear", "bag", "watch") if slot != anchor.slot)
    if brief.occasion == "ethnic":
        worn = ("jewellery", "scarf", "bag") if brief.gender == "women" else ("watch",)
        return tuple(slot for slot in worn if slot != anchor.slot)
    cold = ("outerwear", "scarf") if brief.season in ("autumn", "winter") else ()
    sun = ("eyewear",) if brief.season in ("spring", "summer") else ()
    if brief.gender == "women":
        rest = ("bag", "jewellery", "watch", "eyewear")
    else:
        rest = (
            ("watch", "belt", "bag", "eyewear") if brief.occasion != "formal" else ("belt", "watch", "neckwear", "bag")
        )
    return tuple(slot for slot in dict.fromkeys((*cold, *rest[:1], *sun, *rest[1:])) if slot != anchor.slot)


def slots_around(anchor: ItemFacts, said: Brief) -> tuple[str, ...]:
    """Every slot that a look around the anchor may need; empty when there is no such look."""
    brief = brief_for(anchor, said)
    either = [brief] if brief.gender else [replace(brief, gender=gender) for gender in ("women", "men")]
    needed = {slot for b in either for way in cores(anchor, b) for slot in (*way, *extras(anchor, b))}
    return tuple(sorted(needed - {anchor.slot}))


def makes_around(anchor: ItemFacts, said: Brief) -> dict[str, frozenset[str]]:
    """By the usage they are made for (empty: unstated), the kinds that `fits` may let into a look around the anchor."""
    brief = brief_for(anchor, said)
    dressed = target(anchor, brief)
    worn = [k for k in taxonomy().kinds.values() if k.worn and suits(k.id, "", brief)]
    return {
        usage: frozenset(k.id for k in worn if abs(_dressiness(k.slot, k.formality, usage) - dressed) <= MOST_APART)
        for usage in ("", *FORMALITY)
        if suits("", usage, brief)
    }


def suits(kind: str, usage: str, brief: Brief) -> bool:
    """Whether a kind, made for a usage, serves the occasion and the season; empty says nothing against it."""
    return (
        not out_of_season(kind, brief.season)
        and kind not in UNFIT.get(brief.occasion, ())
        and (not usage or not brief.occasion or usage_affinity(usage, brief.occasion) > 0)
        and (kind not in ONLY_FOR or brief.occasion in ONLY_FOR[kind] or (kind == SCHOOLBAG and for_children(brief)))
    )


def for_children(brief: Brief) -> bool:
    return brief.age_group == "kids"


def fits(item: ItemFacts, brief: Brief, dressed: float) -> bool:
    """Whether an item may stand in a look of this brief at all; `dressed` is the look's formality."""
    return (
        wearable(item, brief)
        and suits(item.kind, item.usage, brief)
        and abs(dressiness(item) - dressed) <= MOST_APART
        and (brief.occasion == "home" or UNDERNEATH.search(item.title) is None)
        and (brief.occasion in SLIPPERS_FOR or SLIPPERS.search(item.title) is None)
    )


SLIPPERS = re.compile(r"\b(?:slippers?|flip[ -]?flops?)\b", re.IGNORECASE)
UNDERNEATH = re.compile(r"\b(?:camisoles?|cami|bra|innerwear|lounge)\b", re.IGNORECASE)
"""Titles of what is worn underneath or at home, whatever kind its feed calls it."""


def wearable(item: ItemFacts, brief: Brief) -> bool:
    """What is never given up, not even for the last pair of shoes: stock, for whom, season, a price to add up."""
    return (
        item.in_stock
        and item.gender in ("", "unisex", brief.gender or item.gender)
        and _right_age(item.age_group, brief.age_group)
        and not opposite(item.season, brief.season)
        and (brief.budget is None or item.asking_price is not None)
    )


def _right_age(item: str, wanted: str) -> bool:
    return item == "kids" if wanted == "kids" else item in ("", "adult")


def clash(a: ItemFacts, b: ItemFacts) -> bool:
    """Two pieces nobody would wear together, or that were made for different people or opposite seasons."""
    never = b.kind in NEVER_WITH.get(a.kind, ()) or a.kind in NEVER_WITH.get(b.kind, ())
    lost = a.colour == b.colour and {a.slot, b.slot} == {"neckwear", "top"}  # a white tie on a white shirt
    return never or lost or at_odds(a, b)


def at_odds(a: ItemFacts, b: ItemFacts) -> bool:
    """Made for different people or for opposite seasons."""
    return OTHERS.get(a.gender) == b.gender or opposite(a.season, b.season)


OTHERS: Mapping[str, str] = {"women": "men", "men": "women"}


def complete(pieces: Sequence[ItemFacts]) -> bool:
    """Every piece that needs a companion has one: a tie its shirt, a belt its trousers."""
    needy = [p.kind for p in pieces if p.kind in ONLY_WITH]
    if not needy:
        return True
    kinds = {p.kind for p in pieces}
    return all(kinds & ONLY_WITH[kind] for kind in needy)


def together(a: ItemFacts, b: ItemFacts) -> float:
    """How well two pieces' colours and patterns go together, 0 to 1."""
    if (a.slot in ADORNMENT and a.colour in METALS) or (b.slot in ADORNMENT and b.colour in METALS):
        return 1.0
    value = harmony(a.colour, b.colour)
    busy = a.pattern not in ("", "solid") and b.pattern not in ("", "solid")
    return value * 0.6 if busy else value


def loud(pieces: Sequence[ItemFacts]) -> bool:
    """More hues beside the neutrals than one look bears."""
    return _hues(tuple(shown_colours(pieces))) > MOST_ACCENTS


@lru_cache(maxsize=16_384)
def _hues(colours: tuple[str, ...]) -> int:
    return len(accents(colours))


def sameness(pieces: Sequence[ItemFacts]) -> int:
    """Pieces past `MOST_ALIKE` in one colour, metal on jewellery and watches not counted."""
    families = [p.colour_family or p.colour for p in pieces if p.slot not in ADORNMENT and p.colour]
    return max(0, max(map(families.count, families), default=0) - MOST_ALIKE)


def shown_colours(pieces: Sequence[ItemFacts]) -> list[str]:
    """Colours that make up a look's impression; metal on jewellery and watches does not."""
    return [p.colour for p in pieces if p.colour and not (p.slot in ADORNMENT and p.colour in METALS)]


def weight(slot: str) -> int:
    """How many pieces a slot counts for."""
    return 2 if slot == TWO else 1
