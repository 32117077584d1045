"""What may be said of a look, each line only where it is so: openings, what it is for, why its colours work. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from coloraide import Color

from app.catalog.facts import ItemFacts
from app.catalog.narrowing.sizing import NO_USUAL, Usual
from app.recommendations.affinity import occasion_fit
from app.recommendations.naming import garment, is_sure, noun, number
from app.recommendations.outfit import Look
from app.recommendations.outfit_rules import ADORNMENT
from app.recommendations.palette import METALS, MULTI, accents, is_neutral, relation
from app.recommendations.wording import Param, colour_name, facet_name, join, phrase, stated
from models.taxonomy import taxonomy

SERVES = 0.7
"""Occasion fit from which a piece is said to suit an occasion."""

STRONG = 0.12
"""OKLCh chroma from which a colour is called strong."""

EXTRAS = ADORNMENT | {"bag", "headwear", "scarf", "neckwear", "gloves", "small_leather", "hosiery"}
"""Slots that finish a look, named after those that make it."""

SMALL = ADORNMENT | {"small_leather"}
"""Slots too small for their colour to make a look's."""

DENIM = frozenset({"jeans", "jeggings"})
"""Blue of these goes with everything, as a neutral does."""

CORE_LEAST = 2
"""Garments that make a look, the anchor counted, before the others are called its finish."""

TWO_COLOURS = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence not yet said: a message of the locale files and what it needs."""

    message: str
    params: Mapping[str, Param]


@dataclass(frozen=True, slots=True)
class Spending:
    """Sums as the shopper reads them; empty when there are none."""

    total: str = ""
    budget: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A look as advice speaks of it.

    Attributes:
        given: the anchor is the shopper's own.
        said_occasion: the shopper named the occasion.
        sizes: every way to write those the shopper asked for, lower case.
        usual: those the shopper usually takes.
    """

    anchor: ItemFacts
    look: Look
    given: bool
    said_occasion: bool = False
    money: Spending = Spending()
    sizes: frozenset[str] = frozenset()
    usual: Usual = NO_USUAL

    @property
    def worn(self) -> tuple[ItemFacts, ...]:
        return (self.anchor, *self.look.pieces)

    @property
    def bought(self) -> tuple[ItemFacts, ...]:
        return self.look.pieces if self.given else self.worn

    @property
    def suits(self) -> bool:
        """Every piece serves the occasion, by what its shop says it is made for."""
        occasion = self.look.brief.occasion
        return bool(occasion) and all(
            occasion_fit(stated(p, "usage"), p.formality, occasion) >= SERVES for p in self.look.pieces
        )


def openings(subject: Subject, locale: str) -> tuple[list[Line], list[Line]]:
    """What goes with what: lines that name the occasion (none unless the look suits it), and lines that do not."""
    kind = "given" if subject.given else "built"
    anchor = subject.anchor
    params: dict[str, Param] = {
        "anchor": garment(anchor, locale, article=not subject.given),
        "number": number(anchor, locale),
        "pieces": _names(subject.look.pieces, locale),
    }
    plain = [Line(f"opens-{kind}", params)]
    core = [p for p in subject.look.pieces if p.slot not in EXTRAS]
    extras = [p for p in subject.look.pieces if p.slot in EXTRAS]
    if extras and len(core) >= CORE_LEAST - (not subject.given):
        both = {"core": _names(core, locale), "extras": _names(extras, locale)}
        plain.append(Line(f"opens-{kind}-finished", {**params, **both}))
    if not subject.suits:
        return [], plain
    named = {**params, **_occasion(subject, locale)}
    return [Line(f"opens-{kind}-for", named)], plain


def occasion(subject: Subject, locale: str) -> Line | None:
    """What the look is for; with the season, where most of it is made for that one."""
    if not subject.suits:
        return None
    return Line("occasion-suits", {**_occasion(subject, locale), "season": _season(subject, locale) or "none"})


def season(subject: Subject, locale: str) -> Line | None:
    name = _season(subject, locale)
    return Line("season-most", {"season": name}) if name else None


def budget(subject: Subject) -> Line | None:
    money = subject.money
    known = money.total and money.budget
    return Line("budget-within", {"total": money.total, "budget": money.budget}) if known else None


def colours(pieces: Sequence[ItemFacts], locale: str) -> Line | None:
    """Why the colours work; None where one is not known, or only inferred: it would be a claim about that piece."""
    if not all(stated(piece, "colour") for piece in pieces):
        return None
    visible = [p for p in pieces if not _plain(p)]
    large, small = [p for p in visible if p.slot not in SMALL], [p for p in visible if p.slot in SMALL]
    strong = accents([p.colour for p in large])
    beside = [p for p in small if not is_neutral(p.colour) and not _of_one(p.colour, strong)]
    neutrals = list(dict.fromkeys(p.colour for p in large if is_neutral(p.colour)))
    match len(strong), len(beside):
        case 0, 0 if neutrals:
            some = join([colour_name(c, locale) for c in neutrals], locale)
            return Line("colours-neutral", {"colours": some, "count": len(neutrals)})
        case 0, 1:
            return _touch(beside[0], locale)
        case 1, 0:
            return _one(strong[0], large, bool(neutrals), locale)
        case _:
            return _several(strong, bool(beside), locale)


@cache
def lightness(colour: str) -> float:
    """OKLCh lightness of a colour of the taxonomy, 0 to 1."""
    return float(_oklch(colour)["lightness"])


def _one(accent: str, large: Sequence[ItemFacts], neutrals: bool, locale: str) -> Line | None:
    name = colour_name(accent, locale)
    if accent == MULTI:
        piece = next(p for p in large if p.colour == MULTI)
        many = {"piece": noun(piece, locale), "number": number(piece, locale)}
        return Line("colours-multi", many) if neutrals else None
    if not neutrals:
        return Line("colours-single", {"accent": name}) if all(p.colour == accent for p in large) else None
    strong = float(_oklch(accent)["chroma"]) >= STRONG
    return Line("colours-accent" if strong else "colours-accent-soft", {"accent": name})


def _several(strong: Sequence[str], more: bool, locale: str) -> Line | None:
    """`more`: small things show further colours."""
    names = [colour_name(colour, locale) for colour in strong]
    if MULTI in strong or len(strong) <= 1 or (len(strong) == TWO_COLOURS and more):
        return None
    if len(strong) > TWO_COLOURS:
        return Line("colours-many", {"colours": join(names, locale)})
    how = {"complementary": "complementary", "analogous": "analogous"}.get(relation(*strong), "contrast")
    return Line(f"colours-{how}", {"first": names[0], "second": names[1]})


def _touch(piece: ItemFacts, locale: str) -> Line:
    params = {"piece": noun(piece, locale), "number": number(piece, locale)}
    return Line("colours-touch", {**params, "accent": colour_name(piece.colour, locale)})


def _plain(piece: ItemFacts) -> bool:
    """Whose colour nobody notices: metal on what is small, denim blue."""
    metal = piece.slot in ADORNMENT and piece.colour in METALS
    return metal or (is_sure(piece) and piece.kind in DENIM and piece.colour_family == "blue")


def _of_one(colour: str, strong: Sequence[str]) -> bool:
    return any(relation(colour, other) in ("same", "tonal") for other in strong)


def _occasion(subject: Subject, locale: str) -> dict[str, Param]:
    name = subject.look.brief.occasion
    return {"occasion": name, "phrase": phrase(locale, "occasion-phrase", {"occasion": name})}


def _season(subject: Subject, locale: str) -> str:
    """Its name, where more than half of the pieces are made for it by their shop's word; else empty."""
    name, pieces = subject.look.brief.season, subject.look.pieces
    most = bool(name) and 2 * sum(stated(p, "season") == name for p in pieces) > len(pieces)
    return facet_name("season", name, locale) if most else ""


def _names(pieces: Sequence[ItemFacts], locale: str) -> str:
    return join([garment(p, locale) for p in pieces], locale)


@cache
def _oklch(colour: str) -> Color:
    return Color("srgb", [channel / 255 for channel in taxonomy().colours[colour].rgb]).convert("oklch")
