"""Handbags, clutches, backpacks, messenger bags and wallets."""

from collections.abc import Callable

from models.flats.paint import Canvas
from models.flats.paths import MIDDLE as X
from models.flats.paths import box, flip, oval, sym


def _handle(c: Canvas, d: str, width: float = 9.0, *, ink: str | None = None) -> None:
    c.seam(d, width + 1.8, alpha=1, cap="butt")
    c.seam(d, width, ink=ink or c.ink.deep, alpha=1, cap="butt")
    c.seam(d, width * 0.3, ink="#ffffff", alpha=0.16, cap="butt")


def _handbag(c: Canvas) -> None:
    {"tote": _tote, "satchel": _satchel, "shoulder": _shoulder}[c.flat.style](c)


def _tote(c: Canvas) -> None:
    c.frame(X - 98, 70, X + 98, 320)
    _handle(c, f"M{X - 42} 168C{X - 44} 50 {X + 44} 50 {X + 42} 168", 8, ink=c.ink.inside)
    c.piece(sym(f"M{X} 152L{X + 92} 148L{X + 88} 164L{X} 168"), fill=c.ink.inside, volume=0.5)
    c.piece(
        sym(f"M{X} 160L{X + 96} 154L{X + 82} 306Q{X + 80} 318 {X + 66} 319L{X} 320"),
        folds=[(f"M{X - 50} 190L{X - 44} 300", 18, 0.8), (f"M{X + 66} 170Q{X + 56} 230 {X + 62} 306", 10, -0.5)],
    )
    c.stitch(sym(f"M{X} 166L{X + 90} 160L{X + 77} 304Q{X + 75} 312 {X + 62} 313L{X} 314"))
    _handle(c, f"M{X - 46} 196C{X - 50} 52 {X + 50} 52 {X + 46} 196", 9)
    for s in (-1, 1):
        c.piece(box(X + s * 46 - 8, 180, 16, 26, 4), fill=c.ink.deep, volume=0.5)
        c.metal(oval(X + s * 46, 193, 3.2, 3.2), gold=True)


def _satchel(c: Canvas) -> None:
    c.frame(X - 104, 96, X + 104, 312)
    _handle(c, f"M{X - 44} 178C{X - 46} 84 {X + 46} 84 {X + 44} 178", 11)
    c.piece(
        sym(f"M{X} 166L{X + 72} 168Q{X + 92} 170 {X + 94} 190L{X + 103} 292Q{X + 103} 308 {X + 88} 309L{X} 311"),
        folds=[(f"M{X - 60} 200L{X - 64} 296", 18, 0.8)],
    )
    c.piece(
        sym(f"M{X} 164L{X + 74} 166Q{X + 92} 168 {X + 93} 186L{X + 90} 222Q{X + 84} 236 {X + 66} 238L{X} 244"),
        folds=[(f"M{X - 70} 184Q{X} 174 {X + 60} 184", 9, 0.9)],
        volume=0.8,
    )
    c.stitch(sym(f"M{X} 170L{X + 72} 172Q{X + 86} 174 {X + 87} 188L{X + 85} 220Q{X + 80} 230 {X + 64} 232L{X} 238"))
    c.metal(f"{box(X - 14, 228, 28, 25, 4)}{box(X - 8, 236, 16, 9, 3)}", gold=True)
    for s in (-1, 1):
        c.metal(oval(X + s * 44, 180, 6, 6) + oval(X + s * 44, 180, 3, 3), gold=True)


def _shoulder(c: Canvas) -> None:
    c.frame(X - 92, 60, X + 92, 322)
    chain = f"M{X - 78} 214C{X - 60} 20 {X + 60} 20 {X + 78} 214"
    c.seam(chain, 5.5, ink="#8a6a24", alpha=1)
    c.raw(f'<path d="{chain}" fill="none" stroke="#ecd083" stroke-width="4" stroke-dasharray="6 3"/>')
    c.piece(
        sym(f"M{X} 206L{X + 80} 206Q{X + 92} 208 {X + 92} 222L{X + 92} 300Q{X + 91} 316 {X + 76} 317L{X} 318"),
        folds=[(f"M{X - 60} 280L{X + 50} 290", 12, 0.6)],
    )
    c.piece(
        sym(f"M{X} 204L{X + 82} 205Q{X + 94} 208 {X + 93} 224L{X + 88} 256C{X + 60} 274 {X + 30} 282 {X} 284"),
        volume=0.8,
        folds=[(f"M{X - 70} 222Q{X} 214 {X + 60} 222", 9, 0.9)],
    )
    for x in range(-80, 81, 20):
        c.seam(f"M{X + x} 210L{X + x * 0.4 + 22} 272M{X + x} 210L{X + x * 0.4 - 22} 272", 0.8, alpha=0.5)
    c.metal(oval(X, 278, 11, 11) + oval(X, 278, 6, 6), gold=True)


def _clutch(c: Canvas) -> None:
    c.frame(X - 112, 130, X + 112, 274)
    c.piece(box(X - 110, 140, 220, 130, 10), folds=[(f"M{X - 80} 250L{X + 70} 256", 10, 0.6)])
    if c.flat.style == "envelope":
        c.piece(
            f"M{X - 108} 139L{X + 108} 139Q{X + 112} 144 {X + 104} 150L{X + 8} 222Q{X} 227 {X - 8} 222"
            f"L{X - 104} 150Q{X - 112} 144 {X - 108} 139Z",
            volume=0.9,
            folds=[(f"M{X - 70} 152L{X + 60} 154", 9, 0.9)],
        )
        c.metal(oval(X, 212, 7, 7), gold=True)
    else:
        c.metal(box(X - 111, 134, 222, 13, 5), gold=True)
        for s in (-1, 1):
            c.metal(oval(X + s * 6, 130, 7, 7), gold=True)
        for n in range(9):
            x = X - 88 + n * 22
            c.seam(f"M{x} 150Q{x + (x - X) * 0.06} 210 {x + (x - X) * 0.1} 266", 1, alpha=0.6)


def _backpack(c: Canvas) -> None:
    strap = f"M{X + 56} 120C{X + 104} 140 {X + 108} 250 {X + 78} 300"
    for d in (strap, flip(strap)):
        _handle(c, d, 13)
    _handle(c, f"M{X - 20} 96C{X - 18} 66 {X + 18} 66 {X + 20} 96", 8)
    c.frame(X - 106, 68, X + 106, 332)
    c.piece(
        sym(
            f"M{X} 88C{X + 50} 88 {X + 74} 112 {X + 78} 160C{X + 84} 220 {X + 86} 270 {X + 84} 304"
            f"Q{X + 82} 328 {X + 56} 329L{X} 331"
        ),
        folds=[(f"M{X - 46} 120Q{X - 56} 200 {X - 50} 300", 20, 0.8), (f"M{X + 60} 130L{X + 66} 300", 10, -0.4)],
    )
    if c.flat.style == "flap":
        c.piece(
            sym(
                f"M{X} 86C{X + 54} 86 {X + 78} 112 {X + 81} 160C{X + 82} 184 {X + 82} 196 {X + 76} 204"
                f"Q{X + 40} 214 {X} 214"
            ),
            volume=0.8,
            folds=[(f"M{X - 50} 116Q{X - 10} 100 {X + 40} 112", 10, 0.9)],
        )
        for s in (-1, 1):
            c.piece(box(X + s * 34 - 6, 190, 12, 66, 2), fill=c.ink.deep, volume=0.5)
            c.metal(f"{box(X + s * 34 - 9, 226, 18, 16, 2)}{box(X + s * 34 - 5, 230, 10, 8, 1)}", gold=True)
    else:
        arc = f"M{X} 118C{X + 42} 118 {X + 58} 140 {X + 61} 184"
        c.metal(flip(arc) + arc, width=1.8)
        c.seam(f"M{X + 61} 184L{X + 58} 200", 3)
    c.piece(
        sym(f"M{X} 234L{X + 52} 234Q{X + 60} 236 {X + 61} 246L{X + 62} 300Q{X + 60} 314 {X + 46} 315L{X} 316"),
        volume=0.7,
    )
    c.metal(f"M{X - 50} 246Q{X} 241 {X + 50} 246", width=1.8)
    c.seam(f"M{X + 46} 246L{X + 44} 260", 2.6)


def _messenger(c: Canvas) -> None:
    c.frame(X - 102, 60, X + 102, 316)
    _handle(c, f"M{X - 88} 220C{X - 80} 30 {X + 80} 30 {X + 88} 220", 11)
    c.piece(box(X - 100, 186, 200, 126, 12))
    c.piece(
        sym(f"M{X} 184L{X + 90} 184Q{X + 102} 186 {X + 102} 198L{X + 98} 262Q{X + 96} 276 {X + 82} 277L{X} 279"),
        volume=0.8,
        folds=[(f"M{X - 70} 204Q{X} 194 {X + 60} 204", 11, 0.9)],
    )
    c.stitch(sym(f"M{X} 190L{X + 88} 190Q{X + 96} 192 {X + 96} 200L{X + 92} 260Q{X + 90} 270 {X + 80} 271L{X} 273"))
    for s in (-1, 1):
        c.piece(box(X + s * 52 - 8, 244, 16, 50, 3), fill=c.ink.deep, volume=0.5)
        c.metal(f"{box(X + s * 52 - 11, 270, 22, 17, 2)}{box(X + s * 52 - 6, 274, 12, 9, 1)}")


def _wallet(c: Canvas) -> None:
    c.piece(box(X - 92, 142, 184, 120, 9), fill=c.ink.inside)
    c.piece(box(X - 94, 148, 186, 120, 9), folds=[(f"M{X - 70} 170L{X + 60} 176", 14, 0.8)])
    c.stitch(box(X - 88, 154, 174, 108, 6))
    c.piece(
        f"M{X + 92} 190L{X + 52} 190Q{X + 38} 192 {X + 38} 208Q{X + 38} 224 {X + 52} 226L{X + 92} 226Z",
        fill=c.ink.deep,
        volume=0.6,
    )
    c.metal(oval(X + 54, 208, 6, 6))


DRAW: dict[str, Callable[[Canvas], None]] = {
    "handbag": _handbag,
    "clutch": _clutch,
    "backpack": _backpack,
    "messenger_bag": _messenger,
    "wallet": _wallet,
}
