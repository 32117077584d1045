"""One tip for a look: how to wear what is in it, what its shop says of fit and sizes. Tables in tips.yaml. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import combinations

import yaml

from app.catalog.facts import ItemFacts
from app.catalog.narrowing.sizing import Usual
from app.recommendations.advice_lines import SMALL, Line, Subject, lightness
from app.recommendations.fit_notes import FitNote, better_size, fit_note, quotable
from app.recommendations.naming import garment, is_sure, noun, number
from app.recommendations.palette import MULTI
from app.recommendations.wording import Param, colour_name, facet_name, join, stated

LIGHT, DARK = 0.8, 0.45
"""OKLCh lightness from which a colour is called light, and up to which dark."""

USUAL = frozenset({"black", "white", "grey"})
"""Colours that come twice by chance."""


@dataclass(frozen=True, slots=True)
class Tip:
    """When a tip applies; see tips.yaml."""

    message: str
    first: frozenset[str]
    second: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    occasions: frozenset[str] = frozenset()
    seasons: frozenset[str] = frozenset()

    def line(self, subject: Subject, sure: Sequence[ItemFacts], locale: str) -> Line | None:
        """The tip for this look, `sure` being its pieces whose kind may be named; None where it does not apply."""
        brief = subject.look.brief
        if self.occasions and brief.occasion not in self.occasions:
            return None
        if self.seasons and brief.season not in self.seasons:
            return None
        if any(piece.kind in self.without for piece in subject.worn):
            return None
        first = next((p for p in sure if p.kind in self.first), None)
        second = next((p for p in sure if p.kind in self.second), None)
        if first is None or (self.second and second is None):
            return None
        return Line(self.message, {"first": noun(first, locale), "second": noun(second, locale) if second else ""})


def needed(subject: Subject, locale: str) -> list[Line]:
    """What a shopper must hear before buying: fit by the shop's own word, sizes they asked for or usually take. May be
    empty.
    """
    notes = [line for piece in subject.bought if (line := _fit(piece, subject.usual, locale)) is not None]
    return notes or _sizes(subject, locale) or _usual_sizes(subject, locale)


def tips(subject: Subject, locale: str) -> list[Line]:
    """Every tip that is true of the look; never empty."""
    sure = [p for p in subject.worn if is_sure(p)]
    found = [line for tip in _table() if (line := tip.line(subject, sure, locale)) is not None]
    found += _echoes(subject.worn, locale)
    found += [*_pattern(subject.worn, locale), *_balance(subject.worn, locale)]
    return found or [Line("tip-any", {})]


def _fit(piece: ItemFacts, usual: Usual, locale: str) -> Line | None:
    note = fit_note(piece)
    if note is None:
        return None
    params: dict[str, Param] = {"piece": garment(piece, locale, article=False), "number": number(piece, locale)}
    mine = usual.fitting(piece.slot, piece.sizes)
    if better := better_size(note, mine, piece):
        return Line(f"fit-{note.verdict}-usual", {**params, "usual": mine, "size": better})
    if note.verdict:
        return Line(f"fit-{note.verdict}", params)
    return Line("fit-says", {**params, "advice": _ended(note, locale)}) if quotable(note, locale) else None


def _ended(note: FitNote, locale: str) -> str:
    """The shop's words as a sentence."""
    ended = note.text[-1:] in ".!?。！？"
    return note.text if ended else note.text + ("。" if locale == "zh" else ".")


def _sizes(subject: Subject, locale: str) -> list[Line]:
    """Each asked size with the pieces that are in stock in it."""
    lines = []
    for size in sorted(subject.sizes):
        having = [p for p in subject.bought if any(s.casefold() == size for s in p.sizes)]
        if having:
            shown = next(s for s in having[0].sizes if s.casefold() == size)
            names = join([noun(p, locale) for p in having], locale)
            lines.append(Line("size-in-stock", {"size": shown, "pieces": names}))
    return lines


def _usual_sizes(subject: Subject, locale: str) -> list[Line]:
    """Each usual size with the pieces that are in stock in it."""
    having: dict[str, list[ItemFacts]] = {}
    for piece in subject.bought:
        if mine := subject.usual.fitting(piece.slot, piece.sizes):
            having.setdefault(mine, []).append(piece)
    names = {size: join([noun(p, locale) for p in pieces], locale) for size, pieces in having.items()}
    return [Line("size-usual", {"size": size, "pieces": pieces}) for size, pieces in names.items()]


def _echoes(worn: Sequence[ItemFacts], locale: str) -> Iterator[Line]:
    """Two pieces of one stated colour, the smaller one second."""
    for a, b in combinations(worn, 2):
        colour = stated(a, "colour")
        if not colour or colour in USUAL or colour == MULTI or colour != stated(b, "colour"):
            continue
        if (a.slot in SMALL) != (b.slot in SMALL):
            first, second = (b, a) if a.slot in SMALL else (a, b)
            shown = {"first": noun(first, locale), "second": noun(second, locale), "number": number(second, locale)}
            yield Line("tip-echo", {**shown, "colour": colour_name(colour, locale)})
            return


def _pattern(worn: Sequence[ItemFacts], locale: str) -> Iterator[Line]:
    """One piece with a pattern by its shop's word, and no other with one, stated or inferred."""
    patterned = [p for p in worn if p.pattern not in ("", "solid")]
    if len(patterned) == 1 and stated(patterned[0], "pattern"):
        piece = patterned[0]
        shown = {"pattern": facet_name("pattern", piece.pattern, locale), "piece": noun(piece, locale)}
        yield Line("tip-pattern", shown)


def _balance(worn: Sequence[ItemFacts], locale: str) -> Iterator[Line]:
    """Light above dark, or the other way round, by stated colours."""
    top = next((p for p in worn if p.slot == "top" and _known(p)), None)
    bottom = next((p for p in worn if p.slot == "bottom" and _known(p)), None)
    if top is None or bottom is None:
        return
    shown = {"first": noun(top, locale), "second": noun(bottom, locale), "number": number(bottom, locale)}
    above, below = lightness(top.colour), lightness(bottom.colour)
    if above >= LIGHT and below <= DARK:
        yield Line("tip-light-above", shown)
    elif above <= DARK and below >= LIGHT:
        yield Line("tip-dark-above", shown)


def _known(piece: ItemFacts) -> bool:
    return stated(piece, "colour") not in ("", MULTI)


@cache
def _table() -> tuple[Tip, ...]:
    text = resources.files(__package__).joinpath("tips.yaml").read_text("utf-8")
    entries: Mapping[str, Mapping[str, list[str]]] = yaml.safe_load(text)
    return tuple(Tip(f"tip-{name}", **{k: frozenset(v) for k, v in entry.items()}) for name, entry in entries.items())
