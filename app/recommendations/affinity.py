"""How occasions, seasons and degrees of formality get along: small tables, shared by ranking and outfits."""

from collections.abc import Mapping

MISSING = 0.5
"""A field the feed left out is neutral."""

USAGES: Mapping[frozenset[str], float] = {
    frozenset(pair): value
    for pair, value in {
        ("casual", "smart_casual"): 0.8,
        ("casual", "travel"): 0.9,
        ("casual", "home"): 0.4,
        ("casual", "sports"): 0.45,
        ("casual", "party"): 0.35,
        ("casual", "formal"): 0.3,
        ("casual", "ethnic"): 0.4,
        ("smart_casual", "formal"): 0.75,
        ("smart_casual", "party"): 0.7,
        ("smart_casual", "travel"): 0.7,
        ("formal", "party"): 0.6,
        ("party", "ethnic"): 0.5,
        ("sports", "travel"): 0.5,
        ("sports", "home"): 0.3,
        ("formal", "ethnic"): 0.3,
        ("smart_casual", "ethnic"): 0.4,
        ("ethnic", "travel"): 0.3,
        ("travel", "home"): 0.3,
    }.items()
}
"""What is not listed does not go together at all."""

FORMALITY: Mapping[str, float] = {
    "sports": 0.0,
    "home": 0.0,
    "travel": 1.0,
    "casual": 1.0,
    "smart_casual": 2.0,
    "ethnic": 2.0,
    "party": 2.5,
    "formal": 2.5,
}
"""How formal an occasion is, on the taxonomy's scale from 0 (sport, home) to 3 (formal)."""

YEAR = ("winter", "spring", "summer", "autumn")
NEXT_DOOR, ACROSS = 0.7, 0.25

COLD = frozenset({"autumn", "winter"})
WARM = frozenset({"spring", "summer"})

COLD_KINDS = frozenset({"coat", "sweater", "gloves", "boots", "cardigan", "sweatshirt"})
WARM_KINDS = frozenset({"shorts", "sandals", "sports_sandals", "flip_flops", "tank_top", "swimwear", "romper"})


def usage_affinity(a: str, b: str) -> float:
    """How well what was made for `a` serves `b`, 0 to 1."""
    if not a or not b:
        return MISSING
    return 1.0 if a == b else USAGES.get(frozenset((a, b)), 0.0)


OPPOSITES: Mapping[str, str] = {season: YEAR[i - len(YEAR) // 2] for i, season in enumerate(YEAR)}


def season_affinity(a: str, b: str) -> float:
    """1 for the same season, less for the next one, least for the opposite."""
    if a not in OPPOSITES or b not in OPPOSITES:
        return MISSING
    return 1.0 if a == b else ACROSS if OPPOSITES[a] == b else NEXT_DOOR


def opposite(a: str, b: str) -> bool:
    """Half a year apart. A season nobody stated is opposite to none."""
    return OPPOSITES.get(a) == b


def season_of(kind: str, stated: str) -> str:
    """The season a garment is for: what its kind says before what the feed says; empty when neither does."""
    if kind in COLD_KINDS:
        return stated if stated in COLD else "winter"
    if kind in WARM_KINDS:
        return stated if stated in WARM else "summer"
    return stated


def out_of_season(kind: str, season: str) -> bool:
    """Nobody wears this kind in that season: sandals in winter, gloves in summer."""
    return (kind in WARM_KINDS and season in COLD) or (kind in COLD_KINDS and season == "summer")


def formality_fit(formality: float, wanted: float) -> float:
    """1 when equal, 0 from two steps apart."""
    return max(0.0, 1.0 - abs(formality - wanted) / 2.0)


def occasion_fit(usage: str, formality: float, occasion: str) -> float:
    """How well an item serves an occasion: made for it is 1, else what usage and formality together suggest."""
    if usage == occasion:
        return 1.0
    fit = formality_fit(formality, FORMALITY.get(occasion, 1.0))
    return min(0.9, 0.5 * usage_affinity(usage, occasion) + 0.5 * fit)
