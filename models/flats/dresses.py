"""Dresses and jumpsuits: a bodice on a skirt or on legs."""

from collections.abc import Callable
from dataclasses import replace

from models.flats import body, sleeves
from models.flats.body import Torso
from models.flats.paint import Canvas, Fold
from models.flats.paths import MIDDLE as X
from models.flats.paths import box, flip, sym
from models.flats.tops import bow, placket, straps

_LENGTH = {"mini": 268.0, "knee": 312.0, "midi": 352.0, "maxi": 412.0}
"""Hem of a dress with its shoulders at 62, by name."""

_HEM = {
    "aline": 0.36,
    "fitflare": 0.44,
    "sheath": 0.0,
    "wrap": 0.3,
    "slip": 0.12,
    "shirt": 0.24,
    "ball": 0.4,
    "tiered": 0.3,
}
"""How far a skirt widens on each side, as a share of its length."""


def _bodice(style: str) -> Torso:
    waist = {"sheath": 48.0, "slip": 47.0, "shirt": 47.0}.get(style, 42.0)
    return Torso(
        top=62, shoulder=54, drop=17, chest=54, pit=118, waist=waist, waist_y=172, hem=waist, bottom=178, dip=2, neck=24
    )


def skirt_folds(top: float, bottom: float, half: float, count: int) -> list[Fold]:
    """Creases that fan out from a waist to a hem."""
    folds: list[Fold] = []
    for n in range(count):
        at = (n + 0.5) / count * 2 - 1
        x0, x1 = X + at * half * 0.42, X + at * half
        folds.append(
            (
                f"M{x0} {top + 14}Q{(x0 + x1) / 2 - at * 4} {(top + bottom) / 2} {x1} {bottom}",
                9,
                -0.75 if n % 2 else 0.7,
            )
        )
    return folds


def _side(style: str, waist: float, half: float, y: float, hem: float) -> str:
    """The right edge of a skirt from its waist to its hem: close-fitting ones follow the hip, others fall from it."""
    span = hem - y
    if style == "sheath":
        return f"C{X + waist + 12} {y + 24} {X + waist + 14} {y + 44} {X + waist + 13} {y + 62}L{X + half} {hem - 4}"
    if style == "slip":
        return (
            f"C{X + waist + 12} {y + 22} {X + waist + 14} {y + 40} {X + half - 8} {y + span * 0.5}L{X + half} {hem - 4}"
        )
    bell = 0.55 if style in ("fitflare", "ball", "tiered") else 0.38
    upper, lower = X + waist + (half - waist) * bell, X + waist + (half - waist) * 0.72
    return f"C{upper} {y + span * 0.16} {lower} {y + span * 0.5} {X + half} {hem - 4}"


def _skirt(c: Canvas, t: Torso, style: str, hem: float) -> None:
    y, w = t.bottom - 4, t.waist
    span = hem - y
    half = w + 12 + span * _HEM[style] if style != "sheath" else w + 3
    c.piece(
        sym(
            f"M{X} {y}L{X + w} {y}{_side(style, w, half, y, hem)}"
            f"C{X + half * 0.6} {hem + 7} {X + half * 0.3} {hem + 8} {X} {hem + 8}"
        ),
        folds=skirt_folds(y, hem, half, {"fitflare": 9, "ball": 11, "tiered": 10, "aline": 7}.get(style, 4)),
    )
    edge = f"M{X} {hem + 2}C{X + half * 0.3} {hem + 2} {X + half * 0.6} {hem + 1} {X + half - 2} {hem - 9}"
    c.stitch(edge + flip(edge))
    if style == "tiered":
        for share in (0.36, 0.68):
            at, wide = y + span * share, w + (half - w) * {0.36: 0.5, 0.68: 0.74}[share] - 1
            tier = f"M{X - wide} {at - 3}Q{X} {at + 9} {X + wide} {at - 3}"
            c.seam(tier, 5, ink=c.ink.shadow, alpha=0.2)
            c.seam(tier, 1.2)


def _dress(c: Canvas) -> None:
    style = c.flat.style
    hem = _LENGTH[c.flat.length]
    t = _bodice(style)
    strappy = c.flat.sleeve == "strap"
    sleeves.arms(c, t, c.flat.sleeve, band=10 if c.flat.sleeve in ("long", "bishop") else 0)
    _skirt(c, t, style, hem)
    if strappy:
        _strap_bodice(c, t)
    else:
        _sewn_bodice(c, t)
    if style in ("aline", "fitflare", "ball", "tiered"):
        band = f"M{X - t.waist} {t.bottom - 3}Q{X} {t.bottom + 3} {X + t.waist} {t.bottom - 3}"
        c.seam(band, 1.3)
        c.stitch(band.replace(f"{t.bottom - 3}", f"{t.bottom - 7}"))
    if style in ("shirt", "wrap"):
        _belted(c, t, hem)


def _sewn_bodice(c: Canvas, t: Torso) -> None:
    neck = {"wrap": "wrap", "shirt": "collar"}.get(c.flat.style, c.flat.neck)
    if c.flat.sleeve == "none":
        t = replace(t, shoulder=41, drop=11)
    if neck != "collar":
        body.inside(c, t, neck)
    right = (f"M{X + t.waist - 4} {t.bottom - 8}Q{X + 26} {t.pit + 34} {X + 24} {t.pit + 8}", 6, -0.5)
    c.piece(
        body.front(t, neck),
        folds=[right, (flip(right[0]), 6, -0.5), (f"M{X - 20} {t.pit - 12}L{X - 18} {t.bottom - 14}", 12, 0.6)],
    )
    dart = f"M{X + 22} {t.pit + 16}L{X + 19} {t.bottom - 4}"
    c.seam(dart + flip(dart), 0.8, alpha=0.55)
    if neck == "collar":
        body.shirt_collar(c, t, size=0.9)
    else:
        edge = body.neckline(t, neck)
        c.seam(edge + flip(edge), 1.5)


def _strap_bodice(c: Canvas, t: Torso) -> None:
    y = t.pit
    c.piece(
        sym(f"M{X} {y - 16}Q{X + 30} {y - 16} {X + 45} {y}L{X + 30} {y + 20}L{X} {y + 20}"),
        fill=c.ink.inside,
        volume=0.5,
    )
    straps(c, (X + 32, y - 24), (X + 28, t.top))
    half = (
        f"M{X} {y - 3}C{X + 10} {y - 5} {X + 22} {y - 20} {X + 32} {y - 26}"
        f"C{X + 38} {y - 12} {X + 42} {y - 4} {X + 51} {y + 2}"
    )
    c.piece(
        sym(
            f"{half}C{X + 50} {y + 20} {X + t.waist} {y + 34} {X + t.waist} {t.bottom - 2}"
            f"Q{X + 20} {t.bottom + 2} {X} {t.bottom + 2}"
        ),
        folds=[(f"M{X - 22} {y}L{X - 16} {t.bottom - 6}", 11, 0.7)],
    )
    c.stitch(half + flip(half))


def _belted(c: Canvas, t: Torso, hem: float) -> None:
    y = t.bottom - 8
    if c.flat.style == "shirt":
        placket(c, t.top + 20, hem + 6, buttons=10, width=10)
        c.piece(box(X - t.waist - 1, y, t.waist * 2 + 2, 11, 2), volume=0.5)
        c.metal(f"{box(X - 9, y - 2, 18, 15, 2)}{box(X - 5.5, y + 1.5, 11, 8, 1)}", gold=True)
        return
    c.seam(f"M{X + 26} {t.top}C{X + 16} {t.top + 60} {X - 10} {y - 26} {X - t.waist + 4} {y}", 1.5)
    c.seam(f"M{X - t.waist + 8} {y + 8}C{X - 22} {y + 70} {X - 8} {hem - 60} {X - 2} {hem + 8}", 1.6)
    c.piece(box(X - t.waist - 1, y, t.waist * 2 + 2, 10, 2), volume=0.5)
    bow(c, X - t.waist + 12, y + 6, 0.85)


def _jumpsuit(c: Canvas) -> None:
    wide = c.flat.style == "wide"
    t = replace(_bodice("aline"), waist=45, hem=45)
    sleeves.arms(c, t, c.flat.sleeve, band=10 if c.flat.sleeve == "long" else 0)
    y, out, end = t.bottom - 4, (92.0 if wide else 60.0), (44.0 if wide else 34.0)
    leg = (
        f"M{X - 1} {y}L{X + 45} {y}"
        f"C{X + 62} {y + 30} {X + 62} {y + 60} {X + (66 if wide else 60)} {y + 100}L{X + out} 400"
        f"Q{X + out - 30} 407 {X + out - end} 403"
        f"C{X + 16} {y + 150} {X + 6} {y + 110} {X - 1} {y + 76}Z"
    )
    crease: Fold = (f"M{X + 32} {y + 30}L{X + out - end / 2} 396", 8, 0.7)
    dark: Fold = (f"M{X + 4} {y + 70}Q{X + 30} {y + 60} {X + 52} {y + 40}", 7, -0.6)
    for side in (flip, str):
        c.piece(side(leg), folds=[(side(d), w, k) for d, w, k in (crease, dark)])
    if c.flat.sleeve == "strap":
        _strap_bodice(c, t)
    else:
        _sewn_bodice(c, t)
    c.piece(box(X - 46, y - 6, 92, 12, 2), volume=0.5)
    pocket = f"M{X + 40} {y + 8}Q{X + 42} {y + 30} {X + 57} {y + 36}"
    c.seam(pocket + flip(pocket), 1.1)
    if c.flat.style == "tie":
        bow(c, X + 14, y, 0.8)


DRAW: dict[str, Callable[[Canvas], None]] = {"dress": _dress, "jumpsuit": _jumpsuit}
