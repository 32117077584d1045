"""Small pictures of every format, and what becomes of them by chance: the same for the same number."""

import struct
from collections.abc import Callable
from functools import cache

import numpy as np
from PIL import Image

from tests.app.media.handmade import encoded, small

ORIENTATION, GPS = 0x0112, 0x8825
NASTY = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""Numbers at which lengths and counts turn over."""

Random = np.random.Generator


@cache
def seeds() -> dict[str, bytes]:
    """A whole picture of every sort, by its name."""
    picture, exif = small(), Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[2] = (52.0, 30.0, 0.0)
    frames = {"save_all": True, "append_images": [picture.rotate(90), picture.rotate(180)]}
    return {
        "jpeg": encoded(picture, "JPEG", exif=exif),
        "jpeg progressive": encoded(picture, "JPEG", progressive=True),
        "jpeg cmyk": encoded(small("CMYK"), "JPEG"),
        "png": encoded(picture, "PNG", exif=exif),
        "png palette": encoded(small("P"), "PNG", transparency=3),
        "png alpha": encoded(small("RGBA"), "PNG"),
        "apng": encoded(picture, "PNG", **frames),
        "webp": encoded(picture, "WEBP", exif=exif),
        "webp lossless": encoded(small("RGBA"), "WEBP", lossless=True),
        "webp animated": encoded(picture, "WEBP", **frames),
        "heif": encoded(picture, "HEIF", exif=exif.tobytes()),
        "gif": encoded(small("P"), "GIF"),
        "gif animated": encoded(small("P"), "GIF", **frames),
        "tiff": encoded(picture, "TIFF"),
        "tiff deflate": encoded(picture, "TIFF", compression="tiff_adobe_deflate"),
        "tiff lzw": encoded(picture, "TIFF", compression="tiff_lzw"),
        "bmp": encoded(picture, "BMP"),
    }


def mutant(number: int) -> tuple[str, bytes]:
    """The name of the picture it was made from, and the damaged file."""
    chance = np.random.default_rng(number)
    names = sorted(seeds())
    name = names[number % len(names)]
    data = bytearray(seeds()[name])
    for _ in range(int(chance.integers(1, 5))):
        WAYS[int(chance.integers(len(WAYS)))](data, chance)
    return name, bytes(data)


def _place(data: bytearray, chance: Random) -> int:
    """Somewhere, in half of all cases among the first 300 bytes: headers stand there."""
    most = max(1, len(data))
    return int(chance.integers(min(300, most) if chance.random() < 0.5 else most))


def _scratch(data: bytearray, chance: Random) -> None:
    for _ in range(int(chance.integers(1, 12))):
        if data:
            data[_place(data, chance) % len(data)] = int(chance.integers(256))


def _nasty_number(data: bytearray, chance: Random) -> None:
    at, width = _place(data, chance), int(chance.choice((1, 2, 4)))
    value = NASTY[int(chance.integers(len(NASTY)))] & (1 << 8 * width) - 1
    data[at : at + width] = value.to_bytes(width, "big" if chance.random() < 0.5 else "little")


def _cut_out(data: bytearray, chance: Random) -> None:
    at = _place(data, chance)
    del data[at : at + int(chance.integers(1, 64))]


def _repeat(data: bytearray, chance: Random) -> None:
    at, length = _place(data, chance), int(chance.integers(1, 512))
    data[at:at] = data[at : at + length] * int(chance.integers(1, 200))


def _cut_off(data: bytearray, chance: Random) -> None:
    del data[max(1, _place(data, chance)) :]


def _another(data: bytearray, chance: Random) -> None:
    others = sorted(seeds())
    other = seeds()[others[int(chance.integers(len(others)))]]
    at = _place(data, chance)
    data[at:] = other[min(at, len(other) // 2) :]


def _claim_size(data: bytearray, chance: Random) -> None:
    """Two numbers where a header could say width and height."""
    at, form = int(chance.integers(4, 60)), str(chance.choice((">HH", "<HH", ">II", "<II")))
    size = [int(n) for n in chance.choice((1, 5_000, 7_000, 20_000, 65_535), 2)]
    data[at : at + struct.calcsize(form)] = struct.pack(form, *size)


WAYS: tuple[Callable[[bytearray, Random], None], ...] = (
    _scratch, _nasty_number, _nasty_number, _cut_out, _repeat, _cut_off, _another, _claim_size,
)  # fmt: skip
