"""Skirts, from mini to maxi."""

from collections.abc import Callable

from models.flats.bottoms import THREAD, Legs, denim_details, waistband
from models.flats.dresses import skirt_folds
from models.flats.paint import Canvas
from models.flats.paths import MIDDLE as X
from models.flats.paths import flip, sym
from models.flats.tops import bow

_FLOOR = 340.0
"""Skirts with a hem below this are floor-length and hang higher in the picture."""


_SKIRTS = {  # half width of the hem, its y, hip
    "mini": (80, 236, 60),
    "pencil": (54, 300, 62),
    "aline": (96, 296, 58),
    "pleated": (98, 312, 54),
    "maxi": (100, 380, 58),
    "denim": (72, 236, 60),
}


def _skirt(c: Canvas) -> None:
    style = c.flat.style
    half, hem, hip = _SKIRTS[style]
    top, waist = (90, 44) if hem < _FLOOR else (60, 42)
    cloth = "twill" if style == "denim" else ""
    c.piece(
        sym(f"M{X} {top + 2}L{X + waist - 3} {top - 2}L{X + waist - 4} {top + 16}L{X} {top + 20}"),
        fill=c.ink.inside,
        volume=0.5,
    )
    bend = f"C{X + waist + 8} {top + 34} {X + hip} {top + 50} {X + hip + (half - hip) * 0.3} {top + 84}"
    c.piece(
        sym(
            f"M{X} {top + 8}L{X + waist} {top + 5}{bend}L{X + half} {hem - 4}"
            f"C{X + half * 0.6} {hem + 8} {X + half * 0.3} {hem + 9} {X} {hem + 9}"
        ),
        folds=skirt_folds(top, hem, half, {"pencil": 3, "denim": 3, "mini": 5, "pleated": 1}.get(style, 8)),
        cloth=cloth,
    )
    if style == "pleated":
        _pleats(c, top + 14, hem, waist, half)
    s = Legs(top=top, waist=waist, crotch=top + 90)
    waistband(c, s, cloth=cloth, loops=style == "denim")
    edge = f"M{X} {hem + 2}C{X + half * 0.3} {hem + 2} {X + half * 0.6} {hem + 1} {X + half - 2} {hem - 10}"
    c.stitch(edge + flip(edge), ink=THREAD if style == "denim" else None)
    if style == "denim":
        denim_details(c, Legs(top=top, waist=waist, crotch=hem), legs=False)
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
        c.shape(
            f"M{x0} {top}L{x1} {low}L{x2} {low}Z",
            "#ffffff" if c.ink.dark else c.ink.shadow,
            alpha=0.13 if c.ink.dark else 0.22,
        )
        c.seam(f"M{x0} {top}L{x1} {low}", 0.9, alpha=0.7)


DRAW: dict[str, Callable[[Canvas], None]] = {"skirt": _skirt}
