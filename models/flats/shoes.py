"""Heels, ballet flats, sandals and boots."""

from collections.abc import Callable

from models.flats.footwear import laces, pair
from models.flats.paint import Canvas
from models.flats.paths import box, oval


def _heel(c: Canvas) -> None:
    block, strap = c.flat.style == "block", c.flat.style == "strap"
    post = (
        "M222 192L258 178C262 206 262 232 260 258L230 258C230 236 228 212 222 192Z"
        if block
        else "M232 190C242 184 250 182 257 176C258 206 254 232 252 260L244 260C244 234 242 210 232 190Z"
    )
    c.piece(post, fill=c.ink.deep, volume=0.7)
    c.piece("M92 226C140 206 196 168 234 134L252 140L240 170C204 190 150 236 110 238Z", fill="#e4cdb4", volume=0.5)
    c.piece(
        "M34 252C36 234 66 222 92 212C108 205 118 208 124 216C132 226 146 226 160 218"
        "C192 198 216 164 236 134C246 129 255 136 257 148C260 162 260 172 257 182"
        "C232 190 204 226 172 246C154 256 124 258 96 258L42 258C36 257 33 255 34 252Z",
        folds=[
            ("M50 240Q90 226 112 216", 7, 1),
            ("M160 236Q206 206 244 156", 8, 0.9),
            ("M120 230Q150 240 176 224", 6, -0.5),
        ],
    )
    c.seam(
        "M40 258C80 260 130 261 160 254C196 240 222 202 256 184",
        2.6,
        ink="#3a2a22" if not c.ink.dark else "#b5322f",
        alpha=0.9,
    )
    if strap:
        c.piece("M192 150C200 138 230 128 252 136L254 146C232 140 208 148 198 160Z", volume=0.5)
        c.metal(box(200, 142, 10, 11, 2))


def _heels(c: Canvas) -> None:
    pair(c, _heel, top=128, bottom=262, dx=22, dy=-58)


def _ballet(c: Canvas) -> None:
    c.piece("M106 216C160 196 210 176 244 186L238 220L120 236Z", fill="#e4cdb4", volume=0.5)
    c.piece(
        "M34 250C34 230 62 216 96 206C104 222 130 230 160 226C196 222 226 204 246 182"
        "C256 180 262 188 262 198C266 216 266 236 262 250C200 256 90 256 34 250Z",
        folds=[("M52 232Q80 218 98 214", 7, 1), ("M150 240Q220 236 254 204", 8, 0.8)],
    )
    c.seam("M96 206C104 222 130 230 160 226C196 222 226 204 246 182", 2.4)
    for s in (-1, 1):
        c.piece(
            f"M98 210C{98 + s * 8} {200} {98 + s * 20} {198} {98 + s * 19} 208"
            f"C{98 + s * 20} 217 {98 + s * 8} 216 98 210Z",
            volume=0.6,
        )
    c.piece("M32 248C100 255 210 255 264 248L262 256L40 256Z", fill="#4a3a30", volume=0.4)


def _flats(c: Canvas) -> None:
    pair(c, _ballet, top=176, bottom=258, dy=-56)


def _sandal(c: Canvas) -> None:
    sole = "#b88c5c" if c.flat.gender == "women" else "#54463b"
    c.piece(
        "M28 240C70 228 220 226 268 234C276 242 274 254 266 258L44 258C30 256 24 250 28 240Z", fill=sole, volume=0.7
    )
    c.seam("M30 248C100 252 210 252 272 246", 1.4, ink="#3c2f26")
    if c.flat.style == "slide":
        for d in (
            "M44 240C48 210 76 192 104 194C116 196 122 204 124 240Z",
            "M112 240C112 200 140 178 172 184C188 190 194 210 194 238Z",
        ):
            c.piece(d, folds=[(d[:-1], 9, 0.4)])
        c.stitch("M50 238C54 214 78 197 103 199M118 238C118 204 142 184 170 189")
        for x in (98, 170):
            c.metal(f"{box(x - 7, 208, 15, 15, 3)}{box(x - 3, 212, 7, 7, 1)}")
        return
    for d in (
        "M52 238C58 214 78 204 96 206L112 238L98 238C92 222 76 222 68 238Z",
        "M100 238C110 206 136 192 158 196L172 236L156 236C148 214 126 216 118 238Z",
    ):
        c.piece(d, volume=0.8)
        c.stitch(d[:-1])
    c.piece(
        "M190 234C192 200 214 178 246 176C256 178 260 190 262 234L244 234C244 206 240 196 236 194"
        "C218 200 208 214 206 234Z",
        volume=0.8,
    )
    c.piece("M150 206C170 186 210 168 250 176L252 188C218 182 184 196 164 214Z", volume=0.7)
    c.metal(f"{box(176, 188, 15, 16, 3)}{box(180, 192, 7, 8, 1)}", gold=c.flat.gender == "women")


def _sandals(c: Canvas) -> None:
    pair(c, _sandal, top=172, bottom=260, dy=-62)


def _ankle_boot(c: Canvas) -> None:
    style = c.flat.style
    top = {"chelsea": 110.0, "lace": 90.0, "knee": -40.0}[style]
    c.piece(oval(206, top + 4, 48, 8), fill=c.ink.inside, volume=0.6)
    shaft = f"M154 {top + 4}C170 {top + 12} 238 {top + 12} 255 {top + 4}"
    c.piece(
        f"{shaft}C262 {top + 50} 252 180 258 206C262 222 263 234 262 246L36 246"
        f"C32 224 50 208 88 200C124 192 148 178 156 150C160 130 152 {top + 50} 154 {top + 4}Z",
        folds=[
            ("M52 226Q104 212 146 190", 9, 1),
            (f"M176 {top + 22}L182 190", 13, 0.9),
            ("M160 160Q190 186 244 186", 7, -0.55),
            ("M160 200Q150 214 152 240", 6, -0.35),
        ],
    )
    if style == "chelsea":
        c.piece(
            f"M192 {top + 10}L226 {top + 10}C226 150 220 176 208 190C198 176 192 150 192 {top + 10}Z",
            fill=c.ink.deep,
            cloth="rib",
            volume=0.6,
        )
        c.seam(f"M250 {top + 4}C256 {top - 14} 244 {top - 14} 244 {top + 6}", 3.5)
    elif style == "lace":
        c.seam("M84 202C98 214 102 230 102 246", 1.3)
        c.piece(
            f"M158 {top + 8}L178 {top + 10}C182 150 172 184 130 204L118 196C150 182 160 150 158 {top + 8}Z",
            fill=c.ink.deep,
            volume=0.5,
        )
        laces(
            c,
            [
                (134, 190, 150, 202),
                (148, 178, 166, 190),
                (156, 163, 176, 172),
                (158, 146, 180, 152),
                (158, 128, 180, 132),
                (157, 110, 179, 114),
            ],
        )
    else:
        c.seam(f"M212 {top + 12}C216 60 210 150 214 244", 1.1)
        c.piece("M152 172C180 184 226 184 257 172L257 182C226 194 180 194 150 184Z", volume=0.5)
        c.metal(f"{box(226, 176, 14, 15, 2)}{box(229.500, 179.500, 7, 8, 1)}", gold=True)
    _boot_sole(c, style)


def _boot_sole(c: Canvas, style: str) -> None:
    tone = "#2a231f" if style != "lace" else "#3a2c22"
    c.piece("M32 242C100 249 220 249 264 242L266 254L36 255C32 252 31 246 32 242Z", fill=tone, volume=0.4)
    c.piece(
        f"M{206 if style != 'knee' else 216} 254L266 253L264 270L{210 if style != 'knee' else 224} 270Z",
        fill=tone,
        volume=0.5,
    )


def _boots(c: Canvas) -> None:
    top = {"chelsea": 96.0, "lace": 84.0, "knee": -50.0}[c.flat.style]
    pair(c, _ankle_boot, top=top, bottom=272, dx=30, dy=-34)


DRAW: dict[str, Callable[[Canvas], None]] = {"heels": _heels, "flats": _flats, "sandals": _sandals, "boots": _boots}
