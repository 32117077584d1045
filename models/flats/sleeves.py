"""Sleeves: from the shoulder to the cuff, by length, angle and fullness."""

import math
from dataclasses import dataclass

from models.flats.body import Torso
from models.flats.paint import Canvas, Fold
from models.flats.paths import Point, flip


@dataclass(frozen=True, slots=True)
class Sleeve:
    """One sleeve: its length, angle from the vertical, half width at the cuff, and how far it bulges."""

    length: float
    angle: float
    cuff: float
    bulge: float = 3.0


SLEEVES = {
    "cap": Sleeve(34, 46, 22, 5),
    "short": Sleeve(66, 36, 24),
    "elbow": Sleeve(104, 27, 20),
    "long": Sleeve(186, 15.5, 12.5),
    "puff": Sleeve(62, 34, 15, 18),
    "bell": Sleeve(150, 21, 30, -5),
    "flutter": Sleeve(58, 34, 35, 2),
    "bishop": Sleeve(182, 18, 12, 12),
}


def arms(
    c: Canvas, t: Torso, name: str, *, cloth: str = "", rib: float = 0, band: float = 0, wide: float = 1.0
) -> None:
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
            f"M{ox - dx * length + 0.6} {oy - dy * length}L{ox} {oy}"
            f"Q{(ox + ix) / 2 + dx * 3} {(oy + iy) / 2 + dy * 3} "
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
