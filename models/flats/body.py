"""The upper body that tops, outerwear and dresses share: torso, necklines, collars, sleeves, hoods and ribs."""

import math
from dataclasses import dataclass

from models.flats.paint import Canvas, Fold
from models.flats.paths import MIDDLE, Point, flip, sym

X = MIDDLE


@dataclass(frozen=True, slots=True)
class Torso:
    """Half widths and heights of an upper body, in canvas units. `dip` curves the hem, `tail` lifts it at the sides."""

    neck: float = 25.0
    top: float = 90.0
    shoulder: float = 66.0
    drop: float = 20.0
    chest: float = 68.0
    pit: float = 152.0
    waist: float = 66.0
    waist_y: float = 222.0
    hem: float = 68.0
    bottom: float = 300.0
    dip: float = 4.0
    tail: float = 0.0

    @property
    def tip(self) -> Point:
        return X + self.shoulder, self.top + self.drop

    @property
    def armpit(self) -> Point:
        return X + self.chest, self.pit


WOMEN = Torso(neck=25, shoulder=60, chest=61, waist=54, waist_y=214, hem=62, bottom=288)
MEN = Torso(neck=26, shoulder=69, chest=70, waist=67, hem=68, bottom=304)

_NECKS = {  # half width, depth, sideways and downward pull of the curve
    "crew": (26, 21, 0.62, 0.66), "round": (30, 30, 0.62, 0.7), "scoop": (36, 52, 0.7, 0.75), "v": (27, 64, 0.3, 0.2),
    "deep_v": (27, 92, 0.3, 0.2), "boat": (44, 12, 0.6, 0.7), "square": (36, 44, 0.97, 0.96), "high": (23, 5, 0.5, 0.5),
    "collar": (25, 26, 0.35, 0.3), "wrap": (27, 92, 0.3, 0.2), "sweetheart": (50, 34, 0.4, 1.0),
}  # fmt: skip


def neck_width(name: str) -> float:
    return float(_NECKS.get(name, _NECKS["crew"])[0])


def neckline(t: Torso, name: str) -> str:
    """From the middle of the front up to the right neck point."""
    width, depth, side, pull = _NECKS.get(name, _NECKS["crew"])
    low = t.top + depth
    return f"M{X} {low}C{X + width * side} {low} {X + width} {t.top + depth * pull} {X + width} {t.top}"


def front(t: Torso, neck: str) -> str:
    """The closed outline of the front without sleeves."""
    tip, pit = t.tip, t.armpit
    side = t.bottom - t.tail
    return sym(
        f"{neckline(t, neck)}L{tip[0]} {tip[1]}"
        f"C{tip[0] - 5} {tip[1] + (t.pit - tip[1]) * 0.45} {tip[0] - 4} {t.pit - 9} {pit[0]} {pit[1]}"
        f"C{X + t.chest - 1} {t.pit + 26} {X + t.waist} {t.waist_y - 28} {X + t.waist} {t.waist_y}"
        f"C{X + t.waist} {t.waist_y + 26} {X + t.hem} {side - 36} {X + t.hem} {side - 3}"
        f"C{X + t.hem * 0.62} {t.bottom + t.dip} {X + t.hem * 0.3} {t.bottom + t.dip} {X} {t.bottom + t.dip}"
    )


def inside(c: Canvas, t: Torso, neck: str) -> None:
    """The inside of the back, seen through the neckline; draw it before the front."""
    width, depth = neck_width(neck), _NECKS.get(neck, _NECKS["crew"])[1]
    low = t.top + depth + 6
    c.piece(
        sym(f"M{X} {t.top - 4}C{X + width * 0.6} {t.top - 4} {X + width} {t.top - 2} {X + width} {t.top}"
            f"L{X + width * 0.9} {low}L{X} {low}"),
        fill=c.ink.inside, volume=0.5, edge=0.8,
    )  # fmt: skip
    c.seam(flip(_back(t, width, 7)) + _back(t, width, 7), 0.8)


def _back(t: Torso, width: float, depth: float) -> str:
    return f"M{X} {t.top + depth - 4}C{X + width * 0.6} {t.top + depth - 4} {X + width} {t.top + 4} {X + width} {t.top + 1}"


def neck_rib(c: Canvas, t: Torso, neck: str, width: float = 7.0, *, fill: str | None = None) -> None:
    """A ribbed band that follows the neckline."""
    line = neckline(t, neck)
    d = flip(line) + line
    c.seam(d, width + 1.6, alpha=1, cap="butt")
    c.seam(d, width, ink=fill or c.ink.deep, alpha=1, cap="butt")
    c.seam(d, width * 0.45, ink=c.ink.edge, alpha=0.16, cap="butt")


@dataclass(frozen=True, slots=True)
class Sleeve:
    """One sleeve: its length, angle from the vertical, half width at the cuff, and how far it bulges."""

    length: float
    angle: float
    cuff: float
    bulge: float = 3.0


SLEEVES = {
    "cap": Sleeve(34, 46, 22, 5), "short": Sleeve(66, 36, 24), "elbow": Sleeve(104, 27, 20), "long": Sleeve(186, 15.5, 12.5),
    "puff": Sleeve(62, 34, 15, 18), "bell": Sleeve(150, 21, 30, -5), "flutter": Sleeve(58, 34, 35, 2),
    "bishop": Sleeve(182, 18, 12, 12),
}  # fmt: skip


def arms(c: Canvas, t: Torso, name: str, *, cloth: str = "", rib: float = 0, band: float = 0, wide: float = 1.0) -> None:
    """Both sleeves, with ribbed cuffs `rib` long or sewn cuffs `band` long; draw them before the front."""
    if name not in SLEEVES:
        return
    s = SLEEVES[name]
    arm = _Arm.of(t, Sleeve(s.length, s.angle, s.cuff * wide, s.bulge))
    for turn, side in ((-s.angle, lambda d: d), (s.angle, flip)):
        folds = [(side(d), w, k) for d, w, k in arm.folds()]
        c.piece(side(arm.outline()), cloth=cloth, plain=c.flat.pattern == "printed", turn=turn, folds=folds)
        if rib:
            c.piece(side(arm.cuff_band(rib)), fill=c.ink.deep, cloth="rib")
        elif band:
            c.piece(side(arm.cuff_band(band)), turn=turn)
            c.stitch(side(arm.across(band - 2.5)))
        elif name in ("short", "cap", "elbow", "flutter"):
            c.stitch(side(arm.across(6)))
        elif name == "puff":
            c.piece(side(arm.cuff_band(8)), turn=turn)


@dataclass(frozen=True, slots=True)
class _Arm:
    """The four corners of a right sleeve and its direction."""

    tip: Point
    pit: Point
    outer: Point
    inner: Point
    along: Point
    bulge: float

    @classmethod
    def of(cls, t: Torso, s: Sleeve) -> "_Arm":
        a = math.radians(s.angle)
        d, n = (math.sin(a), math.cos(a)), (-math.cos(a), math.sin(a))
        outer = (t.tip[0] + d[0] * s.length, t.tip[1] + d[1] * s.length)
        inner = (outer[0] + n[0] * s.cuff * 2, outer[1] + n[1] * s.cuff * 2)
        return cls(t.tip, t.armpit, outer, inner, d, s.bulge)

    def outline(self) -> str:
        (px, py), (qx, qy), (ox, oy), (ix, iy) = self.tip, self.pit, self.outer, self.inner
        dx, dy = self.along
        length = math.hypot(ox - px, oy - py)
        k, b = length * 0.36, self.bulge
        puff = max(0.0, b - 4) * 0.7
        return (
            f"M{px - 6} {py - 1.5}L{px} {py}C{px + dx * k + dy * (b + 3)} {py + dy * k - dx * b - puff} "
            f"{ox - dx * k + dy * b} {oy - dy * k - dx * b} {ox} {oy}"
            f"Q{(ox + ix) / 2 + dx * 3} {(oy + iy) / 2 + dy * 3} {ix} {iy}"
            f"C{ix - dx * k - dy * b} {iy - dy * k + dx * b} {qx + dx * k * 0.3} {qy + dy * k * 0.4 + 2} {qx} {qy}"
            f"L{px - 10} {qy - 8}L{px - 12} {py + 12}Z"
        )

    def across(self, back: float) -> str:
        """A line across the sleeve, `back` units above its end."""
        dx, dy = self.along
        (ox, oy), (ix, iy) = self.outer, self.inner
        return f"M{ox - dx * back} {oy - dy * back}L{ix - dx * back} {iy - dy * back}"

    def cuff_band(self, length: float) -> str:
        dx, dy = self.along
        (ox, oy), (ix, iy) = self.outer, self.inner
        return (
            f"M{ox - dx * length + 0.6} {oy - dy * length}L{ox} {oy}Q{(ox + ix) / 2 + dx * 3} {(oy + iy) / 2 + dy * 3} "
            f"{ix} {iy}L{ix - dx * length - 0.6} {iy - dy * length}Z"
        )

    def folds(self) -> list[Fold]:
        (px, py), (qx, qy), (ox, oy), (ix, iy) = self.tip, self.pit, self.outer, self.inner
        mx, my = (px + ox) / 2, (py + oy) / 2
        return [
            (f"M{qx} {qy}Q{(qx + mx) / 2} {(qy + my) / 2 - 6} {mx} {my - 10}", 6, -0.55),
            (f"M{(qx + ix) / 2} {(qy + iy) / 2}L{mx + 2} {my + 16}", 5, -0.45),
            (f"M{px + 3} {py + 14}L{(ox * 2 + ix) / 3} {(oy * 2 + iy) / 3}", 9, 0.75),
        ]


def drape(t: Torso) -> list[Fold]:
    """The soft creases of a front that hangs: from the armpits, along the sides, over the chest."""
    right = [
        (f"M{X + t.chest - 2} {t.pit}Q{X + t.chest - 24} {t.pit + 18} {X + t.chest - 40} {t.pit + 24}", 7, -0.5),
        (f"M{X + t.waist - 4} {t.waist_y}Q{X + t.waist - 22} {t.waist_y + 16} {X + t.waist - 26} {t.bottom - 14}", 9, -0.4),
        (f"M{X + t.waist - 34} {t.waist_y - 24}Q{X + 16} {t.waist_y + 10} {X + 18} {t.bottom - 18}", 10, 0.4),
    ]
    left = [(flip(d), w, k) for d, w, k in right[:2]]
    return [*right, *left, (f"M{X - 30} {t.top + 54}Q{X - 36} {t.pit + 40} {X - 28} {t.waist_y + 30}", 16, 0.6)]


def hem_band(c: Canvas, t: Torso, height: float, *, fill: str | None = None) -> None:
    """A ribbed band below the body."""
    y = t.bottom - 3
    d = sym(f"M{X} {y + t.dip}C{X + t.hem * 0.4} {y + t.dip} {X + t.hem * 0.7} {y + 2} {X + t.hem} {y - 2}"
            f"L{X + t.hem - 4} {y + height}C{X + t.hem * 0.6} {y + height + 4} {X + 20} {y + height + 4} {X} {y + height + 4}")  # fmt: skip
    c.piece(d, fill=fill or c.ink.deep, cloth="rib")


def shirt_collar(c: Canvas, t: Torso, *, size: float = 1.0, fill: str | None = None) -> None:
    """A turned-down collar with its stand, closed at the neck."""
    w, y = neck_width("collar"), t.top
    stand = sym(f"M{X} {y - 7}C{X + w * 0.7} {y - 8} {X + w} {y - 6} {X + w + 1} {y}L{X + w * 0.5} {y + 16}L{X} {y + 22}")
    c.piece(stand, fill=c.ink.inside, volume=0.5)
    leaf = (f"M{X + w - 2} {y - 9}C{X + w + 6} {y - 4} {X + w + 9} {y + 2} {X + w + 10} {y + 6}"
            f"L{X + 22 * size + 4} {y + 37 * size}L{X + 1} {y + 20}C{X + 14} {y + 12} {X + w - 8} {y} {X + w - 2} {y - 9}Z")  # fmt: skip
    for d in (leaf, flip(leaf)):
        c.piece(d, fill=fill, volume=0.5, turn=30)


def hood(c: Canvas, t: Torso) -> None:
    """A hood that lies behind and around the neck."""
    y = t.top
    c.piece(
        sym(f"M{X} {y - 34}C{X + 30} {y - 35} {X + 50} {y - 16} {X + 47} {y + 8}C{X + 40} {y + 26} {X + 16} {y + 40} {X} {y + 44}"),
        plain=True, folds=[(f"M{X - 40} {y}C{X - 30} {y - 26} {X + 30} {y - 26} {X + 40} {y}", 6, -0.5)],
    )  # fmt: skip
    c.piece(
        sym(f"M{X} {y - 20}C{X + 20} {y - 20} {X + 31} {y - 8} {X + 30} {y + 4}C{X + 26} {y + 20} {X + 10} {y + 32} {X} {y + 38}"),
        fill=c.ink.inside, volume=0.8,
    )  # fmt: skip


def cords(c: Canvas, t: Torso) -> None:
    """The drawstrings of a hood."""
    for side, low in ((-1, 62), (1, 56)):
        x = X + side * 15
        line = f"M{x} {t.top + 24}C{x + side * 2} {t.top + 40} {x - side * 2} {t.top + 50} {x} {t.top + low + 14}"
        c.seam(line, 3.4, alpha=1)
        c.seam(line, 2.2, ink=c.ink.pale, alpha=1)
