"""Untrusted bytes → an upright RGB picture without metadata, or one clear error."""

import io

from PIL import Image, UnidentifiedImageError

from app.errors import PhotoTooLarge, UnreadablePhoto, UnsupportedPhoto
from app.media.apart import APART, TooManyPixels, Undecodable
from app.media.containers import Refused, Slim, slim
from app.media.pixels import upright_rgb
from app.media.room import ROOM
from app.settings import LimitSettings

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "GIF", "TIFF", "BMP")
"""What phones and shops make. Everything else Pillow could open stays closed to strangers."""

DECODED_APART = frozenset({"HEIF", "TIFF"})
"""Their libraries cannot be bounded from inside a process: they are decoded in another, with limits of its own."""

DAMAGED_HEADER = "The photo's header is damaged. Send the original file again."
DAMAGED = "The photo is damaged or cut short. Send the original file again."

ENOUGH = 1_000
"""Pixels on the shorter side that are enough to find a photo's garments and to see them: a JPEG is decoded at 1/2,
1/4 or 1/8 of its size while that much is left. Vectors of a phone's photos stay at a mean cosine of 0.9999 to those of
all 12 megapixels; at 750 it is 0.9996."""

LONGEST_SIDE = 32_768
"""No camera's picture is longer, and one of a single row would be made no smaller by any whole factor."""

# Pillow's own limit only warns up to twice its value, and not per thread. Ours is checked on every header below.
Image.MAX_IMAGE_PIXELS = None


def decode(data: bytes, limits: LimitSettings, *, enough: int | None = None) -> Image.Image:
    """The first frame of a photo: upright (EXIF orientation applied), RGB, 8 bits a channel, metadata dropped.

    Transparent parts become white. The pixel count is read from the header and refused before anything is decoded, and
    no decoder sees more of the file than its pixels need. Blocks: use a thread.

    Args:
        enough: pixels on the shorter side that do; a larger photo comes smaller, by a whole factor. None: all there is.

    Raises:
        PhotoTooLarge: more bytes or pixels than `limits` allow.
        UnsupportedPhoto: not one of FORMATS.
        UnreadablePhoto: one of them, but broken, cut short, or made to be hard to read.
    """
    file = _slim(data, limits)
    if file.format in DECODED_APART:
        return _apart(file, limits, enough)
    picture = _open(file)
    _check_pixels(picture.size, limits.photo_pixels)
    with ROOM.of(picture.width * picture.height):
        return _loaded(picture, file.orientation, enough)


def check_header(data: bytes, limits: LimitSettings) -> None:
    """Whether `decode` would begin with this photo, told from its first bytes alone; cheap.

    Raises: what `decode` raises, except for damage further in.
    """
    file = _slim(data, limits)
    if file.format not in DECODED_APART:
        _check_pixels(_open(file).size, limits.photo_pixels)


def _loaded(picture: Image.Image, orientation: int, enough: int | None) -> Image.Image:
    """An opened picture decoded. Raises UnreadablePhoto."""
    try:
        if enough is not None and picture.mode in ("RGB", "L"):  # a colour-separated one is told by all of its numbers
            picture.draft(None, (enough, enough))
        picture.load()
        return upright_rgb(picture, orientation, enough)
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, IndexError, TypeError, OverflowError) as error:
        raise UnreadablePhoto(DAMAGED) from error


def _check_pixels(size: tuple[int, int], most: int) -> None:
    """Raises PhotoTooLarge, and UnreadablePhoto for an empty picture."""
    width, height = size
    if width * height > most:
        raise PhotoTooLarge(
            f"The photo has {width} x {height} pixels; at most {most:,} in all are taken. Send a smaller one."
        )
    if max(width, height) > LONGEST_SIDE:
        raise PhotoTooLarge(
            f"The photo has {width} x {height} pixels; a side has at most {LONGEST_SIDE:,}. Send a smaller one."
        )
    if min(width, height) < 1:
        raise UnreadablePhoto("The photo is empty.")


def _slim(data: bytes, limits: LimitSettings) -> Slim:
    if len(data) > limits.photo_bytes:
        raise PhotoTooLarge(
            f"The photo has {len(data):,} bytes; at most {limits.photo_bytes:,} are taken. Send a smaller one."
        )
    try:
        file = slim(data)
    except Refused as error:
        raise UnreadablePhoto(f"The photo {error}. Send the original file again.") from error
    if file is None:
        raise UnsupportedPhoto(
            "This file is no photo in a format we read. Send a JPEG, PNG, WebP, HEIC, GIF, TIFF or BMP."
        )
    return file


def _open(file: Slim) -> Image.Image:
    """Its header read. Raises UnreadablePhoto."""
    try:
        return Image.open(io.BytesIO(file.data), formats=(file.format,))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, TypeError, OverflowError) as error:
        raise UnreadablePhoto(DAMAGED_HEADER) from error


def _apart(file: Slim, limits: LimitSettings, enough: int | None) -> Image.Image:
    try:
        return APART.decode(file, most_pixels=limits.photo_pixels, longest_side=LONGEST_SIDE, enough=enough)
    except TooManyPixels as error:
        _check_pixels(error.size, limits.photo_pixels)
        raise AssertionError("a size that was refused is refused again") from error
    except Undecodable as error:
        raise UnreadablePhoto(DAMAGED) from error
