"""Caps and hats."""

from collections.abc import Callable

from models.flats.inks import mix
from models.flats.paint import Canvas
from models.flats.paths import MIDDLE as X
from models.flats.paths import oval, sym


def _cap(c: Canvas) -> None:
    c.piece(
        "M88 236C82 160 116 122 166 122C218 122 252 160 250 232C200 244 140 246 88 236Z",
        folds=[("M120 160Q140 134 176 134", 12, 0.9), ("M236 170Q244 200 242 226", 10, -0.5)],
    )
    for d in ("M164 123C136 150 126 196 130 240", "M168 123C206 146 222 190 220 238"):
        c.seam(d, 1.1)
        c.stitch(d.replace("M164", "M168").replace("C136", "C140"))
    c.piece(
        "M90 226C130 236 176 236 206 232C150 240 96 262 40 268C28 266 26 258 34 250C50 238 70 230 90 226Z",
        fill=c.ink.deep,
        volume=0.8,
        folds=[("M50 254Q110 238 170 236", 7, 0.8)],
    )
    for n in range(3):
        c.stitch(
            f"M{92 - n * 8} {232 + n * 6}C{130 - n * 8} {240 + n * 4} {150} {240 + n * 2} {186 - n * 10} {238 + n * 3}"
        )
    c.button(166, 121, 5, fill=c.ink.deep)
    for x, y in ((146, 160), (196, 164)):
        c.button(x, y, 1.8)


def _hat(c: Canvas) -> None:
    {"fedora": _fedora, "bucket": _bucket, "beanie": _beanie, "sun": _sun}[c.flat.style](c)


def _brim_hat(c: Canvas, rx: float, ry: float, crown: str, cloth: str) -> None:
    c.piece(
        oval(X, 240, rx, ry),
        cloth=cloth,
        folds=[(f"M{X - rx * 0.8} 246Q{X} {240 + ry * 0.9} {X + rx * 0.7} 250", 8, 0.8)],
    )
    c.shape(oval(X + 4, 238, 78, 15), c.ink.shadow, alpha=0.35, blur=True)
    c.piece(sym(crown), cloth=cloth, folds=[(f"M{X - 30} 150L{X - 36} 220", 16, 0.9)])
    tone = c.ink.second if c.flat.second_colour else mix(c.ink.base, "#1a1210", 0.55)
    c.piece(
        sym(f"M{X} 222C{X + 36} 222 {X + 62} 216 {X + 70} 208L{X + 73} 232C{X + 56} 244 {X + 28} 248 {X} 248"),
        fill=tone,
        volume=0.6,
    )


def _fedora(c: Canvas) -> None:
    _brim_hat(
        c,
        122,
        30,
        f"M{X} 136C{X + 14} 120 {X + 44} 118 {X + 54} 138C{X + 64} 166 {X + 68} 200 {X + 73} 236"
        f"C{X + 50} 248 {X + 20} 250 {X} 250",
        "",
    )
    c.seam(f"M{X} 136C{X - 4} 150 {X - 2} 164 {X} 176", 5, ink=c.ink.shadow, alpha=0.3)


def _sun(c: Canvas) -> None:
    _brim_hat(c, 136, 44, f"M{X} 146C{X + 44} 146 {X + 62} 176 {X + 73} 236C{X + 50} 248 {X + 20} 250 {X} 250", "straw")


def _bucket(c: Canvas) -> None:
    c.piece(
        sym(f"M{X} 130C{X + 40} 130 {X + 60} 136 {X + 64} 146L{X + 78} 214C{X + 50} 226 {X + 20} 228 {X} 228"),
        folds=[(f"M{X - 40} 150L{X - 48} 214", 14, 0.8)],
    )
    c.seam(f"M{X - 64} 147Q{X} 164 {X + 64} 147", 1.1)
    c.piece(
        sym(
            f"M{X} 222C{X + 30} 222 {X + 60} 218 {X + 78} 210C{X + 92} 232 {X + 104} 252 {X + 110} 268"
            f"C{X + 60} 290 {X + 24} 292 {X} 292"
        ),
        folds=[(f"M{X - 70} 236Q{X} 262 {X + 60} 240", 10, 0.6)],
    )
    for n in range(4):
        y, w = 240 + n * 12, 88 + n * 7
        c.stitch(f"M{X - w} {y}Q{X} {y + 24} {X + w} {y}")


def _beanie(c: Canvas) -> None:
    c.piece(
        sym(f"M{X} 112C{X + 56} 112 {X + 84} 160 {X + 86} 236L{X} 240"),
        cloth="rib",
        folds=[(f"M{X - 40} 140Q{X - 56} 180 {X - 56} 224", 16, 0.8)],
    )
    c.piece(sym(f"M{X} 226Q{X + 50} 226 {X + 90} 220L{X + 92} 268Q{X + 50} 278 {X} 279"), cloth="rib", fill=c.ink.deep)
    for n in range(-2, 3):
        c.seam(f"M{X + n * 8} 114Q{X + n * 34} 160 {X + n * 36} 222", 0.9, alpha=0.4)
    c.piece(oval(X, 104, 24, 22), cloth="knit")


DRAW: dict[str, Callable[[Canvas], None]] = {"cap": _cap, "hat": _hat}
