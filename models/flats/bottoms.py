"""Jeans, trousers, shorts, skirts, track pants and leggings."""

from collections.abc import Callable
from dataclasses import dataclass

from models.flats.dresses import skirt_folds
from models.flats.paint import Canvas, Fold
from models.flats.paths import MIDDLE as X
from models.flats.paths import box, flip, sym
from models.flats.tops import bow

_THREAD = "#d29a52"


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


def _leg(s: Legs) -> str:
    mid = s.crotch + (s.bottom - s.crotch) * 0.45
    inner = s.knee - (s.hem_out - s.hem_in) * 1.02 if s.bottom > 300 else s.hem_in - 2  # noqa: PLR2004
    return (
        f"M{X - 0.5} {s.top + 8}L{X + s.waist} {s.top + 6}C{X + s.waist + 6} {s.top + 34} {X + s.hip} {s.crotch - 34} {X + s.hip} {s.crotch}"
        f"C{X + s.hip} {s.crotch + 34} {X + s.knee} {mid - 30} {X + s.knee} {mid}L{X + s.hem_out} {s.bottom}"
        f"Q{X + (s.hem_out + s.hem_in) / 2} {s.bottom + 6} {X + s.hem_in} {s.bottom + 2}"
        f"L{X + max(4, inner)} {mid}C{X + max(3, inner - 2)} {mid - 40} {X + 3} {s.crotch + 16} {X - 0.5} {s.crotch}Z"
    )


def _legs(c: Canvas, s: Legs, *, cloth: str = "", crease: bool = False) -> None:
    c.piece(sym(f"M{X} {s.top + 2}L{X + s.waist - 3} {s.top}L{X + s.waist - 4} {s.top + 16}L{X} {s.top + 20}"), fill=c.ink.inside, volume=0.5)
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


def _waistband(c: Canvas, s: Legs, *, cloth: str = "", loops: bool = True) -> None:
    c.piece(
        sym(f"M{X} {s.top + 6}Q{X + s.waist * 0.6} {s.top + 6} {X + s.waist - 1} {s.top}L{X + s.waist + 1} {s.top + 13}Q{X + s.waist * 0.6} {s.top + 19} {X} {s.top + 19}"),
        cloth=cloth, volume=0.5,
    )  # fmt: skip
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
        c.shape(f"M{X + side * 26} {s.crotch}Q{X + side * 46} {s.crotch + 50} {X + side * (middle + 8)} {s.crotch + 110}"
                f"Q{X + side * (middle - 14)} {s.crotch + 60} {X + side * 26} {s.crotch}Z", fade, alpha=0.32, blur=True)  # fmt: skip
    _denim_details(c, s)


def _denim_details(c: Canvas, s: Legs) -> None:
    _waistband(c, s, cloth="twill")
    band = f"M{X} {s.top + 17}Q{X + s.waist * 0.6} {s.top + 17} {X + s.waist} {s.top + 11}"
    c.stitch(band + flip(band), ink=_THREAD)
    _fly(c, s, _THREAD)
    pocket = f"M{X + 17} {s.top + 19}Q{X + 22} {s.top + 42} {X + s.waist + 7} {s.top + 42}"
    inner = f"M{X + 15} {s.top + 19}Q{X + 20} {s.top + 45} {X + s.waist + 7} {s.top + 45}"
    seam = f"M{X + s.hip - 3} {s.crotch}L{X + s.hem_out - 3} {s.bottom - 6}"
    hem = f"M{X + s.hem_in + 1} {s.bottom - 7}L{X + s.hem_out - 1} {s.bottom - 8}"
    c.seam(pocket + flip(pocket), 1.2)
    for d in (inner, seam, hem):
        c.stitch(d + flip(d), ink=_THREAD)
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
    _waistband(c, s)
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
        "chino": Legs(top=110, crotch=196, bottom=276, hem_in=10, hem_out=74, knee=70, hip=67, waist=50),
        "denim": Legs(top=118, crotch=200, bottom=246, hem_in=8, hem_out=74, knee=70, hip=65, waist=48),
        "sport": Legs(top=116, crotch=200, bottom=262, hem_in=8, hem_out=80, knee=74, hip=66, waist=47),
    }[style]
    _legs(c, s, cloth="twill" if style == "denim" else ("mesh" if style == "sport" else ""))
    if style == "denim":
        _denim_details(c, s)
    elif style == "chino":
        _waistband(c, s)
        _fly(c, s)
        _slant(c, s)
        c.button(X, s.top + 12, 2.8)
        hem = f"M{X + s.hem_in + 1} {s.bottom - 9}L{X + s.hem_out - 1} {s.bottom - 10}"
        c.stitch(hem + flip(hem))
    else:
        _sporty(c, s)


def _sporty(c: Canvas, s: Legs) -> None:
    """An elastic waist with a drawstring and a stripe down each side."""
    stripe = f"M{X + s.hip - 5} {s.crotch - 6}C{X + s.hip - 4} {s.crotch + 40} {X + s.hem_out - 6} {s.bottom - 60} {X + s.hem_out - 5} {s.bottom - 4}"
    tone = "#f4f4f4" if c.ink.dark or c.flat.colour not in ("white", "off_white", "cream") else "#2a2a30"
    c.seam(stripe + flip(stripe), 4.5, ink=tone, alpha=0.95)
    _waistband(c, s, cloth="rib", loops=False)
    c.seam(f"M{X} {s.top + 19}L{X} {s.crotch}", 1)
    for d in (f"M{X - 4} {s.top + 14}Q{X - 12} {s.top + 34} {X - 8} {s.top + 50}", f"M{X + 4} {s.top + 14}Q{X + 12} {s.top + 32} {X + 10} {s.top + 46}"):
        c.seam(d, 3.2, alpha=1)
        c.seam(d, 2, ink=tone, alpha=1)
    slit = f"M{X + s.waist + 1} {s.top + 32}L{X + s.waist + 9} {s.top + 62}"
    c.seam(slit + flip(slit), 1.3)


def _track_pants(c: Canvas) -> None:
    s = Legs(hem_in=17, hem_out=42, knee=57, hip=61, bottom=362)
    _legs(c, s)
    _sporty(c, s)
    cuff = f"M{X + s.hem_in} {s.bottom}L{X + s.hem_out} {s.bottom - 2}L{X + s.hem_out - 3} {s.bottom + 17}L{X + s.hem_in + 2} {s.bottom + 18}Z"
    for d in (cuff, flip(cuff)):
        c.piece(d, fill=c.ink.deep, cloth="rib")


def _leggings(c: Canvas) -> None:
    s = Legs(waist=43, hip=54, knee=40, hem_in=10, hem_out=31, crotch=132)
    _legs(c, s)
    c.piece(sym(f"M{X} {s.top - 4}Q{X + 26} {s.top - 4} {X + 42} {s.top - 10}L{X + 46} {s.top + 22}Q{X + 26} {s.top + 30} {X} {s.top + 30}"), volume=0.6)
    c.seam(f"M{X} {s.top + 30}L{X} {s.crotch}", 1)
    line = f"M{X + 50} {s.crotch - 20}Q{X + 26} {s.crotch + 70} {X + 36} {s.crotch + 130}"
    c.stitch(line + flip(line))


_SKIRTS = {  # half width of the hem, its y, hip
    "mini": (80, 236, 60), "pencil": (54, 300, 62), "aline": (96, 296, 58), "pleated": (98, 312, 54), "maxi": (100, 380, 58),
    "denim": (72, 236, 60),
}  # fmt: skip


def _skirt(c: Canvas) -> None:
    style = c.flat.style
    half, hem, hip = _SKIRTS[style]
    top, waist = (90, 44) if hem < 340 else (60, 42)  # noqa: PLR2004
    cloth = "twill" if style == "denim" else ""
    c.piece(sym(f"M{X} {top + 2}L{X + waist - 3} {top - 2}L{X + waist - 4} {top + 16}L{X} {top + 20}"), fill=c.ink.inside, volume=0.5)
    bend = f"C{X + waist + 8} {top + 34} {X + hip} {top + 50} {X + hip + (half - hip) * 0.3} {top + 84}"
    c.piece(
        sym(f"M{X} {top + 8}L{X + waist} {top + 5}{bend}L{X + half} {hem - 4}C{X + half * 0.6} {hem + 8} {X + half * 0.3} {hem + 9} {X} {hem + 9}"),
        folds=skirt_folds(top, hem, half, {"pencil": 3, "denim": 3, "mini": 5, "pleated": 1}.get(style, 8)), cloth=cloth,
    )  # fmt: skip
    if style == "pleated":
        _pleats(c, top + 14, hem, waist, half)
    s = Legs(top=top, waist=waist, crotch=top + 90)
    _waistband(c, s, cloth=cloth, loops=style == "denim")
    edge = f"M{X} {hem + 2}C{X + half * 0.3} {hem + 2} {X + half * 0.6} {hem + 1} {X + half - 2} {hem - 10}"
    c.stitch(edge + flip(edge), ink=_THREAD if style == "denim" else None)
    if style == "denim":
        _denim_details(c, Legs(top=top, waist=waist, crotch=hem, bottom=-999, hip=waist, hem_out=waist))
    elif style == "pencil":
        c.seam(f"M{X} {hem - 44}L{X} {hem + 8}", 1.3)
        dart = f"M{X + 20} {top + 18}L{X + 22} {top + 52}"
        c.seam(dart + flip(dart), 0.9)
    elif style == "mini":
        for n in range(4):
            c.button(X, top + 32 + n * 30, 3.2)
        c.seam(f"M{X + 8} {top + 18}L{X + 8} {hem + 8}", 1)
    elif style == "aline":
        bow(c, X + 24, top + 14, 0.7)


def _pleats(c: Canvas, top: float, hem: float, waist: float, half: float) -> None:
    count = 15
    for n in range(1, count):
        at = n / count * 2 - 1
        x0, x1, x2 = X + at * waist, X + at * half, X + (at - 0.75 / count) * half
        low = hem + 8 - abs(at) ** 2.2 * 11
        c.shape(f"M{x0} {top}L{x1} {low}L{x2} {low}Z", "#ffffff" if c.ink.dark else c.ink.shadow, alpha=0.13 if c.ink.dark else 0.22)
        c.seam(f"M{x0} {top}L{x1} {low}", 0.9, alpha=0.7)


DRAW: dict[str, Callable[[Canvas], None]] = {
    "jeans": _jeans, "trousers": _trousers, "shorts": _shorts, "skirt": _skirt, "track_pants": _track_pants,
    "leggings": _leggings,
}  # fmt: skip
