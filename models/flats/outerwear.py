"""Cardigans, jackets, blazers, coats and waistcoats: open fronts, lapels, zips, quilting and belts."""

from collections.abc import Callable
from dataclasses import replace

from models.flats import body, sleeves
from models.flats.body import Torso
from models.flats.paint import Canvas
from models.flats.paths import MIDDLE as X
from models.flats.paths import box, flip
from models.flats.tops import torso_of


def _half(t: Torso, *, low: float, overlap: float = 6.0) -> str:
    """The right front of an open garment: from the neck point down to where it closes, at `low`, and to the hem."""
    tip = t.tip
    return (
        f"M{X + t.neck} {t.top}L{tip[0]} {tip[1]}"
        f"C{tip[0] - 5} {tip[1] + 20} {tip[0] - 4} {t.pit - 9} {X + t.chest} {t.pit}"
        f"C{X + t.chest - 1} {t.pit + 26} {X + t.waist} {t.waist_y - 28} {X + t.waist} {t.waist_y}"
        f"C{X + t.waist} {t.waist_y + 26} {X + t.hem} {t.bottom - 36} {X + t.hem} {t.bottom - 3}"
        f"Q{X + t.hem * 0.5} {t.bottom + t.dip} {X - overlap} {t.bottom + t.dip}"
        f"L{X - overlap} {low}C{X - overlap + 4} {low - 30} {X + t.neck - 6} {t.top + 34} {X + t.neck} {t.top}Z"
    )


def fronts(c: Canvas, t: Torso, *, low: float, overlap: float = 6.0, cloth: str = "") -> None:
    """Both fronts, the right one lapping over the left."""
    d = _half(t, low=low, overlap=overlap)
    right = [fold for fold in body.drape(t) if fold[0].startswith(f"M{X + 1:.0f}"[:2])]
    c.piece(flip(d), cloth=cloth, folds=[(flip(f), w, k) for f, w, k in right])
    c.piece(d, cloth=cloth, folds=right)


def lining(c: Canvas, t: Torso, low: float) -> None:
    y = t.top
    d = f"M{X - t.neck} {y}C{X - 14} {y - 7} {X + 14} {y - 7} {X + t.neck} {y}L{X + 12} {low + 8}L{X - 12} {low + 8}Z"
    c.piece(d, fill=c.ink.inside, volume=0.6, edge=0.8)


def _cardigan(c: Canvas) -> None:
    base = torso_of(c)
    long = c.flat.style == "long"
    t = replace(
        base, chest=base.chest + 3, waist=base.waist + 5, hem=base.hem + 1, bottom=base.bottom + (66 if long else -8)
    )
    low = t.top + 84
    sleeves.arms(c, t, c.flat.sleeve, cloth="knit", rib=16, wide=1.15)
    lining(c, t, low)
    if not long:
        body.hem_band(c, t, 13)
    fronts(c, t, low=low, cloth="knit")
    band = (
        f"M{X + t.neck} {t.top}C{X + t.neck - 6} {t.top + 34} {X - 2} {low - 30} {X - 1} {low}"
        f"L{X - 1} {t.bottom + (4 if long else 12)}"
    )
    left = f"M{X - t.neck} {t.top}C{X - t.neck + 6} {t.top + 34} {X - 2} {low - 30} {X - 1} {low}"
    for d in (left, band):
        c.seam(d, 12.6, alpha=1, cap="butt")
        c.seam(d, 11, ink=c.ink.deep, alpha=1, cap="butt")
    for n in range(6 if long else 5):
        c.button(X - 1, low + 6 + n * 26, 3.2)
    _pockets(c, t, (t.waist_y + 24) if long else t.waist_y + 14, 34)


def _pockets(c: Canvas, t: Torso, y: float, height: float) -> None:
    d = box(X + 18, y, t.waist - 24, height, 3)
    for one in (d, flip(d)):
        c.piece(one, volume=0.35, edge=1)
    line = f"M{X + 18} {y + 7}L{X + t.waist - 6} {y + 7}"
    c.seam(line + flip(line), 0.9)


def lapels(c: Canvas, t: Torso, low: float, *, wide: float = 1.0, fill: str | None = None) -> None:
    """Notched lapels and a collar that meet at `low`."""
    y, n = t.top, t.neck
    out = X + n + 21 * wide
    lapel = (
        f"M{X + n - 5} {y + 14}L{out - 4} {y + 30}L{out} {y + 44}"
        f"C{out - 10} {y + 72} {X + 10} {low - 14} {X - 6} {low}"
        f"C{X - 2} {low - 40} {X + n - 14} {y + 30} {X + n - 5} {y + 14}Z"
    )
    collar = (
        f"M{X + n - 4} {y - 7}"
        f"C{X + n + 6} {y - 4} {X + n + 10} {y + 8} {X + n + 14 * wide} {y + 20}"
        f"L{out - 6} {y + 29}L{X + n - 6} {y + 22}"
        f"C{X + n - 8} {y + 12} {X + n - 8} {y} {X + n - 4} {y - 7}Z"
    )
    for side in (flip, str):
        c.piece(side(lapel), fill=fill, volume=0.55, turn=20)
        c.piece(side(collar), fill=fill, volume=0.5, turn=-30)
    c.piece(
        f"M{X - n + 4} {y - 7}C{X - 14} {y - 13} {X + 14} {y - 13} {X + n - 4} {y - 7}"
        f"L{X + n - 7} {y + 6}C{X + 12} {y - 2} {X - 12} {y - 2} {X - n + 7} {y + 6}Z",
        fill=fill,
        volume=0.4,
    )


def _flaps(c: Canvas, t: Torso, y: float) -> None:
    d = f"M{X + 22} {y}L{X + t.waist - 6} {y + 3}L{X + t.waist - 6} {y + 17}Q{X + 40} {y + 17} {X + 22} {y + 14}Z"
    for one in (d, flip(d)):
        c.piece(one, volume=0.4, edge=1)


def _blazer(c: Canvas) -> None:
    base = torso_of(c)
    t = replace(
        base,
        neck=24,
        chest=base.chest + 1,
        waist=base.waist - 1,
        hem=base.hem + 5,
        bottom=base.bottom + 20,
        waist_y=base.waist_y + 4,
        shoulder=base.shoulder + 2,
        drop=15,
    )
    double = c.flat.style == "double"
    low = t.waist_y - (22 if double else 8)
    sleeves.arms(c, t, "long", wide=1.15)
    lining(c, t, low)
    fronts(c, t, low=low, overlap=16 if double else 6)
    lapels(c, t, low, wide=1.15 if double else 1.0)
    dart = f"M{X + 34} {t.pit + 20}Q{X + 31} {t.waist_y} {X + 36} {t.waist_y + 36}"
    c.seam(dart + flip(dart), 0.9, alpha=0.6)
    _flaps(c, t, t.waist_y + 36)
    c.seam(f"M{X + 28} {t.pit + 6}L{X + 48} {t.pit + 2}", 2)
    for x, y in (
        [(X + s * 15, low + 8 + n * 26) for n in (0, 1) for s in (-1, 1)] if double else [(X, low + 8), (X, low + 36)]
    ):
        c.button(x, y, 3.6)


def _coat(c: Canvas) -> None:
    base = torso_of(c)
    trench = c.flat.style == "trench"
    t = replace(
        base,
        neck=25,
        shoulder=base.shoulder,
        chest=base.chest + 2,
        waist=base.waist + 2,
        waist_y=218,
        hem=base.hem + (16 if trench else 10),
        bottom=base.bottom + 92,
        drop=17,
    )
    low = t.pit + (14 if trench else 34)
    sleeves.arms(c, t, "long", wide=1.35, band=14 if trench else 0)
    lining(c, t, low)
    fronts(c, t, low=low, overlap=18 if trench else 6)
    lapels(c, t, low, wide=1.35)
    if trench:
        _trench(c, t, low)
    else:
        _flaps(c, t, t.waist_y + 34)
        for n in range(3):
            c.button(X, low + 8 + n * 38, 4)
    c.seam(f"M{X} {t.waist_y + 60}L{X - (18 if trench else 6)} {t.bottom}", 0.1, alpha=0.1)


def _trench(c: Canvas, t: Torso, low: float) -> None:
    for n in (0, 1, 3, 4):
        for s in (-1, 1):
            c.button(X + s * 17, low + 10 + n * 26, 3.6)
    strap = (
        f"M{X + 34} {t.top + 8}L{X + t.shoulder - 6} {t.top + 17}"
        f"L{X + t.shoulder - 8} {t.top + 24}L{X + 32} {t.top + 15}Z"
    )
    for d in (strap, flip(strap)):
        c.piece(d, volume=0.3, edge=0.9)
    y = t.waist_y - 6
    c.piece(box(X - t.waist - 2, y, t.waist * 2 + 4, 15, 2), volume=0.7)
    c.piece(f"M{X - 8} {y + 12}L{X + 8} {y + 12}L{X + 16} {y + 76}L{X + 4} {y + 78}Z", volume=0.6)
    c.piece(box(X - 14, y - 3, 24, 21, 3), fill=c.ink.deep, volume=0.5)
    pocket = f"M{X + 34} {y + 34}L{X + 50} {y + 70}"
    for d in (pocket, flip(pocket)):
        c.seam(d, 7, alpha=1)
        c.seam(d, 5.2, ink=c.ink.base, alpha=1)


def _waistcoat(c: Canvas) -> None:
    base = torso_of(c)
    t = replace(
        base,
        shoulder=46,
        drop=10,
        pit=164,
        chest=base.chest - 4,
        waist=base.waist - 6,
        hem=base.hem - 4,
        bottom=base.bottom - 18,
        neck=24,
    )
    low = t.pit + 16
    lining(c, t, low)
    d = _half(t, low=low, overlap=6)[:-1]
    right = (
        d.replace(
            f"Q{X + t.hem * 0.5} {t.bottom + t.dip} {X - 6} {t.bottom + t.dip}",
            f"L{X + 22} {t.bottom + 22}L{X - 6} {t.bottom - 2}",
        )
        + "Z"
    )
    c.piece(flip(right), folds=[])
    c.piece(right)
    for n in range(4):
        c.button(X, low + 6 + n * 25, 3)
    welt = f"M{X + 20} {t.waist_y + 16}L{X + 46} {t.waist_y + 12}"
    for one in (welt, flip(welt)):
        c.seam(one, 5.5, alpha=1)
        c.seam(one, 4, ink=c.ink.deep, alpha=1)


DRAW: dict[str, Callable[[Canvas], None]] = {
    "cardigan": _cardigan,
    "blazer": _blazer,
    "coat": _coat,
    "waistcoat": _waistcoat,
}
