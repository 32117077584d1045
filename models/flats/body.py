"""The upper body that tops, outerwear and dresses share: torso, necklines, collars, sleeves, hoods and ribs."""

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
    "crew": (26, 21, 0.62, 0.66),
    "round": (30, 30, 0.62, 0.7),
    "scoop": (36, 52, 0.7, 0.75),
    "v": (27, 64, 0.3, 0.2),
    "deep_v": (27, 92, 0.3, 0.2),
    "boat": (44, 12, 0.6, 0.7),
    "square": (36, 44, 0.97, 0.96),
    "high": (23, 5, 0.5, 0.5),
    "collar": (25, 26, 0.35, 0.3),
    "wrap": (27, 92, 0.3, 0.2),
    "sweetheart": (50, 34, 0.4, 1.0),
}


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
        sym(
            f"M{X} {t.top - 4}C{X + width * 0.6} {t.top - 4} {X + width} {t.top - 2} {X + width} {t.top}"
            f"L{X + width * 0.9} {low}L{X} {low}"
        ),
        fill=c.ink.inside,
        volume=0.5,
        edge=0.8,
    )
    c.seam(flip(_back(t, width, 7)) + _back(t, width, 7), 0.8)


def _back(t: Torso, width: float, depth: float) -> str:
    return (
        f"M{X} {t.top + depth - 4}"
        f"C{X + width * 0.6} {t.top + depth - 4} {X + width} {t.top + 4} {X + width} {t.top + 1}"
    )


def neck_rib(c: Canvas, t: Torso, neck: str, width: float = 7.0, *, fill: str | None = None) -> None:
    """A ribbed band that follows the neckline."""
    line = neckline(t, neck)
    d = flip(line) + line
    c.seam(d, width + 1.6, alpha=1, cap="butt")
    c.seam(d, width, ink=fill or c.ink.deep, alpha=1, cap="butt")
    c.seam(d, width * 0.45, ink=c.ink.edge, alpha=0.16, cap="butt")


def drape(t: Torso) -> list[Fold]:
    """The soft creases of a front that hangs: from the armpits, along the sides, over the chest."""
    right = [
        (f"M{X + t.chest - 2} {t.pit}Q{X + t.chest - 24} {t.pit + 18} {X + t.chest - 40} {t.pit + 24}", 7, -0.5),
        (
            f"M{X + t.waist - 4} {t.waist_y}Q{X + t.waist - 22} {t.waist_y + 16} {X + t.waist - 26} {t.bottom - 14}",
            9,
            -0.4,
        ),
        (f"M{X + t.waist - 34} {t.waist_y - 24}Q{X + 16} {t.waist_y + 10} {X + 18} {t.bottom - 18}", 10, 0.4),
    ]
    left = [(flip(d), w, k) for d, w, k in right[:2]]
    return [*right, *left, (f"M{X - 30} {t.top + 54}Q{X - 36} {t.pit + 40} {X - 28} {t.waist_y + 30}", 16, 0.6)]


def hem_band(c: Canvas, t: Torso, height: float, *, fill: str | None = None) -> None:
    """A ribbed band below the body."""
    y = t.bottom - 3
    d = sym(
        f"M{X} {y + t.dip}C{X + t.hem * 0.4} {y + t.dip} {X + t.hem * 0.7} {y + 2} {X + t.hem} {y - 2}"
        f"L{X + t.hem - 4} {y + height}"
        f"C{X + t.hem * 0.6} {y + height + 4} {X + 20} {y + height + 4} {X} {y + height + 4}"
    )
    c.piece(d, fill=fill or c.ink.deep, cloth="rib")


def shirt_collar(c: Canvas, t: Torso, *, size: float = 1.0, fill: str | None = None) -> None:
    """A turned-down collar with its stand, closed at the neck."""
    w, y = neck_width("collar"), t.top
    stand = sym(
        f"M{X} {y - 7}C{X + w * 0.7} {y - 8} {X + w} {y - 6} {X + w + 1} {y}L{X + w * 0.5} {y + 16}L{X} {y + 22}"
    )
    c.piece(stand, fill=c.ink.inside, volume=0.5)
    leaf = (
        f"M{X + w - 2} {y - 9}C{X + w + 6} {y - 4} {X + w + 9} {y + 2} {X + w + 10} {y + 6}"
        f"L{X + 22 * size + 4} {y + 37 * size}L{X + 1} {y + 20}"
        f"C{X + 14} {y + 12} {X + w - 8} {y} {X + w - 2} {y - 9}Z"
    )
    for d in (leaf, flip(leaf)):
        c.piece(d, fill=fill, volume=0.5, turn=30)


def hood(c: Canvas, t: Torso) -> None:
    """A hood that lies behind and around the neck."""
    y = t.top
    c.piece(
        sym(
            f"M{X} {y - 34}C{X + 30} {y - 35} {X + 50} {y - 16} {X + 47} {y + 8}"
            f"C{X + 40} {y + 26} {X + 16} {y + 40} {X} {y + 44}"
        ),
        plain=True,
        folds=[(f"M{X - 40} {y}C{X - 30} {y - 26} {X + 30} {y - 26} {X + 40} {y}", 6, -0.5)],
    )
    c.piece(
        sym(
            f"M{X} {y - 20}C{X + 20} {y - 20} {X + 31} {y - 8} {X + 30} {y + 4}"
            f"C{X + 26} {y + 20} {X + 10} {y + 32} {X} {y + 38}"
        ),
        fill=c.ink.inside,
        volume=0.8,
    )


def cords(c: Canvas, t: Torso) -> None:
    """The drawstrings of a hood."""
    for side, low in ((-1, 62), (1, 56)):
        x = X + side * 15
        line = f"M{x} {t.top + 24}C{x + side * 2} {t.top + 40} {x - side * 2} {t.top + 50} {x} {t.top + low + 14}"
        c.seam(line, 3.4, alpha=1)
        c.seam(line, 2.2, ink=c.ink.pale, alpha=1)
