"""From what a decoder gives to eight bits of red, green and blue on white, upright, without copies that are not needed.

A picture of 50 million pixels takes 200 MB in Pillow's memory, RGB as much as RGBA: every copy counts.
"""

import numpy as np
from PIL import Image

SIXTEEN_BIT = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N", "F"})
EIGHT_BIT_PEAK, SIXTEEN_BIT_PEAK = 255.0, 65535.0
BAND_PIXELS = 4_000_000
"""Sixteen bits are brought to eight in bands of about so many pixels."""

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What brings a picture upright, by EXIF's orientation (Exif 2.32, tag 0x0112)."""


def upright_rgb(picture: Image.Image, orientation: int, enough: int | None) -> Image.Image:
    """A decoded picture as RGB: turned, transparent parts white, nothing of the file's metadata left.

    Args:
        enough: shrink it by a whole factor while its shorter side stays at least so many pixels; None: never.
    """
    seen = shrunk(to_rgb(picture), enough)
    turn = TURNS.get(orientation)
    if turn is not None:
        seen = seen.transpose(turn)
    elif seen is picture:  # a decoder's own object, which knows more of the file than its pixels
        seen = seen.copy()
    seen.info.clear()
    return seen


def shrunk(picture: Image.Image, enough: int | None) -> Image.Image:
    """As in `upright_rgb`; the picture itself where nothing is to be done."""
    factor = 1 if enough is None else min(picture.size) // enough
    return picture.reduce(factor) if factor > 1 else picture


def to_rgb(picture: Image.Image) -> Image.Image:
    """RGB on white; the picture itself where it is that already."""
    if picture.mode in SIXTEEN_BIT:
        picture = _eight_bit(picture)
    if "A" in picture.getbands() or "a" in picture.getbands() or "transparency" in picture.info:
        layered = picture if picture.mode in ("RGBA", "LA") else picture.convert("RGBA")
        page = Image.new("RGB", layered.size, "white")
        page.paste(layered, mask=layered.getchannel("A"))
        return page
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Sixteen bits to eight by scale; Pillow's own conversion would clip everything above 255 to white.

    Modes I and F do not say how many bits their file had, so there the brightest pixel tells.
    """
    values = np.asarray(picture)
    sixteen = picture.mode.startswith("I;16") or values.max(initial=0) > EIGHT_BIT_PEAK
    peak = SIXTEEN_BIT_PEAK if sixteen else EIGHT_BIT_PEAK
    scaled = np.empty(values.shape, np.uint8)
    rows = max(1, BAND_PIXELS // max(1, picture.width))
    for top in range(0, picture.height, rows):
        band = np.nan_to_num(values[top : top + rows].astype(np.float32))
        scaled[top : top + rows] = band.clip(0, peak) * (EIGHT_BIT_PEAK / peak)
    return Image.fromarray(scaled, mode="L")
