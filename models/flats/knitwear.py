"""Sweaters and sweatshirts."""

from collections.abc import Callable
from dataclasses import replace

from models.flats import body, sleeves
from models.flats.body import Torso
from models.flats.paint import Canvas
from models.flats.paths import MIDDLE as X
from models.flats.paths import flip, sym
from models.flats.tops import motif, torso_of


def _sweater(c: Canvas) -> None:
    base = torso_of(c)
    t = replace(base, chest=base.chest + 3, waist=base.waist + 6, hem=base.hem - 2, bottom=base.bottom - 14)
    cloth = "cable" if c.flat.style == "cable" else "knit"
    neck = "crew" if c.flat.neck == "turtle" else c.flat.neck
    sleeves.arms(c, t, c.flat.sleeve, cloth=cloth, rib=18, wide=1.2)
    body.hem_band(c, t, 17)
    if c.flat.neck != "turtle":
        body.inside(c, t, neck)
    c.piece(body.front(t, neck), cloth=cloth, folds=body.drape(t))
    if c.flat.neck == "turtle":
        _turtle(c, t)
    else:
        body.neck_rib(c, t, neck, 9)


def _turtle(c: Canvas, t: Torso) -> None:
    y = t.top
    c.piece(
        sym(
            f"M{X} {y - 30}C{X + 16} {y - 30} {X + 24} {y - 29} {X + 25} {y - 26}"
            f"C{X + 24} {y - 10} {X + 27} {y + 2} {X + 29} {y + 6}"
            f"C{X + 20} {y + 22} {X + 8} {y + 24} {X} {y + 24}"
        ),
        fill=c.ink.deep,
        cloth="rib",
    )
    c.seam(f"M{X - 26} {y - 6}Q{X} {y + 4} {X + 26} {y - 6}", 1.4)


def _sweatshirt(c: Canvas) -> None:
    base = torso_of(c)
    t = replace(base, chest=base.chest + 4, waist=base.waist + 8, hem=base.hem, bottom=base.bottom - 16)
    hooded = c.flat.style in ("hoodie", "zip")
    sleeves.arms(c, t, c.flat.sleeve, rib=17, wide=1.25)
    body.hem_band(c, t, 16)
    if hooded:
        body.hood(c, t)
    else:
        body.inside(c, t, "crew")
    c.piece(body.front(t, "round" if hooded else "crew"), folds=body.drape(t), plain=c.flat.pattern == "printed")
    if c.flat.pattern == "printed":
        motif(c, t.pit + 14)
    if hooded:
        pouch = (
            f"M{X} {t.waist_y + 4}L{X + 34} {t.waist_y + 4}L{X + 52} {t.waist_y + 34}"
            f"L{X + 52} {t.bottom - 4}L{X} {t.bottom - 2}"
        )
        c.piece(sym(pouch), volume=0.4)
        c.stitch(
            f"M{X + 36} {t.waist_y + 4}L{X + 54} {t.waist_y + 34}M{X - 36} {t.waist_y + 4}L{X - 54} {t.waist_y + 34}"
        )
        rim = body.neckline(t, "round")
        c.seam(rim + flip(rim), 1.4)
        if c.flat.style == "zip":
            c.metal(f"M{X} {t.top + 31}L{X} {t.bottom + 14}", width=2)
        body.cords(c, t)
    else:
        body.neck_rib(c, t, "crew", 9)
        c.seam(f"M{X - 9} {t.top + 26}L{X} {t.top + 40}L{X + 9} {t.top + 26}", 1)


DRAW: dict[str, Callable[[Canvas], None]] = {"sweater": _sweater, "sweatshirt": _sweatshirt}
