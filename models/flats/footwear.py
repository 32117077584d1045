"""Shoes as a pair in side view, toes to the left: the far shoe behind and above, the near one in front."""

from collections.abc import Callable

from models.flats.paint import Canvas
from models.flats.paths import box, oval

_SOLE = "#f3f1ec"


def _pair(c: Canvas, near: Callable[[Canvas], None], *, dx: float = 26.0, dy: float = -46.0, top: float = 118.0, bottom: float = 268.0) -> None:
    """Draws `near` twice; the far one is a little smaller. `top` and `bottom` say how tall one shoe is."""
    c.frame(24, top + dy, 282 + dx * 0.6, bottom)
    with c.moved(f"translate({dx + 8} {dy + 10}) scale(.96)"):
        near(c)
    c.shape(oval(150, bottom - 8, 118, 9), "#1a1612", alpha=0.2, blur=True)
    near(c)


def _canvas_shoe(c: Canvas) -> None:
    white = c.flat.style == "canvas"
    c.piece("M150 150L160 128C172 122 186 126 192 136L236 136L214 176L150 176Z", fill=c.ink.inside, volume=0.5)
    upper = "M36 236C33 216 48 200 78 192C104 186 126 170 146 146L160 130C168 134 176 142 184 152C200 158 220 150 236 132C246 127 256 132 257 142C256 172 264 200 262 238Z"
    c.piece(upper, folds=[("M96 200Q120 204 132 222", 6, -0.5), ("M60 206Q110 196 150 160", 9, 0.8), ("M196 176Q230 176 250 160", 9, 0.5)])
    stay = "M98 188C124 178 142 156 154 138L176 158C166 178 146 196 116 208Z"
    c.piece(stay, volume=0.5, plain=True)
    c.stitch("M102 190C126 181 145 160 156 143")
    c.piece("M36 238C33 216 48 200 76 192.500C90 204 96 222 94 238Z", fill=_SOLE if white else c.ink.deep, volume=0.7)
    c.piece("M236 133C246 127 256 132 257 142C256.500 164 260 184 262 206L244 206C246 180 240 160 236 133Z", fill=c.ink.deep, volume=0.5)
    seam = "M196 156C198 190 204 216 206 238"
    c.seam(seam, 1)
    c.stitch("M199 157C201 190 207 216 209 238")
    _laces(c, [(106, 186, 124, 200), (119, 179, 138, 193), (131, 170, 150, 184), (141, 159, 161, 173), (149, 147, 169, 161)])
    sole = "M32 232C80 238 220 238 264 232C270 240 269 256 262 260L46 260C34 258 28 246 32 232Z"
    c.piece(sole, fill=_SOLE if c.flat.style != "gum" else "#c08a4e", volume=0.7)
    c.seam("M34 248C90 252 220 252 267 247", 2, ink=c.ink.base if white else "#b9b4a8", alpha=0.9)


def _laces(c: Canvas, rows: list[tuple[float, float, float, float]]) -> None:
    tone = "#f6f5f1" if c.flat.colour not in ("white", "off_white", "cream") else "#dcdad4"
    if c.flat.kind in ("formal_shoes", "boots"):
        tone = c.ink.deep
    for x0, y0, x1, y1 in rows:
        d = f"M{x0} {y0}Q{(x0 + x1) / 2 + 3} {(y0 + y1) / 2 - 4} {x1} {y1}"
        c.seam(d, 5.4, ink="#55524d", alpha=0.75)
        c.seam(d, 4, ink=tone, alpha=1)


def _loafer(c: Canvas) -> None:
    c.piece("M130 176C170 164 210 146 240 146L240 180L140 192Z", fill=c.ink.inside, volume=0.5)
    c.piece("M36 244C34 222 56 208 92 196C112 188 122 176 134 170C142 180 150 188 160 192C194 190 220 172 240 148C250 144 258 150 258 160C258 190 264 216 262 244Z",
            folds=[("M60 216Q110 204 130 186", 10, 0.9), ("M150 214Q200 216 246 186", 10, 0.5)])  # fmt: skip
    c.seam("M44 226C70 204 112 206 128 198C136 194 138 184 136 174", 1.6)
    c.stitch("M48 229C72 208 112 210 131 201")
    c.piece("M112 187C126 176 134 170 139 168C149 182 158 190 168 192L152 208C136 204 122 198 112 187Z", fill=c.ink.deep, volume=0.5)
    c.shape("M128 186L146 182L150 190L134 194Z", c.ink.shadow, alpha=0.7)
    c.piece("M34 240C90 246 220 246 264 240L265 254L210 254L206 250L40 252C34 250 32 246 34 240Z", fill="#4a3a30", volume=0.6)


def _casual(c: Canvas) -> None:
    if c.flat.style == "loafer":
        _pair(c, _loafer, top=140, bottom=258)
    else:
        _pair(c, _canvas_shoe, top=124, bottom=262)


def _runner(c: Canvas) -> None:
    contrast = c.ink.second if c.flat.second_colour else _SOLE
    c.piece("M148 150L160 122C172 116 190 124 196 136L238 128L220 180L150 180Z", fill=c.ink.inside, volume=0.5)
    c.piece("M30 226C34 206 62 198 88 188C112 180 132 160 148 138L162 120C172 126 180 140 190 150C208 154 226 140 238 120C248 114 258 122 256 136C254 166 264 196 268 226Z",
            cloth="mesh", plain=True, folds=[("M64 206Q112 196 146 160", 9, 0.9), ("M110 196Q126 206 132 222", 6, -0.5)])  # fmt: skip
    c.piece("M30 226C33 210 52 202 74 194C84 204 96 216 116 226Z", fill=c.ink.deep, volume=0.6)
    c.piece("M212 226C206 196 220 168 238 152L255 146C256 172 265 200 268 226Z", fill=c.ink.deep, volume=0.6)
    for n in range(3):
        c.seam(f"M{128 + n * 22} {226}C{138 + n * 20} {204} {152 + n * 15} {188} {160 + n * 14} {164 + n * 3}", 6.5 - n, ink=contrast, alpha=0.95)
    c.piece("M96 186C120 176 140 154 152 134L172 148C162 172 142 192 112 204Z", fill=c.ink.deep, volume=0.5)
    _laces(c, [(104, 184, 120, 198), (117, 177, 134, 191), (129, 168, 147, 182), (139, 157, 158, 171), (147, 146, 167, 159)])
    c.piece("M238 120C248 114 258 120 257 132L250 142C246 134 242 128 238 120Z", fill=contrast, volume=0.4)
    c.piece("M24 226C60 216 90 226 130 228C180 230 240 222 272 214C280 226 276 246 268 252C200 260 110 260 44 252C28 246 20 236 24 226Z", fill=contrast if c.ink.dark or c.flat.second_colour is None else _SOLE, volume=0.8)
    c.seam("M30 236C90 246 200 246 272 228", 1.6, ink="#a8a49a", alpha=0.8)
    c.piece("M36 248C110 258 200 258 272 246C270 256 264 260 258 261L54 261C44 258 38 254 36 248Z", fill=c.ink.deep, volume=0.5)


def _sports(c: Canvas) -> None:
    _pair(c, _runner, top=116, bottom=264)


def _oxford(c: Canvas) -> None:
    c.piece("M150 160L166 138L238 142L214 176L150 180Z", fill=c.ink.inside, volume=0.5)
    c.piece("M30 244C30 226 52 214 84 206C116 198 136 180 154 158L166 140C186 148 214 152 238 142C248 140 254 146 255 154C256 190 264 220 262 244Z",
            folds=[("M46 228Q96 212 136 192", 8, 1), ("M110 206Q124 218 126 236", 5, -0.4), ("M206 170Q236 184 250 214", 9, 0.6)])  # fmt: skip
    c.seam("M78 208C92 218 98 232 98 244", 1.3)
    c.stitch("M74 209.500C88 219 94 232 94 244")
    quarter = "M112 198C118 218 150 226 176 222C204 218 226 216 258 214"
    c.seam(quarter, 1.2)
    if c.flat.style == "brogue":
        c.seam("M70 212C84 222 90 234 90 244M112 202C120 222 150 230 178 226C206 221 228 219 258 217M196 156C204 180 214 200 234 214", 2, ink=c.ink.edge, alpha=0.9)
        c.stitch("M62 216C76 224 82 234 82 244", width=1.6)
    c.piece("M122 194C140 182 152 166 162 148L186 158C180 178 166 194 140 206Z", volume=0.4, plain=True)
    _laces(c, [(134, 188, 152, 198), (145, 179, 163, 189), (154, 168, 172, 178), (160, 157, 179, 167)])
    c.piece("M28 240C90 247 220 247 264 240L266 250L30 251Z", fill="#2a211c", volume=0.4)
    c.piece("M210 250L266 249L264 264L212 264Z", fill="#2a211c", volume=0.5)


def _formal(c: Canvas) -> None:
    _pair(c, _oxford, top=134, bottom=266)


def _heel(c: Canvas) -> None:
    block, strap = c.flat.style == "block", c.flat.style == "strap"
    post = "M222 192L258 178C262 206 262 232 260 258L230 258C230 236 228 212 222 192Z" if block else "M232 190C242 184 250 182 257 176C258 206 254 232 252 260L244 260C244 234 242 210 232 190Z"
    c.piece(post, fill=c.ink.deep, volume=0.7)
    c.piece("M92 226C140 206 196 168 234 134L252 140L240 170C204 190 150 236 110 238Z", fill="#e4cdb4", volume=0.5)
    c.piece("M34 252C36 234 66 222 92 212C108 205 118 208 124 216C132 226 146 226 160 218C192 198 216 164 236 134C246 129 255 136 257 148C260 162 260 172 257 182C232 190 204 226 172 246C154 256 124 258 96 258L42 258C36 257 33 255 34 252Z",
            folds=[("M50 240Q90 226 112 216", 7, 1), ("M160 236Q206 206 244 156", 8, 0.9), ("M120 230Q150 240 176 224", 6, -0.5)])  # fmt: skip
    c.seam("M40 258C80 260 130 261 160 254C196 240 222 202 256 184", 2.6, ink="#3a2a22" if not c.ink.dark else "#b5322f", alpha=0.9)
    if strap:
        c.piece("M192 150C200 138 230 128 252 136L254 146C232 140 208 148 198 160Z", volume=0.5)
        c.metal(box(200, 142, 10, 11, 2))


def _heels(c: Canvas) -> None:
    _pair(c, _heel, top=128, bottom=262, dx=22, dy=-58)


def _ballet(c: Canvas) -> None:
    c.piece("M106 216C160 196 210 176 244 186L238 220L120 236Z", fill="#e4cdb4", volume=0.5)
    c.piece("M34 250C34 230 62 216 96 206C104 222 130 230 160 226C196 222 226 204 246 182C256 180 262 188 262 198C266 216 266 236 262 250C200 256 90 256 34 250Z",
            folds=[("M52 232Q80 218 98 214", 7, 1), ("M150 240Q220 236 254 204", 8, 0.8)])  # fmt: skip
    c.seam("M96 206C104 222 130 230 160 226C196 222 226 204 246 182", 2.4)
    for s in (-1, 1):
        c.piece(f"M98 210C{98 + s * 8} {200} {98 + s * 20} {198} {98 + s * 19} 208C{98 + s * 20} 217 {98 + s * 8} 216 98 210Z", volume=0.6)
    c.piece("M32 248C100 255 210 255 264 248L262 256L40 256Z", fill="#4a3a30", volume=0.4)


def _flats(c: Canvas) -> None:
    _pair(c, _ballet, top=176, bottom=258, dy=-56)


def _sandal(c: Canvas) -> None:
    sole = "#b88c5c" if c.flat.gender == "women" else "#54463b"
    c.piece("M28 240C70 228 220 226 268 234C276 242 274 254 266 258L44 258C30 256 24 250 28 240Z", fill=sole, volume=0.7)
    c.seam("M30 248C100 252 210 252 272 246", 1.4, ink="#3c2f26")
    if c.flat.style == "slide":
        c.piece("M62 236C70 204 112 188 148 196C164 202 168 220 166 236Z", folds=[("M84 216Q112 200 146 210", 8, 1)])
        c.stitch("M68 232C76 208 112 194 146 201")
        return
    for d in ("M52 238C58 214 78 204 96 206L112 238L98 238C92 222 76 222 68 238Z", "M100 238C110 206 136 192 158 196L172 236L156 236C148 214 126 216 118 238Z"):
        c.piece(d, volume=0.8)
        c.stitch(d[:-1])
    c.piece("M190 234C192 200 214 178 246 176C256 178 260 190 262 234L244 234C244 206 240 196 236 194C218 200 208 214 206 234Z", volume=0.8)
    c.piece("M150 206C170 186 210 168 250 176L252 188C218 182 184 196 164 214Z", volume=0.7)
    c.metal(f"{box(176, 188, 15, 16, 3)}{box(180, 192, 7, 8, 1)}", gold=c.flat.gender == "women")


def _sandals(c: Canvas) -> None:
    _pair(c, _sandal, top=172, bottom=260, dy=-62)


def _ankle_boot(c: Canvas) -> None:
    style = c.flat.style
    top = {"chelsea": 110.0, "lace": 90.0, "knee": -40.0}[style]
    c.piece(oval(206, top + 4, 48, 8), fill=c.ink.inside, volume=0.6)
    shaft = f"M154 {top + 4}C170 {top + 12} 238 {top + 12} 255 {top + 4}"
    c.piece(f"{shaft}C262 {top + 50} 252 180 258 206C262 222 263 234 262 246L36 246C32 224 50 208 88 200C124 192 148 178 156 150C160 130 152 {top + 50} 154 {top + 4}Z",
            folds=[("M52 226Q104 212 146 190", 9, 1), (f"M176 {top + 22}L182 190", 13, 0.9), ("M160 160Q190 186 244 186", 7, -0.55), (f"M160 200Q150 214 152 240", 6, -0.35)])  # fmt: skip
    if style == "chelsea":
        c.piece(f"M192 {top + 10}L226 {top + 10}C226 150 220 176 208 190C198 176 192 150 192 {top + 10}Z", fill=c.ink.deep, cloth="rib", volume=0.6)
        c.seam(f"M250 {top + 4}C256 {top - 14} 244 {top - 14} 244 {top + 6}", 3.5)
    elif style == "lace":
        c.seam("M84 202C98 214 102 230 102 246", 1.3)
        c.piece(f"M158 {top + 8}L178 {top + 10}C182 150 172 184 130 204L118 196C150 182 160 150 158 {top + 8}Z", fill=c.ink.deep, volume=0.5)
        _laces(c, [(134, 190, 150, 202), (148, 178, 166, 190), (156, 163, 176, 172), (158, 146, 180, 152), (158, 128, 180, 132), (157, 110, 179, 114)])
    else:
        c.seam(f"M212 {top + 12}C216 60 210 150 214 244", 1.1)
        c.piece("M152 172C180 184 226 184 257 172L257 182C226 194 180 194 150 184Z", volume=0.5)
        c.metal(f"{box(226, 176, 14, 15, 2)}{box(229.500, 179.500, 7, 8, 1)}", gold=True)
    _boot_sole(c, style)


def _boot_sole(c: Canvas, style: str) -> None:
    tone = "#2a231f" if style != "lace" else "#3a2c22"
    c.piece("M32 242C100 249 220 249 264 242L266 254L36 255C32 252 31 246 32 242Z", fill=tone, volume=0.4)
    c.piece(f"M{206 if style != 'knee' else 216} 254L266 253L264 270L{210 if style != 'knee' else 224} 270Z", fill=tone, volume=0.5)


def _boots(c: Canvas) -> None:
    top = {"chelsea": 96.0, "lace": 84.0, "knee": -50.0}[c.flat.style]
    _pair(c, _ankle_boot, top=top, bottom=272, dx=30, dy=-34)


DRAW: dict[str, Callable[[Canvas], None]] = {
    "casual_shoes": _casual, "sports_shoes": _sports, "formal_shoes": _formal, "heels": _heels, "flats": _flats,
    "sandals": _sandals, "boots": _boots,
}  # fmt: skip
