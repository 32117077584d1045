"""Why a look: what goes with what, why its colours work, what it is for (F8). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.catalog.facts import ItemFacts
from app.recommendations.affinity import occasion_fit
from app.recommendations.outfit import Look
from app.recommendations.outfit_rules import shown_colours
from app.recommendations.palette import accents, is_neutral, relation
from app.recommendations.wording import colour_name, facet_name, garment, join, say, stated

SERVES = 0.7
"""Occasion fit from which a piece is said to suit an occasion."""


@dataclass(frozen=True, slots=True)
class Spending:
    """Sums as the shopper reads them; empty when there are none."""

    total: str = ""
    budget: str = ""


def advice(anchor: ItemFacts, look: Look, locale: str, *, given: bool, said_occasion: bool, money: Spending) -> str:
    """Two or three sentences on a look: what goes with what, why the colours work, what for."""
    pieces = join([garment(p, locale) for p in look.pieces], locale)
    name = garment(anchor, locale, article=not given)
    opening = say(locale, "goes-with" if given else "built-on", {"anchor": name, "pieces": pieces})
    third = _third(look, said_occasion, money, locale)
    sentences = [s for s in (opening, _colours((anchor, *look.pieces), locale), third) if s]
    return ("" if locale == "zh" else " ").join(sentences)


def _colours(pieces: Sequence[ItemFacts], locale: str) -> str:
    """Why the colours work; empty where none is known, or one only inferred: it would be a claim about that piece."""
    if any("colour" in piece.inferred for piece in pieces):
        return ""
    shown = list(dict.fromkeys(shown_colours(pieces)))
    strong = accents(shown)
    neutrals = [c for c in shown if is_neutral(c)]
    names = {c: colour_name(c, locale) for c in shown}
    match len(strong):
        case 0 if not shown:
            return ""
        case 0:
            some = join([names[c] for c in neutrals], locale)
            return say(locale, "colours-neutral", {"colours": some, "count": len(neutrals)})
        case 1:
            return say(locale, "colours-accent" if neutrals else "colours-single", {"accent": names[strong[0]]})
        case 2:
            first, second = strong
            how = {"complementary": "complementary", "analogous": "analogous"}.get(relation(first, second), "contrast")
            return say(locale, f"colours-{how}", {"first": names[first], "second": names[second]})
        case _:
            return say(locale, "colours-many", {"colours": join([names[c] for c in strong], locale)})


def _third(look: Look, said_occasion: bool, money: Spending, locale: str) -> str:
    occasion, season = look.brief.occasion, look.brief.season
    in_season = bool(season) and 2 * sum(stated(p, "season") == season for p in look.pieces) > len(look.pieces)
    season_word = facet_name("season", season, locale) if in_season else "none"
    suits = bool(occasion) and all(
        occasion_fit(stated(p, "usage"), p.formality, occasion) >= SERVES for p in look.pieces
    )
    if suits and (said_occasion or not money.budget):
        return say(locale, "suits", {"occasion": occasion, "season": season_word})
    if money.budget and money.total:
        return say(locale, "in-budget", {"total": money.total, "budget": money.budget})
    return say(locale, "for-the-season", {"season": season_word}) if season_word != "none" else ""
