"""Shoes as a pair in side view, toes to the left: the far shoe behind and above, the near one in front."""

from collections.abc import Callable

from models.flats.paint import Canvas
from models.flats.paths import oval

_SOLE = "#f3f1ec"


def pair(
    c: Canvas,
    near: Callable[[Canvas], None],
    *,
    dx: float = 26.0,
    dy: float = -46.0,
    top: float = 118.0,
    bottom: float = 268.0,
) -> None:
    """Draws `near` twice; the far one is a little smaller. `top` and `bottom` say how tall one shoe is."""
    c.frame(24, top + dy, 282 + dx * 0.6, bottom)
    with c.moved(f"translate({dx + 8} {dy + 10}) scale(.96)"):
        near(c)
    c.shape(oval(150, bottom - 8, 118, 9), "#1a1612", alpha=0.2, blur=True)
    near(c)


def _canvas_shoe(c: Canvas) -> None:
    white = c.flat.style == "canvas"
    c.piece("M150 150L160 128C172 122 186 126 192 136L236 136L214 176L150 176Z", fill=c.ink.inside, volume=0.5)
    upper = (
        "M36 236C33 216 48 200 78 192C104 186 126 170 146 146L160 130C168 134 176 142 184 152"
        "C200 158 220 150 236 132C246 127 256 132 257 142C256 172 264 200 262 238Z"
    )
    c.piece(
        upper,
        folds=[
            ("M96 200Q120 204 132 222", 6, -0.5),
            ("M60 206Q110 196 150 160", 9, 0.8),
            ("M196 176Q230 176 250 160", 9, 0.5),
        ],
    )
    stay = "M98 188C124 178 142 156 154 138L176 158C166 178 146 196 116 208Z"
    c.piece(stay, volume=0.5, plain=True)
    c.stitch("M102 190C126 181 145 160 156 143")
    c.piece("M36 238C33 216 48 200 76 192.500C90 204 96 222 94 238Z", fill=_SOLE if white else c.ink.deep, volume=0.7)
    c.piece(
        "M236 133C246 127 256 132 257 142C256.500 164 260 184 262 206L244 206C246 180 240 160 236 133Z",
        fill=c.ink.deep,
        volume=0.5,
    )
    seam = "M196 156C198 190 204 216 206 238"
    c.seam(seam, 1)
    c.stitch("M199 157C201 190 207 216 209 238")
    laces(
        c,
        [(106, 186, 124, 200), (119, 179, 138, 193), (131, 170, 150, 184), (141, 159, 161, 173), (149, 147, 169, 161)],
    )
    sole = "M32 232C80 238 220 238 264 232C270 240 269 256 262 260L46 260C34 258 28 246 32 232Z"
    c.piece(sole, fill=_SOLE if c.flat.style != "gum" else "#c08a4e", volume=0.7)
    c.seam("M34 248C90 252 220 252 267 247", 2, ink=c.ink.base if white else "#b9b4a8", alpha=0.9)


def laces(c: Canvas, rows: list[tuple[float, float, float, float]]) -> None:
    tone = "#f6f5f1" if c.flat.colour not in ("white", "off_white", "cream") else "#dcdad4"
    if c.flat.kind in ("formal_shoes", "boots"):
        tone = c.ink.deep
    for x0, y0, x1, y1 in rows:
        d = f"M{x0} {y0}Q{(x0 + x1) / 2 + 3} {(y0 + y1) / 2 - 4} {x1} {y1}"
        c.seam(d, 5.4, ink="#55524d", alpha=0.75)
        c.seam(d, 4, ink=tone, alpha=1)


def _loafer(c: Canvas) -> None:
    c.piece("M130 176C170 164 210 146 240 146L240 180L140 192Z", fill=c.ink.inside, volume=0.5)
    c.piece(
        "M36 244C34 222 56 208 92 196C112 188 122 176 134 170C142 180 150 188 160 192"
        "C194 190 220 172 240 148C250 144 258 150 258 160C258 190 264 216 262 244Z",
        folds=[("M60 216Q110 204 130 186", 10, 0.9), ("M150 214Q200 216 246 186", 10, 0.5)],
    )
    c.seam("M44 226C70 204 112 206 128 198C136 194 138 184 136 174", 1.6)
    c.stitch("M48 229C72 208 112 210 131 201")
    c.piece(
        "M112 187C126 176 134 170 139 168C149 182 158 190 168 192L152 208C136 204 122 198 112 187Z",
        fill=c.ink.deep,
        volume=0.5,
    )
    c.shape("M128 186L146 182L150 190L134 194Z", c.ink.shadow, alpha=0.7)
    c.piece(
        "M34 240C90 246 220 246 264 240L265 254L210 254L206 250L40 252C34 250 32 246 34 240Z",
        fill="#4a3a30",
        volume=0.6,
    )


def _casual(c: Canvas) -> None:
    if c.flat.style == "loafer":
        pair(c, _loafer, top=140, bottom=258)
    else:
        pair(c, _canvas_shoe, top=124, bottom=262)


def _runner(c: Canvas) -> None:
    contrast = c.ink.second if c.flat.second_colour else _SOLE
    c.piece("M148 150L160 122C172 116 190 124 196 136L238 128L220 180L150 180Z", fill=c.ink.inside, volume=0.5)
    c.piece(
        "M30 226C34 206 62 198 88 188C112 180 132 160 148 138L162 120C172 126 180 140 190 150"
        "C208 154 226 140 238 120C248 114 258 122 256 136C254 166 264 196 268 226Z",
        cloth="mesh",
        plain=True,
        folds=[("M64 206Q112 196 146 160", 9, 0.9), ("M110 196Q126 206 132 222", 6, -0.5)],
    )
    c.piece("M30 226C33 210 52 202 74 194C84 204 96 216 116 226Z", fill=c.ink.deep, volume=0.6)
    c.piece("M212 226C206 196 220 168 238 152L255 146C256 172 265 200 268 226Z", fill=c.ink.deep, volume=0.6)
    c.shape(
        "M118 222C146 214 176 190 196 160C202 166 208 170 214 170C206 194 176 220 140 229C130 230 122 228 118 222Z",
        contrast,
        alpha=0.95,
    )
    c.seam("M118 222C146 214 176 190 196 160", 1, alpha=0.5)
    c.piece("M96 186C120 176 140 154 152 134L172 148C162 172 142 192 112 204Z", fill=c.ink.deep, volume=0.5)
    laces(
        c,
        [(104, 184, 120, 198), (117, 177, 134, 191), (129, 168, 147, 182), (139, 157, 158, 171), (147, 146, 167, 159)],
    )
    c.piece("M238 120C248 114 258 120 257 132L250 142C246 134 242 128 238 120Z", fill=contrast, volume=0.4)
    c.piece(
        "M24 226C60 216 90 226 130 228C180 230 240 222 272 214C280 226 276 246 268 252"
        "C200 260 110 260 44 252C28 246 20 236 24 226Z",
        fill=contrast if c.ink.dark or c.flat.second_colour is None else _SOLE,
        volume=0.8,
    )
    c.seam("M30 236C90 246 200 246 272 228", 1.6, ink="#a8a49a", alpha=0.8)
    c.piece(
        "M36 248C110 258 200 258 272 246C270 256 264 260 258 261L54 261C44 258 38 254 36 248Z",
        fill=c.ink.deep,
        volume=0.5,
    )


def _sports(c: Canvas) -> None:
    pair(c, _runner, top=116, bottom=264)


def _oxford(c: Canvas) -> None:
    c.piece("M156 186L170 168L240 164L220 196L160 200Z", fill=c.ink.inside, volume=0.5)
    c.piece(
        "M26 246C26 230 48 222 80 214C114 206 138 196 156 180L168 168C190 178 216 180 238 166"
        "C248 162 255 168 256 176C258 204 264 226 262 246Z",
        folds=[
            ("M42 232Q96 220 140 204", 7, 1),
            ("M112 214Q126 224 128 240", 5, -0.4),
            ("M206 190Q236 200 250 222", 8, 0.6),
        ],
    )
    c.seam("M76 216C90 224 96 236 96 246", 1.3)
    c.stitch("M71 217.500C86 225 92 236 92 246")
    c.seam("M112 207C120 224 152 230 178 226C206 222 228 220 260 219", 1.2)
    if c.flat.style == "brogue":
        c.seam(
            "M64 219C80 227 86 238 86 246M112 211C122 228 152 234 180 230C206 226 228 224 260 223"
            "M200 180C206 198 218 210 236 219",
            2.2,
            alpha=0.9,
        )
        c.stitch("M56 221C72 229 78 238 78 246", width=1.8)
        c.stitch("M190 178C198 198 210 212 228 220", width=1.6)
    c.piece("M122 204C140 197 154 186 165 174L190 182C182 196 168 208 142 214Z", volume=0.4, plain=True)
    laces(c, [(136, 200, 154, 208), (148, 193, 167, 202), (158, 184, 178, 194), (165, 176, 186, 186)])
    c.piece("M24 242C90 249 220 249 264 242L266 252L26 253Z", fill="#2a211c", volume=0.4)
    c.piece("M212 252L266 251L264 265L214 265Z", fill="#2a211c", volume=0.5)


def _formal(c: Canvas) -> None:
    pair(c, _oxford, top=164, bottom=268, dy=-52)


DRAW: dict[str, Callable[[Canvas], None]] = {
    "casual_shoes": _casual,
    "sports_shoes": _sports,
    "formal_shoes": _formal,
}
