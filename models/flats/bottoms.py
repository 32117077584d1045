"""Jeans, trousers, shorts, skirts, track pants and leggings."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from models.flats.paint import Canvas, Fold
from models.flats.paths import MIDDLE as X
from models.flats.paths import box, flip, sym

THREAD = "#d29a52"
_LONG = 300.0
"""Hems below this belong to long legs, above it to shorts."""


@dataclass(frozen=True, slots=True)
class Legs:
    """Half widths and heights of trousers, and where each leg's hem begins and ends right of the middle."""

    waist: float = 46.0
    hip: float = 61.0
    hem_in: float = 12.0
    hem_out: float = 56.0
    bottom: float = 380.0
    crotch: float = 138.0
    knee: float = 58.0
    top: float = 44.0


def _outer(s: Legs) -> str:
    """The outer edge from the hip down: shorts fall straight, long legs follow the knee."""
    if s.bottom < _LONG:
        return f"C{X + s.hip + 1} {s.crotch + 20} {X + s.hem_out - 3} {s.bottom - 40} {X + s.hem_out} {s.bottom}"
    mid = s.crotch + (s.bottom - s.crotch) * 0.45
    return f"C{X + s.hip} {s.crotch + 34} {X + s.knee} {mid - 30} {X + s.knee} {mid}L{X + s.hem_out} {s.bottom}"


def _inner(s: Legs) -> str:
    """The inseam from the hem up to the crotch."""
    mid = s.crotch + (s.bottom - s.crotch) * 0.45
    knee = max(4.0, s.knee - (s.hem_out - s.hem_in) * 1.02) if s.bottom > _LONG else s.hem_in - 2
    return (
        f"L{X + knee} {mid}"
        f"C{X + max(3, knee - 2)} {max(mid - 40, s.crotch + 14)} {X + 3} {s.crotch + 10} {X - 0.5} {s.crotch}"
    )


def _leg(s: Legs) -> str:
    return (
        f"M{X - 0.5} {s.top + 8}L{X + s.waist} {s.top + 6}"
        f"C{X + s.waist + 6} {s.top + 34} {X + s.hip} {s.crotch - 34} {X + s.hip} {s.crotch}{_outer(s)}"
        f"Q{X + (s.hem_out + s.hem_in) / 2} {s.bottom + 6} {X + s.hem_in} {s.bottom + 2}{_inner(s)}Z"
    )


def _legs(c: Canvas, s: Legs, *, cloth: str = "", crease: bool = False) -> None:
    c.piece(
        sym(f"M{X} {s.top + 2}L{X + s.waist - 3} {s.top}L{X + s.waist - 4} {s.top + 16}L{X} {s.top + 20}"),
        fill=c.ink.inside,
        volume=0.5,
    )
    middle = (s.hem_out + s.hem_in) / 2
    folds: list[Fold] = [
        (f"M{X + 3} {s.crotch - 2}Q{X + 26} {s.crotch - 6} {X + s.hip - 8} {s.crotch - 24}", 6, -0.7),
        (f"M{X + 4} {s.crotch + 4}Q{X + 24} {s.crotch + 14} {X + s.hip - 14} {s.crotch + 8}", 6, -0.45),
        (f"M{X + s.hip * 0.58} {s.crotch - 30}L{X + middle} {s.bottom - 12}", 13, 0.9),
        (f"M{X + s.hip - 4} {s.crotch}L{X + s.hem_out - 2} {s.bottom}", 8, -0.5),
    ]
    for side in (flip, str):
        c.piece(side(_leg(s)), cloth=cloth, folds=[(side(d), w, k) for d, w, k in folds])
    if crease:
        line = f"M{X + s.hip * 0.55} {s.top + 46}L{X + middle} {s.bottom}"
        c.seam(line + flip(line), 0.9, alpha=0.55)


def waistband(c: Canvas, s: Legs, *, cloth: str = "", loops: bool = True) -> None:
    c.piece(
        sym(
            f"M{X} {s.top + 6}Q{X + s.waist * 0.6} {s.top + 6} {X + s.waist - 1} {s.top}"
            f"L{X + s.waist + 1} {s.top + 13}Q{X + s.waist * 0.6} {s.top + 19} {X} {s.top + 19}"
        ),
        cloth=cloth,
        volume=0.5,
    )
    if loops:
        loop = box(X + s.waist * 0.58, s.top, 4.5, 18, 1)
        for d in (loop, flip(loop)):
            c.piece(d, volume=0.3, edge=0.9)


def _fly(c: Canvas, s: Legs, ink: str | None = None) -> None:
    c.seam(f"M{X} {s.top + 19}L{X} {s.crotch}", 1.1)
    c.stitch(f"M{X + 11} {s.top + 19}L{X + 11} {s.crotch - 40}Q{X + 10} {s.crotch - 28} {X} {s.crotch - 24}", ink=ink)


def _slant(c: Canvas, s: Legs) -> None:
    d = f"M{X + s.waist - 12} {s.top + 18}L{X + s.waist + 7} {s.top + 58}"
    c.seam(d + flip(d), 1.2)
    c.stitch(f"M{X + s.waist - 15} {s.top + 18}L{X + s.waist + 4} {s.top + 58}")


_JEANS = {
    "skinny": Legs(hem_in=13, hem_out=42, knee=50, hip=59),
    "straight": Legs(),
    "wide": Legs(hem_in=12, hem_out=82, knee=70, hip=62, bottom=376),
    "flared": Legs(hem_in=8, hem_out=70, knee=50, hip=59),
}


def _jeans(c: Canvas) -> None:
    s = _JEANS[c.flat.style]
    _legs(c, s, cloth="twill")
    fade = c.ink.pale
    middle = (s.hem_in + s.hem_out) / 2
    for side in (1, -1):
        c.shape(
            f"M{X + side * 26} {s.crotch}"
            f"Q{X + side * 46} {s.crotch + 50} {X + side * (middle + 8)} {s.crotch + 110}"
            f"Q{X + side * (middle - 14)} {s.crotch + 60} {X + side * 26} {s.crotch}Z",
            fade,
            alpha=0.32,
            blur=True,
        )
    denim_details(c, s)


def denim_details(c: Canvas, s: Legs, *, legs: bool = True) -> None:
    waistband(c, s, cloth="twill")
    band = f"M{X} {s.top + 17}Q{X + s.waist * 0.6} {s.top + 17} {X + s.waist} {s.top + 11}"
    c.stitch(band + flip(band), ink=THREAD)
    _fly(c, s, THREAD)
    pocket = f"M{X + 17} {s.top + 19}Q{X + 22} {s.top + 42} {X + s.waist + 7} {s.top + 42}"
    inner = f"M{X + 15} {s.top + 19}Q{X + 20} {s.top + 45} {X + s.waist + 7} {s.top + 45}"
    seam = f"M{X + s.hip - 4} {s.crotch}{_outer(replace(s, hip=s.hip - 4, knee=s.knee - 4, hem_out=s.hem_out - 4))}"
    hem = f"M{X + s.hem_in + 1} {s.bottom - 7}L{X + s.hem_out - 1} {s.bottom - 8}"
    c.seam(pocket + flip(pocket), 1.2)
    for d in (inner, seam, hem) if legs else (inner,):
        c.stitch(d + flip(d), ink=THREAD)
    c.button(X, s.top + 12, 3.6, fill="#b9853f")
    for x in (X + 19, X - 19):
        c.button(x, s.top + 24, 1.4, fill="#b9853f")


_TROUSERS = {
    "chino": Legs(hem_in=13, hem_out=50, knee=56),
    "tailored": Legs(hem_in=12, hem_out=54, knee=58),
    "wide": Legs(hem_in=8, hem_out=84, knee=72, hip=62, waist=44),
    "cropped": Legs(hem_in=16, hem_out=50, knee=55, bottom=340),
}


def _trousers(c: Canvas) -> None:
    s = _TROUSERS[c.flat.style]
    _legs(c, s, crease=c.flat.style != "chino")
    waistband(c, s)
    _fly(c, s)
    _slant(c, s)
    c.button(X, s.top + 12, 2.8)
    if c.flat.style in ("wide", "tailored"):
        pleat = f"M{X + 24} {s.top + 18}L{X + 26} {s.top + 60}"
        c.seam(pleat + flip(pleat), 1)
    if c.flat.style == "chino":
        hem = f"M{X + s.hem_in + 1} {s.bottom - 8}L{X + s.hem_out - 1} {s.bottom - 9}"
        c.stitch(hem + flip(hem))


def _shorts(c: Canvas) -> None:
    style = c.flat.style
    s = {
        "chino": Legs(top=110, crotch=196, bottom=276, hem_in=9, hem_out=74, knee=71, hip=67, waist=50),
        "denim": Legs(top=118, crotch=200, bottom=246, hem_in=8, hem_out=74, knee=70, hip=65, waist=48),
        "sport": Legs(top=116, crotch=200, bottom=262, hem_in=8, hem_out=80, knee=74, hip=66, waist=47),
    }[style]
    _legs(c, s, cloth="twill" if style == "denim" else ("mesh" if style == "sport" else ""))
    if style == "denim":
        denim_details(c, s)
    elif style == "chino":
        waistband(c, s)
        _fly(c, s)
        _slant(c, s)
        c.button(X, s.top + 12, 2.8)
        hem = f"M{X + s.hem_in + 1} {s.bottom - 9}L{X + s.hem_out - 1} {s.bottom - 10}"
        c.stitch(hem + flip(hem))
    else:
        _sporty(c, s)


def _sporty(c: Canvas, s: Legs) -> None:
    """An elastic waist with a drawstring and a stripe down each side."""
    stripe = f"M{X + s.hip - 6} {s.crotch}{_outer(replace(s, hip=s.hip - 6, knee=s.knee - 6, hem_out=s.hem_out - 6))}"
    tone = "#f4f4f4" if c.ink.dark or c.flat.colour not in ("white", "off_white", "cream") else "#2a2a30"
    c.seam(stripe + flip(stripe), 4.5, ink=tone, alpha=0.95)
    waistband(c, s, cloth="rib", loops=False)
    c.seam(f"M{X} {s.top + 19}L{X} {s.crotch}", 1)
    for d in (
        f"M{X - 4} {s.top + 14}Q{X - 12} {s.top + 34} {X - 8} {s.top + 50}",
        f"M{X + 4} {s.top + 14}Q{X + 12} {s.top + 32} {X + 10} {s.top + 46}",
    ):
        c.seam(d, 3.2, alpha=1)
        c.seam(d, 2, ink=tone, alpha=1)
    slit = f"M{X + s.waist + 1} {s.top + 32}L{X + s.waist + 9} {s.top + 62}"
    c.seam(slit + flip(slit), 1.3)


def _track_pants(c: Canvas) -> None:
    s = Legs(hem_in=17, hem_out=42, knee=57, hip=61, bottom=362)
    _legs(c, s)
    _sporty(c, s)
    cuff = (
        f"M{X + s.hem_in} {s.bottom}L{X + s.hem_out} {s.bottom - 2}"
        f"L{X + s.hem_out - 3} {s.bottom + 17}L{X + s.hem_in + 2} {s.bottom + 18}Z"
    )
    for d in (cuff, flip(cuff)):
        c.piece(d, fill=c.ink.deep, cloth="rib")


def _leggings(c: Canvas) -> None:
    s = Legs(waist=43, hip=54, knee=40, hem_in=10, hem_out=31, crotch=132)
    _legs(c, s)
    c.piece(
        sym(
            f"M{X} {s.top - 4}Q{X + 26} {s.top - 4} {X + 42} {s.top - 10}L{X + 46} {s.top + 22}"
            f"Q{X + 26} {s.top + 30} {X} {s.top + 30}"
        ),
        volume=0.6,
    )
    c.seam(f"M{X} {s.top + 30}L{X} {s.crotch}", 1)
    line = f"M{X + 50} {s.crotch - 20}Q{X + 26} {s.crotch + 70} {X + 36} {s.crotch + 130}"
    c.stitch(line + flip(line))


DRAW: dict[str, Callable[[Canvas], None]] = {
    "jeans": _jeans,
    "trousers": _trousers,
    "shorts": _shorts,
    "track_pants": _track_pants,
    "leggings": _leggings,
}
