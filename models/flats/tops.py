"""T-shirts, shirts, blouses, tank tops, sweaters and sweatshirts."""

from collections.abc import Callable
from dataclasses import replace

from models.flats import body, sleeves
from models.flats.body import MEN, WOMEN, Torso
from models.flats.paint import Canvas
from models.flats.paths import MIDDLE as X
from models.flats.paths import Point, box, flip, sym
from models.flats.patterns import flower


def torso_of(c: Canvas) -> Torso:
    return WOMEN if c.flat.gender == "women" else MEN


def _tshirt(c: Canvas) -> None:
    t, polo = torso_of(c), c.flat.neck == "collar"
    sleeves.arms(c, t, c.flat.sleeve, rib=6 if polo else 0)
    if not polo:
        body.inside(c, t, c.flat.neck)
    c.piece(body.front(t, c.flat.neck), folds=body.drape(t), plain=c.flat.pattern == "printed")
    hem(c, t)
    if c.flat.pattern == "printed":
        motif(c, t.pit + 22)
    if polo:
        placket(c, t.top + 20, t.top + 80, buttons=3)
        body.shirt_collar(c, t, fill=c.ink.deep)
    else:
        body.neck_rib(c, t, c.flat.neck, 6)


def hem(c: Canvas, t: Torso) -> None:
    """A stitched hem parallel to the lower edge."""
    y = t.bottom - 8
    half = f"M{X} {y + t.dip}C{X + t.hem * 0.4} {y + t.dip} {X + t.hem * 0.7} {y + 1} {X + t.hem - 1} {y - 3}"
    c.stitch(half + flip(half))


def placket(c: Canvas, top: float, bottom: float, *, buttons: int, width: float = 11.0) -> None:
    """A button band down the middle."""
    c.piece(box(X - width / 2, top, width, bottom - top, 1), volume=0.35, edge=0.9)
    step = (bottom - top - 12) / max(1, buttons - 1)
    for n in range(buttons):
        c.button(X, top + 7 + n * step, 2.5)


def motif(c: Canvas, y: float) -> None:
    """A chest print without words: sun over waves, mountains or a bunch of flowers, chosen by the colours."""
    s, a = c.ink.second, c.ink.pale if not c.ink.dark else "#d9793c"
    choice = sum(map(ord, c.flat.shade + c.flat.style + c.flat.id)) % 3
    if choice == 0:
        c.raw(f'<circle cx="{X}" cy="{y + 14}" r="25" fill="{s}"/>')
        for n in range(3):
            d = (
                f"M{X - 36} {y + 20 + n * 9}Q{X - 18} {y + 12 + n * 9} {X} {y + 20 + n * 9}"
                f"Q{X + 18} {y + 28 + n * 9} {X + 36} {y + 20 + n * 9}"
            )
            c.seam(d, 4, ink=c.ink.base, alpha=1)
    elif choice == 1:
        c.shape(f"M{X - 38} {y + 40}L{X - 10} {y - 4}L{X + 4} {y + 18}L{X + 14} {y + 6}L{X + 38} {y + 40}Z", s)
        c.shape(f"M{X - 10} {y - 4}L{X - 20} {y + 12}L{X - 11} {y + 9}L{X - 4} {y + 15}L{X + 1} {y + 12}Z", a)
        c.raw(f'<circle cx="{X + 22}" cy="{y - 8}" r="7" fill="{s}"/>')
    else:
        c.seam(
            f"M{X} {y + 46}L{X} {y + 8}M{X} {y + 40}Q{X - 20} {y + 30} {X - 19} {y + 16}M{X} {y + 40}"
            f"Q{X + 20} {y + 30} {X + 19} {y + 16}",
            2.4,
            ink=s,
            alpha=1,
        )
        c.raw(
            flower(X, y, 13, s, "#e0a030")
            + flower(X - 20, y + 12, 9, s, "#e0a030")
            + flower(X + 20, y + 12, 9, s, "#e0a030")
        )


def _shirt(c: Canvas) -> None:
    t = replace(torso_of(c), tail=20, dip=7)
    sleeves.arms(c, t, c.flat.sleeve, band=17 if c.flat.sleeve == "long" else 0)
    c.piece(body.front(t, "collar"), folds=body.drape(t))
    band = c.flat.neck == "band"
    if band:
        placket(c, t.top + 22, t.pit + 46, buttons=4, width=15)
    else:
        placket(c, t.top + 22, t.bottom + 5, buttons=7)
    yoke = f"M{X + 34} {t.top + 7}Q{X + 48} {t.top + 24} {t.tip[0] - 3} {t.tip[1] + 16}"
    c.stitch(yoke + flip(yoke))
    if c.flat.style in ("pocket", "denim", "work"):
        pocket = (
            f"M{X + 22} {t.pit}L{X + 54} {t.pit}L{X + 54} {t.pit + 28}L{X + 38} {t.pit + 36}L{X + 22} {t.pit + 28}Z"
        )
        for d in (pocket, flip(pocket)) if c.flat.style != "pocket" else (pocket,):
            c.piece(d, volume=0.3, cloth="twill" if c.flat.style == "denim" else "", edge=1)
            c.stitch(d)
    if band:
        w, y = 25, t.top
        c.piece(
            sym(f"M{X} {y - 8}C{X + 16} {y - 9} {X + w} {y - 8} {X + w + 2} {y}L{X + w * 0.5} {y + 20}L{X} {y + 26}"),
            fill=c.ink.inside,
        )
        edge = (
            f"M{X + w - 1} {y - 8}L{X + w + 5} {y + 2}Q{X + w * 0.7} {y + 22} {X + 1} {y + 28}"
            f"L{X + 1} {y + 18}Q{X + w - 6} {y + 10} {X + w - 1} {y - 8}Z"
        )
        for d in (edge, flip(edge)):
            c.piece(d, volume=0.4)
    else:
        body.shirt_collar(c, t)


def _top(c: Canvas) -> None:
    style = c.flat.style
    t = replace(WOMEN, bottom=280, waist=56, hem=66)
    if style == "peplum":
        t = replace(WOMEN, waist=50, waist_y=212, hem=51, bottom=222, dip=2)
    elif style == "wrap":
        t = replace(WOMEN, waist=52, hem=60, bottom=268)
    neck = "wrap" if style == "wrap" else c.flat.neck
    sleeves.arms(c, t, c.flat.sleeve, band=9 if c.flat.sleeve == "bishop" else 0)
    body.inside(c, t, neck)
    if style == "peplum":
        _peplum(c, t)
    c.piece(body.front(t, neck), folds=body.drape(t))
    if style == "wrap":
        line = f"M{X + 26} {t.top}C{X + 18} {t.top + 60} {X - 10} {t.top + 110} {X - t.waist + 3} {t.waist_y + 10}"
        c.seam(line, 1.6)
        c.seam(f"M{X - t.waist + 2} {t.waist_y + 6}Q{X} {t.waist_y + 18} {X + t.waist - 2} {t.waist_y + 4}", 2)
        bow(c, X - t.waist + 12, t.waist_y + 10, 0.8)
    if style == "bow":
        bow(c, X, t.top + 34, 1.25)
    if style == "blouse":
        for n in range(4):
            c.button(X, t.top + 52 + n * 32, 2.2)
        c.seam(f"M{X} {t.top + 34}L{X} {t.bottom + 3}", 1)
    edge = body.neckline(t, neck)
    c.stitch(edge + flip(edge), width=1.6)
    if style != "peplum":
        hem(c, t)


def _peplum(c: Canvas, t: Torso) -> None:
    y = t.bottom
    c.piece(
        sym(
            f"M{X} {y - 6}L{X + t.hem} {y - 8}C{X + 58} {y + 18} {X + 70} {y + 34} {X + 78} {y + 56}"
            f"C{X + 50} {y + 74} {X + 24} {y + 66} {X} {y + 68}"
        ),
        folds=[
            (f"M{X + d * 0.6} {y}L{X + d} {y + 64}", 8, k)
            for d, k in ((-60, -0.7), (-30, 0.6), (-8, -0.6), (24, 0.7), (46, -0.7))
        ],
    )


def bow(c: Canvas, x: float, y: float, size: float) -> None:
    """A soft bow with two tails."""
    for side in (-1, 1):
        s = side * size
        c.piece(f"M{x} {y}L{x + 16 * s} {y + 44 * size}L{x + 7 * s} {y + 46 * size}L{x - 2 * s} {y + 4}Z", volume=0.5)
        c.piece(
            f"M{x} {y}C{x + 10 * s} {y - 16 * size} {x + 27 * s} {y - 15 * size} {x + 26 * s} {y}"
            f"C{x + 27 * s} {y + 13 * size} {x + 10 * s} {y + 11 * size} {x} {y}Z",
            volume=0.8,
        )
    c.piece(box(x - 5 * size, y - 6 * size, 10 * size, 12 * size, 3), volume=0.6)


def _tank_top(c: Canvas) -> None:
    women = c.flat.gender == "women"
    if c.flat.style == "cami":
        _cami(c)
        return
    base = WOMEN if women else MEN
    t = replace(base, shoulder=44 if women else 52, drop=6, pit=158, chest=base.chest - 3)
    neck = c.flat.neck
    body.inside(c, t, neck)
    c.piece(
        body.front(t, neck),
        folds=body.drape(t),
        plain=c.flat.pattern == "printed",
        cloth="rib" if c.flat.style == "ribbed" else "",
    )
    if c.flat.pattern == "printed":
        motif(c, t.pit + 16)
    hem(c, t)
    body.neck_rib(c, t, neck, 4)
    hole = (
        f"M{t.tip[0]} {t.tip[1]}"
        f"C{t.tip[0] - 5} {t.tip[1] + (t.pit - t.tip[1]) * 0.45} {t.tip[0] - 4} {t.pit - 9} {X + t.chest} {t.pit}"
    )
    for d in (hole, flip(hole)):
        c.seam(d, 4, ink=c.ink.deep, alpha=1, cap="butt")
        c.seam(d, 1, alpha=0.5)


def straps(c: Canvas, foot: Point, head: Point) -> None:
    """Two thin shoulder straps, right one from `foot` on the bodice up to `head` and over to the back."""
    (fx, fy), (hx, hy) = foot, head
    d = (
        f"M{fx} {fy}C{fx} {fy - 18} {hx + 3} {hy + 14} {hx} {hy}"
        f"C{hx - 4} {hy + 12} {hx - 6} {hy + 22} {hx - 7} {fy - 4}"
    )
    c.frame(X - hx + X, hy - 2, hx, hy)
    for line in (d, flip(d)):
        c.seam(line, 4.6, alpha=1)
        c.seam(line, 3.0, ink=c.ink.base, alpha=1)


def _cami(c: Canvas) -> None:
    c.piece(sym(f"M{X} 130C{X + 20} 130 {X + 40} 132 {X + 52} 150L{X + 40} 170L{X} 170"), fill=c.ink.inside, volume=0.5)
    straps(c, (X + 40, 122), (X + 33, 84))
    half = f"M{X} 148C{X + 14} 146 {X + 30} 128 {X + 40} 120C{X + 46} 138 {X + 52} 146 {X + 60} 152"
    c.piece(
        sym(
            f"{half}C{X + 58} 180 {X + 54} 200 {X + 55} 220C{X + 57} 250 {X + 64} 270 {X + 66} 290"
            f"C{X + 40} 298 {X + 20} 297 {X} 297"
        ),
        folds=body.drape(replace(WOMEN, top=110)),
    )
    c.stitch(half + flip(half))
    c.seam(f"M{X - 60} 292Q{X} 302 {X + 60} 292", 1)


DRAW: dict[str, Callable[[Canvas], None]] = {
    "tshirt": _tshirt,
    "shirt": _shirt,
    "top": _top,
    "tank_top": _tank_top,
}
