"""Bomber, denim, biker and puffer jackets."""

from collections.abc import Callable
from dataclasses import replace

from models.flats import body, sleeves
from models.flats.body import Torso
from models.flats.outerwear import fronts, lapels, lining
from models.flats.paint import Canvas
from models.flats.paths import MIDDLE as X
from models.flats.paths import box, flip
from models.flats.tops import torso_of


def _jacket(c: Canvas) -> None:
    {"bomber": _bomber, "denim": _denim, "biker": _biker, "puffer": _puffer}[c.flat.style](c)


def _short(c: Canvas) -> Torso:
    base = torso_of(c)
    return replace(base, chest=base.chest + 5, waist=base.waist + 8, hem=base.hem + 1, bottom=base.bottom - 20, neck=26)


def _bomber(c: Canvas) -> None:
    t = _short(c)
    sleeves.arms(c, t, "long", rib=17, wide=1.4)
    lining(c, t, t.top + 16)
    body.hem_band(c, t, 17)
    fronts(c, t, low=t.top + 26, overlap=0)
    body.neck_rib(c, replace(t, top=t.top - 1), "crew", 13)
    c.metal(f"M{X} {t.top + 20}L{X} {t.bottom + 14}", width=2.4)
    slash = f"M{X + 30} {t.waist_y - 6}L{X + 46} {t.waist_y + 30}"
    for d in (slash, flip(slash)):
        c.seam(d, 6, alpha=1)
        c.seam(d, 4, ink=c.ink.deep, alpha=1)


def _denim(c: Canvas) -> None:
    t, thread = _short(c), "#c8924a"
    sleeves.arms(c, t, "long", band=17, wide=1.3, cloth="twill")
    lining(c, t, t.top + 24)
    fronts(c, t, low=t.top + 28, overlap=6, cloth="twill")
    c.piece(box(X - t.hem, t.bottom - 14, t.hem * 2, 17, 3), cloth="twill", volume=0.6)
    yoke = f"M{X + 6} {t.pit}L{X + t.chest - 4} {t.pit - 8}"
    darts = f"M{X + 24} {t.pit}L{X + 17} {t.bottom - 14}M{X + 48} {t.pit - 2}L{X + 40} {t.bottom - 14}"
    for d in (yoke, darts, flip(yoke), flip(darts)):
        c.seam(d, 1)
        c.stitch(d, ink=thread)
    pocket = (
        f"M{X + 20} {t.pit - 4}L{X + 54} {t.pit - 7}L{X + 54} {t.pit + 8}L{X + 37} {t.pit + 16}L{X + 20} {t.pit + 10}Z"
    )
    for d in (pocket, flip(pocket)):
        c.piece(d, cloth="twill", volume=0.4)
        c.stitch(d, ink=thread)
    for n in range(5):
        c.button(X, t.top + 42 + n * 32, 3, fill="#c9a24a")
    body.shirt_collar(c, t, size=1.1)


def _biker(c: Canvas) -> None:
    t = _short(c)
    sleeves.arms(c, t, "long", wide=1.3)
    low = t.waist_y - 4
    lining(c, t, low)
    fronts(c, t, low=low, overlap=20)
    lapels(c, t, low - 20, wide=1.35)
    c.metal(f"M{X - 20} {low}L{X - 20} {t.bottom}", width=2.4)
    for d in (
        f"M{X + 24} {t.waist_y - 2}L{X + 52} {t.waist_y - 16}",
        f"M{X - 32} {t.waist_y + 4}L{X - 54} {t.waist_y - 10}",
    ):
        c.metal(d, width=2)
    c.piece(box(X - t.hem, t.bottom - 15, t.hem * 2, 17, 3), volume=0.6)
    c.metal(f"{box(X - 34, t.bottom - 16, 18, 18, 2)}{box(X - 30, t.bottom - 12, 10, 10, 1)}")


def _puffer(c: Canvas) -> None:
    t = replace(_short(c), bottom=torso_of(c).bottom + 4, dip=6)
    sleeves.arms(c, t, "long", rib=10, wide=1.7)
    c.piece(
        f"M{X - 32} {t.top + 10}C{X - 34} {t.top - 10} {X - 26} {t.top - 24} {X} {t.top - 24}"
        f"C{X + 26} {t.top - 24} {X + 34} {t.top - 10} {X + 32} {t.top + 10}Z",
        folds=[(f"M{X - 28} {t.top - 6}L{X + 28} {t.top - 6}", 6, -0.7)],
    )
    fronts(c, t, low=t.top + 12, overlap=0)
    for n in range(7):
        y = t.top + 36 + n * 27
        w = t.chest if y > t.pit else t.shoulder - 2
        d = f"M{X} {y}Q{X + w / 2} {y + 6} {X + w} {y - 2}"
        for one in (d, flip(d)):
            c.shape(f"{one}L{X} {y + 2}Z", c.ink.shadow, alpha=0.25)
            c.seam(one, 1.4)
        c.seam(f"M{X - w + 12} {y + 11}Q{X - w / 2} {y + 17} {X - 10} {y + 12}", 4, ink="#ffffff", alpha=0.16)
    c.metal(f"M{X} {t.top - 22}L{X} {t.bottom}", width=2.4)


DRAW: dict[str, Callable[[Canvas], None]] = {"jacket": _jacket}
