"""Things a fashion shop sells and nobody wears: the demo imports them and never suggests them."""

from collections.abc import Callable

from models.flats.paint import Canvas
from models.flats.paths import MIDDLE as X
from models.flats.paths import box, sym


def _perfume(c: Canvas) -> None:
    c.piece(box(X - 66, 176, 132, 160, 16), volume=1, folds=[(f"M{X - 40} 196L{X - 40} 320", 16, 1)])
    c.shape(box(X - 56, 222, 112, 106, 10), c.ink.deep, alpha=0.5)
    c.piece(box(X - 36, 238, 72, 56, 3), fill="#f8f5ee", volume=0.4)
    c.seam(f"M{X - 18} 260L{X + 18} 260M{X - 10} 270L{X + 10} 270", 1.6, ink="#8a7a66")
    c.metal(box(X - 20, 152, 40, 26, 3), gold=True)
    c.piece(box(X - 28, 86, 56, 68, 6), fill="#23242a", folds=[(f"M{X - 14} 94L{X - 14} 146", 8, 1)])
    c.shape(box(X - 58, 186, 12, 140, 6), "#ffffff", alpha=0.35)


def _umbrella(c: Canvas) -> None:
    c.metal(f"M{X} 62L{X} 80", width=5)
    c.seam(f"M{X} 190L{X} 316C{X} 344 {X + 36} 344 {X + 36} 318", 9.5, ink="#4b3322", alpha=1)
    c.seam(f"M{X} 190L{X} 316C{X} 344 {X + 36} 344 {X + 36} 318", 6.5, ink="#8a5a34", alpha=1)
    c.frame(X - 120, 60, X + 120, 342)
    c.piece(
        sym(
            f"M{X} 76C{X + 70} 78 {X + 116} 130 {X + 122} 202C{X + 108} 186 {X + 84} 184 {X + 74} 200"
            f"C{X + 62} 184 {X + 36} 184 {X + 26} 200C{X + 18} 190 {X + 8} 188 {X} 192"
        ),
        folds=[(f"M{X - 70} 120Q{X - 94} 150 {X - 98} 184", 16, 0.8)],
    )
    for s in (-1, 1):
        c.seam(f"M{X} 76C{X + s * 40} 100 {X + s * 66} 150 {X + s * 74} 200", 1.3)
        c.seam(f"M{X} 76C{X + s * 14} 110 {X + s * 22} 150 {X + s * 26} 200", 1.3)


def _cushion(c: Canvas) -> None:
    c.piece(
        sym(
            f"M{X} 114C{X + 50} 112 {X + 84} 108 {X + 108} 98C{X + 116} 96 {X + 118} 102 {X + 116} 110"
            f"C{X + 106} 150 {X + 106} 250 {X + 116} 292C{X + 118} 302 {X + 112} 304 {X + 104} 302"
            f"C{X + 80} 292 {X + 50} 288 {X} 288"
        ),
        cloth="rib",
        folds=[
            (f"M{X - 70} 130Q{X - 40} 200 {X - 76} 270", 20, 0.8),
            (f"M{X + 100} 108L{X + 70} 150", 8, -0.7),
            (f"M{X - 100} 292L{X - 70} 250", 8, -0.7),
        ],
    )


DRAW: dict[str, Callable[[Canvas], None]] = {"perfume": _perfume, "equipment": _umbrella, "home": _cushion}
