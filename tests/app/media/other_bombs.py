"""BMPs, HEIFs and files of other kinds made to hurt."""

import struct

from PIL import Image

from tests.app.media.handmade import SIDE, bomb, encoded, small


def bmp(width: int, height: int, bits: int, compression: int, body: bytes) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(body), 0, 0, 256, 0)
    at = 14 + 40 + 1024
    return b"BM" + struct.pack("<IHHI", at + len(body), 0, 0, at) + info + bytes(1024) + body


@bomb
def bmp_claims_four_gigapixels() -> bytes:
    return bmp(65_535, 65_535, 8, 0, bytes(1000))


@bomb
def bmp_run_lengths() -> bytes:
    return bmp(SIDE, SIDE, 8, 1, b"\x01\x01" * 7_000_000)


@bomb
def bmp_run_lengths_of_nothing() -> bytes:
    return bmp(SIDE, SIDE, 8, 1, b"\x00\x00" * 7_000_000)


@bomb
def bmp_negative() -> bytes:
    return bmp(-64, -48, 8, 0, bytes(64 * 48))


def sized(data: bytes, width: int, height: int) -> bytes:
    """A HEIF whose pictures claim another size."""
    changed, at = bytearray(data), data.find(b"ispe")
    while at >= 0:
        changed[at + 8 : at + 16] = struct.pack(">II", width, height)
        at = data.find(b"ispe", at + 4)
    return bytes(changed)


@bomb
def heif_claims_four_gigapixels() -> bytes:
    return sized(encoded(small(), "HEIF"), 65_535, 65_535)


@bomb
def heif_claims_less_than_it_holds() -> bytes:
    return sized(encoded(Image.new("RGB", (1_600, 1_200), "red"), "HEIF"), 64, 48)


@bomb
def heif_cut_in_half() -> bytes:
    data = encoded(small(size=(640, 480)), "HEIF")
    return data[: len(data) // 2]


@bomb
def heif_box_of_nothing() -> bytes:
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\0\0meta" + bytes(1000)


@bomb
def heif_million_boxes() -> bytes:
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\0\x08free" * 1_700_000


@bomb
def nothing() -> bytes:
    return b""


@bomb
def a_page() -> bytes:
    return b"<!doctype html><script>alert(1)</script>"


@bomb
def a_drawing() -> bytes:
    return b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>"


@bomb
def a_postscript() -> bytes:
    return b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n{} loop\n"


@bomb
def riff_of_another_kind() -> bytes:
    return b"RIFF\xff\xff\xff\xffWEBP" + b"VP8 \xff\xff\xff\xff"
