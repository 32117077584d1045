"""JPEGs made to hurt."""

import io
import struct
import zipfile

from PIL import Image

from tests.app.media.handmade import MEGABYTE, SIDE, bomb, directory, encoded, small


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def dressed_jpeg(*extra: bytes, times: int = 1) -> bytes:
    plain = encoded(small(), "JPEG")
    return plain[:2] + b"".join(extra) * times + plain[2:]


def scanned_jpeg(width: int, height: int, scans: int) -> bytes:
    """A grey progressive picture: one scan of averages, then empty scans of detail over all of it, again and again."""
    blocks = -(-width // 8) * -(-height // 8)
    tables = segment(0xDB, b"\0" + b"\1" * 64)
    tables += segment(0xC4, b"\x00" + bytes([1] + [0] * 15) + b"\x00")  # averages: one code, nothing follows
    # Detail: code 0 is "the next 16384 to 32767 blocks are empty" (EOB14), code 10 is EOB0, one block.
    tables += segment(0xC4, b"\x10" + bytes([1, 1] + [0] * 14) + b"\xe0\x00")
    frame = segment(0xC2, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")
    first = segment(0xDA, b"\x01\x01\x00\x00\x00\x00") + bytes(-(-blocks // 8))
    runs = -(-blocks // 32_767)
    bits = "".join("0" + "1" * 14 for _ in range(runs))
    bits += "1" * (-len(bits) % 8)
    packed = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    again = segment(0xDA, b"\x01\x01\x00\x01\x3f\x01") + packed
    return b"\xff\xd8" + tables + frame + first + again * scans + b"\xff\xd9"


@bomb
def jpeg_thousand_scans_large() -> bytes:
    return scanned_jpeg(SIDE, SIDE, 1_000)


@bomb
def jpeg_hundred_thousand_scans() -> bytes:
    return scanned_jpeg(640, 480, 100_000)


@bomb
def jpeg_scans_just_allowed() -> bytes:
    return scanned_jpeg(SIDE, SIDE, 14)


@bomb
def jpeg_claims_four_gigapixels() -> bytes:
    data = bytearray(encoded(small(), "JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    return bytes(data)


@bomb
def jpeg_largest_progressive() -> bytes:
    return encoded(Image.new("RGB", (SIDE, SIDE), "red"), "JPEG", progressive=True)


@bomb
def jpeg_million_comments() -> bytes:
    return dressed_jpeg(segment(0xFE, b""), times=3_500_000)


@bomb
def jpeg_million_exif_blocks() -> bytes:
    return dressed_jpeg(segment(0xE1, b"Exif\0\0MM"), times=1_200_000)


@bomb
def jpeg_junk_between_segments() -> bytes:
    return dressed_jpeg(b"\0" * 14 * MEGABYTE)


@bomb
def jpeg_fill_bytes() -> bytes:
    return dressed_jpeg(b"\xff" * 14 * MEGABYTE)


@bomb
def jpeg_exif_loops() -> bytes:
    loop = (
        b"II*\0"
        + struct.pack("<I", 8)
        + directory([(0x8769, 4, 1, 8), (0x8825, 4, 1, 8), (0x14A, 4, 1, 8)], following=8)
    )
    return dressed_jpeg(segment(0xE1, b"Exif\0\0" + loop))


@bomb
def jpeg_orientation_nonsense() -> bytes:
    exif = b"II*\0" + struct.pack("<I", 8) + directory([(0x112, 3, 1, 4711)])
    return dressed_jpeg(segment(0xE1, b"Exif\0\0" + exif))


@bomb
def jpeg_huge_profile() -> bytes:
    return dressed_jpeg(*(segment(0xE2, b"ICC_PROFILE\0" + bytes((n, 220)) + bytes(65_000)) for n in range(1, 221)))


@bomb
def jpeg_many_pictures_behind() -> bytes:
    return encoded(small(), "JPEG") * 5_000


@bomb
def jpeg_and_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("page.html", "<script>alert(1)</script>")
    return encoded(small(), "JPEG") + out.getvalue()


@bomb
def jpeg_and_html() -> bytes:
    return dressed_jpeg(segment(0xFE, b"<html><script>alert(1)</script></html>"))


@bomb
def jpeg_cut_in_half() -> bytes:
    data = encoded(small(size=(640, 480)), "JPEG")
    return data[: len(data) // 2]


@bomb
def jpeg_header_alone() -> bytes:
    return b"\xff\xd8\xff"
