"""PNGs made to hurt."""

import struct
import zlib

from tests.app.media.handmade import MEGABYTE, SIDE, bomb, encoded, overlapping_directory, small, zeros

PNG = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def header(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def flat_png(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    pixels = zeros(height * (1 + width * channels * depth // 8))
    palette = chunk(b"PLTE", bytes(range(48))) if colour == 3 else b""
    return PNG + header(width, height, depth, colour) + palette + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def dressed_png(*extra: bytes, times: int = 1, behind: bool = False) -> bytes:
    """A small PNG with further chunks before, or behind, its pixels."""
    plain = encoded(small(), "PNG")
    at = plain.index(b"IEND") - 4 if behind else 33
    return plain[:at] + b"".join(extra) * times + plain[at:]


@bomb
def png_claims_four_gigapixels() -> bytes:
    return PNG + header(60_000, 60_000) + chunk(b"IDAT", zeros(MEGABYTE)) + chunk(b"IEND", b"")


@bomb
def png_largest_rgba() -> bytes:
    return flat_png(SIDE, SIDE, colour=6)


@bomb
def png_largest_sixteen_bit_grey() -> bytes:
    return flat_png(SIDE, SIDE, depth=16, colour=0)


@bomb
def png_one_row() -> bytes:
    return flat_png(49_000_000, 1)


@bomb
def png_one_column() -> bytes:
    return flat_png(1, 9_000_000)


@bomb
def png_pixels_beyond_the_picture() -> bytes:
    return PNG + header(64, 48) + chunk(b"IDAT", zeros(4_000 * MEGABYTE)) + chunk(b"IEND", b"")


@bomb
def png_ztxt_unfolds() -> bytes:
    return dressed_png(chunk(b"zTXt", b"comment\0\0" + zeros(2_000 * MEGABYTE)))


@bomb
def png_ztxt_many() -> bytes:
    return dressed_png(chunk(b"zTXt", b"comment\0\0" + zeros(MEGABYTE)), times=12_000)


@bomb
def png_itxt_behind_the_pixels() -> bytes:
    return dressed_png(chunk(b"iTXt", b"comment\0\1\0\0\0" + zeros(MEGABYTE)), times=12_000, behind=True)


@bomb
def png_iccp_many() -> bytes:
    return dressed_png(chunk(b"iCCP", b"profile\0\0" + zeros(MEGABYTE)), times=12_000)


@bomb
def png_huge_profile() -> bytes:
    return dressed_png(chunk(b"iCCP", b"profile\0\0" + zlib.compress(bytes(900_000), 0)), times=14)


@bomb
def png_million_empty_chunks() -> bytes:
    return dressed_png(chunk(b"tEXt", b""), times=1_200_000)


@bomb
def png_million_empty_pixel_chunks() -> bytes:
    return dressed_png(chunk(b"IDAT", b""), times=1_200_000)


@bomb
def png_endless_animation() -> bytes:
    frame = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 1, 64, 48, 0, 0, 1, 10, 0, 0))
    return dressed_png(chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)), frame * 300_000)


@bomb
def png_exif_huge() -> bytes:
    return dressed_png(chunk(b"eXIf", overlapping_directory(12 * MEGABYTE)))


@bomb
def png_length_beyond_the_file() -> bytes:
    return PNG + header(64, 48) + struct.pack(">I", 2**31 - 1) + b"IDAT" + zeros(1000)
