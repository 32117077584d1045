"""Untrusted bytes → an upright RGB picture without metadata, or one clear error."""

import io

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from app.errors import PhotoTooLarge, UnreadablePhoto, UnsupportedPhoto
from app.settings import LimitSettings

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "GIF", "TIFF", "BMP")
"""What phones and shops make. Everything else Pillow could open stays closed to strangers."""

DAMAGED_HEADER = "The photo's header is damaged. Send the original file again."

SIXTEEN_BIT = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N", "F"})

EIGHT_BIT_PEAK, SIXTEEN_BIT_PEAK = 255.0, 65535.0

register_heif_opener()
# Pillow's own limit only warns up to twice its value, and not per thread. Ours is checked on every header below.
Image.MAX_IMAGE_PIXELS = None


def decode(data: bytes, limits: LimitSettings) -> Image.Image:
    """The first frame of a photo: upright (EXIF orientation applied), RGB, 8 bits a channel, metadata dropped.

    Transparent parts become white. The pixel count is read from the header and refused before anything is decoded.

    Raises:
        PhotoTooLarge: more bytes or pixels than `limits` allow.
        UnsupportedPhoto: not one of FORMATS.
        UnreadablePhoto: one of them, but broken or cut short.
    """
    picture = _opened(data, limits)
    try:
        picture.seek(0)
        picture.load()
        return _to_rgb(ImageOps.exif_transpose(picture))
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, IndexError, TypeError) as error:
        raise UnreadablePhoto("The photo is damaged or cut short. Send the original file again.") from error


def check_header(data: bytes, limits: LimitSettings) -> None:
    """Whether `decode` would begin with this photo, told from its first bytes alone; cheap.

    Raises: what `decode` raises, except for damage further in.
    """
    _opened(data, limits)


def _opened(data: bytes, limits: LimitSettings) -> Image.Image:
    if len(data) > limits.photo_bytes:
        raise PhotoTooLarge(
            f"The photo has {len(data):,} bytes; at most {limits.photo_bytes:,} are taken. Send a smaller one."
        )
    picture = _open(data)
    _check_pixels(picture, limits)
    return picture


def _open(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        if _looks_like_a_photo(data):
            raise UnreadablePhoto(DAMAGED_HEADER) from error
        raise UnsupportedPhoto(
            "This file is no photo in a format we read. Send a JPEG, PNG, WebP, HEIC, GIF, TIFF or BMP."
        ) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise UnreadablePhoto(DAMAGED_HEADER) from error


def _looks_like_a_photo(data: bytes) -> bool:
    """True when the first bytes are those of a format we read, whatever follows."""
    accepts = (Image.OPEN[name][1] for name in FORMATS)
    return any(accept is not None and accept(data[:16]) is True for accept in accepts)


def _check_pixels(picture: Image.Image, limits: LimitSettings) -> None:
    width, height = picture.size
    if width * height > limits.photo_pixels:
        raise PhotoTooLarge(
            f"The photo has {width} x {height} pixels; at most {limits.photo_pixels:,} in all are taken. "
            "Send a smaller one."
        )
    if min(width, height) < 1:
        raise UnreadablePhoto("The photo is empty.")


def _to_rgb(picture: Image.Image) -> Image.Image:
    """RGB on white. A fresh picture: nothing of the file's metadata comes along."""
    if picture.mode in SIXTEEN_BIT:
        picture = _eight_bit(picture)
    if "A" in picture.getbands() or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        page = Image.new("RGBA", layered.size, "white")
        picture = Image.alpha_composite(page, layered)
    rgb = picture.convert("RGB")
    clean = Image.new("RGB", rgb.size)
    clean.paste(rgb)
    return clean


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Sixteen bits to eight by scale; Pillow's own conversion would clip everything above 255 to white.

    Modes I and F do not say how many bits their file had, so there the brightest pixel tells.
    """
    values = np.asarray(picture, dtype=np.float64)
    sixteen = picture.mode.startswith("I;16") or values.max(initial=0.0) > EIGHT_BIT_PEAK
    peak = SIXTEEN_BIT_PEAK if sixteen else EIGHT_BIT_PEAK
    return Image.fromarray((values.clip(0, peak) * (EIGHT_BIT_PEAK / peak)).astype(np.uint8), mode="L")
