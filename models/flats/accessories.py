"""Caps, hats, scarves, belts, ties, sunglasses, watches, socks and gloves."""

from collections.abc import Callable

from models.flats.paint import Canvas
from models.flats.paths import MIDDLE as X
from models.flats.paths import box, flip, oval, sym


def _scarf(c: Canvas) -> None:
    for dx, low, turn in ((30, 344, 4), (-22, 322, -5)):
        x = X + dx
        c.piece(
            f"M{x - 24} 140L{x + 26} 140L{x + 30 + turn} {low}L{x - 28 + turn} {low + 4}Z",
            cloth="knit",
            turn=turn,
            folds=[(f"M{x - 8} 160L{x - 8 + turn} {low}", 8, -0.7), (f"M{x + 8} 150L{x + 12 + turn} {low}", 9, 0.8)],
        )
        for n in range(13):
            fx = x - 26 + turn + n * 4.6
            c.seam(
                f"M{fx} {low + 2}L{fx + (n % 3 - 1)} {low + 20}",
                2.2,
                ink=c.ink.base if not c.ink.dark else c.ink.edge,
                alpha=1,
            )
        c.frame(x - 30, 100, x + 34, low + 22)
    c.piece(
        sym(f"M{X} 66C{X + 44} 66 {X + 74} 86 {X + 72} 116C{X + 68} 148 {X + 34} 166 {X} 168"),
        cloth="knit",
        turn=80,
        folds=[(f"M{X - 60} 112Q{X} 160 {X + 60} 112", 9, -0.8), (f"M{X - 56} 96Q{X} 140 {X + 54} 96", 8, 0.8)],
    )
    c.piece(sym(f"M{X} 82C{X + 24} 82 {X + 42} 92 {X + 42} 106C{X + 36} 120 {X + 18} 126 {X} 127"), fill=c.ink.inside)
    c.piece(
        f"M{X - 40} 104C{X - 10} 132 {X + 30} 128 {X + 58} 96"
        f"C{X + 76} 110 {X + 70} 138 {X + 46} 152C{X + 10} 170 {X - 36} 160 {X - 66} 136"
        f"C{X - 72} 118 {X - 56} 104 {X - 40} 104Z",
        cloth="knit",
        turn=70,
        volume=0.9,
        folds=[(f"M{X - 50} 122Q{X} 152 {X + 54} 118", 8, -0.6), (f"M{X - 56} 132Q{X} 164 {X + 60} 128", 6, 0.7)],
    )


def _belt(c: Canvas) -> None:
    c.piece("M60 168C100 132 200 132 240 168L244 196C200 160 100 160 56 196Z", fill=c.ink.inside, volume=0.8)
    c.piece(
        "M44 182C44 172 52 166 60 168C100 196 200 196 240 168C250 166 257 174 256 184L254 210C200 250 100 250 46 210Z",
        folds=[("M60 196Q150 232 240 196", 9, 0.9)],
    )
    c.stitch("M50 186C100 218 200 218 251 186")
    c.stitch("M50 206C100 240 200 240 250 206")
    c.piece(
        "M150 194L232 180Q262 176 262 196Q262 216 236 216L150 236Z", volume=0.8, folds=[("M164 206L250 196", 8, 0.9)]
    )
    c.stitch("M160 198L234 185Q256 182 256 196Q256 210 234 211L160 229")
    for n in range(4):
        c.shape(oval(198 + n * 14, 202 - n * 2.2, 2.2, 2.2), "#15110e")
    gold = c.flat.gender == "women"
    c.metal(f"{box(118, 184, 50, 60, 9)}{box(128, 194, 30, 40, 5)}", gold=gold)
    c.metal("M140 214L174 210", width=4, gold=gold)
    c.piece(box(178, 184, 13, 48, 3), fill=c.ink.deep, volume=0.5)


def _tie(c: Canvas) -> None:
    if c.flat.style == "bow":
        for side in (flip, str):
            c.piece(
                side(
                    f"M{X} 190C{X + 30} 172 {X + 70} 156 {X + 100} 154"
                    f"C{X + 108} 176 {X + 108} 224 {X + 100} 246C{X + 70} 244 {X + 30} 228 {X} 210Z"
                ),
                folds=[(side(f"M{X + 10} 200L{X + 70} 184"), 7, -0.6), (side(f"M{X + 12} 204L{X + 80} 222"), 8, 0.8)],
            )
        c.piece(box(X - 17, 178, 34, 44, 9), folds=[(f"M{X - 4} 184L{X - 4} 216", 6, 0.8)])
        return
    c.piece(f"M{X - 4} 96L{X + 18} 96L{X + 40} 322L{X + 12} 348L{X - 6} 326Z", fill=c.ink.inside)
    c.piece(
        f"M{X - 15} 88L{X + 15} 88L{X + 36} 330L{X} 372L{X - 36} 330Z",
        turn=40,
        folds=[(f"M{X - 10} 110L{X - 16} 330", 12, 0.9), (f"M{X - 8} 90Q{X} 120 {X + 6} 130", 6, -0.6)],
    )
    c.piece(
        f"M{X - 24} 40Q{X} 34 {X + 24} 40L{X + 15} 88Q{X} 95 {X - 15} 88Z",
        turn=-40,
        folds=[(f"M{X - 8} 46L{X - 5} 84", 8, 0.9)],
    )


_LENSES = {
    "aviator": f"M{X + 12} 178C{X + 40} 170 {X + 84} 170 {X + 104} 182"
    f"C{X + 106} 216 {X + 86} 252 {X + 58} 252C{X + 32} 250 {X + 14} 214 {X + 12} 178Z",
    "round": oval(X + 58, 210, 42, 42),
    "square": f"M{X + 14} 178L{X + 106} 174Q{X + 112} 176 {X + 110} 190"
    f"C{X + 106} 226 {X + 96} 240 {X + 66} 241C{X + 34} 242 {X + 22} 232 {X + 16} 200"
    f"Q{X + 12} 184 {X + 14} 178Z",
    "cat": f"M{X + 14} 186C{X + 40} 174 {X + 84} 168 {X + 122} 158"
    f"C{X + 122} 200 {X + 104} 240 {X + 66} 241C{X + 34} 242 {X + 14} 220 {X + 14} 186Z",
}


def _sunglasses(c: Canvas) -> None:
    lens = _LENSES[c.flat.style]
    arm = f"M{X + 104} 184C{X + 118} 170 {X + 116} 152 {X + 92} 138L{X + 70} 132"
    for d in (arm, flip(arm)):
        c.seam(d, 7, alpha=1)
        c.seam(d, 5, ink=c.ink.inside, alpha=1)
    wire = c.flat.style in ("aviator", "round")
    c.frame(X - 120, 130, X + 120, 256)
    glass = "#2b2622" if c.flat.colour != "black" else "#3a4046"
    for side in (flip, str):
        c.shape(side(lens), glass, alpha=0.94)
        c.shape(side(f"M{X + 26} 226L{X + 70} 180L{X + 88} 180L{X + 40} 238Z"), "#ffffff", alpha=0.2)
        c.seam(side(lens), (5 if wire else 13) + 1.8, alpha=1)
        c.seam(side(lens), 5 if wire else 13, ink=c.ink.base, alpha=1)
        c.seam(side(lens), 1.6, ink=c.ink.pale, alpha=0.5)
    bridge = f"M{X - 16} 192Q{X} 180 {X + 16} 192"
    c.seam(bridge, (5 if wire else 9) + 1.8, alpha=1)
    c.seam(bridge, 5 if wire else 9, ink=c.ink.base, alpha=1)
    if c.flat.style == "aviator":
        c.seam(f"M{X - 30} 176L{X + 30} 176", 4, ink=c.ink.base, alpha=1)


def _watch(c: Canvas) -> None:
    steel = c.flat.style == "steel"
    strap = f"M{X} {{a}}L{X + 25} {{a}}L{X + 34} {{b}}L{X} {{b}}"
    for a, b in ((52, 160), (348, 240)):
        half = strap.format(a=a, b=b) if a < b else f"M{X} {b}L{X + 34} {b}L{X + 25} {a}L{X} {a}"
        c.piece(sym(half), folds=[(f"M{X - 10} {a}L{X - 12} {b}", 12, 0.8)])
        if steel:
            for n in range(11):
                y = min(a, b) + 4 + n * 10
                c.seam(f"M{X - 30} {y}L{X + 30} {y}M{X - 11} {y}L{X - 11} {y + 10}M{X + 11} {y}L{X + 11} {y + 10}", 1)
        else:
            c.stitch(
                f"M{X - 20} {a + 6 if a < b else a - 6}L{X - 28} {b}M{X + 20} {a + 6 if a < b else a - 6}L{X + 28} {b}"
            )
    if not steel:
        for n in range(5):
            c.shape(oval(X, 270 + n * 14, 2.4, 3), "#141210")
    _dial(c, gold=c.flat.gender == "women" or c.flat.colour == "gold")


def _dial(c: Canvas, *, gold: bool) -> None:
    square = c.flat.style == "square"
    outer = box(X - 54, 146, 108, 108, 14) if square else oval(X, 200, 58, 58)
    inner = box(X - 45, 155, 90, 90, 9) if square else oval(X, 200, 49, 49)
    c.metal(box(X + 54, 192, 12, 16, 3), gold=gold)
    c.metal(outer, gold=gold)
    face = "#f7f6f2" if c.flat.colour not in ("white", "silver") else "#1d2740"
    c.piece(inner, fill=face, volume=0.8)
    hands = "#22242a" if face.startswith("#f") else "#f2f2f2"
    for n in range(12):
        c.raw(
            f'<path d="M{X} 158'
            f'L{X} {166 if n % 3 else 170}" transform="rotate({n * 30} {X} 200)" '
            f'stroke="{hands}" stroke-width="{1.8 if n % 3 else 3}"/>'
        )
    c.seam(f"M{X} 200L{X - 20} 186", 4, ink=hands, alpha=1)
    c.seam(f"M{X} 200L{X + 24} 174", 2.6, ink=hands, alpha=1)
    c.shape(oval(X, 200, 3.6, 3.6), hands)
    c.shape(f"M{X - 36} 226L{X + 10} 160L{X + 26} 164L{X - 22} 236Z", "#ffffff", alpha=0.14)


def _socks(c: Canvas) -> None:
    for dx, dy in ((34, -16), (-30, 10)):
        with c.moved(f"translate({dx} {dy})"):
            c.piece(
                "M128 96L186 96C188 150 186 186 190 214C196 246 180 262 154 268C126 276 104 292 82 290"
                "C60 286 60 262 80 248C108 232 126 216 128 186Z",
                cloth="knit",
                folds=[("M150 120L152 200", 14, 0.8), ("M132 200Q160 214 184 210", 6, -0.6)],
            )
            c.piece("M127 92L187 92L187 116L128 116Z", fill=c.ink.deep, cloth="rib")
            c.piece(
                "M64 266C62 282 74 291 92 289C106 287 112 282 120 280C112 262 100 248 88 244C76 250 66 258 64 266Z",
                fill=c.ink.deep,
                volume=0.7,
            )
            c.piece("M189 206C196 240 184 256 162 265C150 246 166 220 189 206Z", fill=c.ink.deep, volume=0.6)
    c.frame(30, 76, 226, 300)


def _gloves(c: Canvas) -> None:
    knit = "knit" if c.flat.style == "knit" else ""
    for side in (flip, str):
        hand = (
            f"M{X + 24} 300L{X + 26} 220C{X + 18} 206 {X + 8} 190 {X + 6} 172"
            f"C{X + 8} 160 {X + 18} 160 {X + 24} 172L{X + 36} 192L{X + 38} 120"
            f"C{X + 40} 108 {X + 52} 108 {X + 54} 120L{X + 56} 172"
            f"L{X + 58} 104C{X + 60} 92 {X + 72} 92 {X + 74} 104L{X + 75} 172L{X + 79} 112"
            f"C{X + 81} 100 {X + 93} 102 {X + 93} 114L{X + 92} 178L{X + 98} 136"
            f"C{X + 101} 125 {X + 112} 128 {X + 111} 140"
            f"L{X + 106} 226L{X + 100} 300Z"
        )
        c.piece(side(hand), cloth=knit, folds=[(side(f"M{X + 50} 200L{X + 54} 290"), 14, 0.8)])
        c.piece(
            side(f"M{X + 22} 282L{X + 102} 282L{X + 102} 312L{X + 22} 312Z"),
            fill=c.ink.deep,
            cloth="rib" if knit else "",
        )
        if not knit:
            c.stitch(side(f"M{X + 48} 190L{X + 50} 228M{X + 66} 188L{X + 66} 230M{X + 84} 190L{X + 82} 228"))


DRAW: dict[str, Callable[[Canvas], None]] = {
    "scarf": _scarf,
    "belt": _belt,
    "tie": _tie,
    "sunglasses": _sunglasses,
    "watch": _watch,
    "socks": _socks,
    "gloves": _gloves,
}
