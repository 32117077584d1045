"""Pictures made by hand to hurt whoever decodes them: small files that claim, repeat or unfold to very much.

Each is a function without arguments under its name in BOMBS; all of them are below the default limit of bytes.
"""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image
from pillow_heif import register_heif_opener

register_heif_opener()

PNG = b"\x89PNG\r\n\x1a\n"
MEGABYTE = 1_000_000
SIDE = 7_000
"""A square of it is 49 megapixels, just within the limit."""

Bomb = Callable[[], bytes]
BOMBS: dict[str, Bomb] = {}
SLOW_TO_MAKE = frozenset({"heif_largest", "tiff_fax", "webp_largest_lossy", "png_endless_animation"})
LARGEST = ("png_largest_rgba", "png_largest_sixteen_bit_grey", "jpeg_largest_progressive", "webp_largest_lossless")
"""As large as a legal photo can be, and what costs most memory of its format."""


def bomb(make: Bomb) -> Bomb:
    BOMBS[make.__name__] = make
    return make


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def small(mode: str = "RGB", size: tuple[int, int] = (64, 48)) -> Image.Image:
    values = np.random.default_rng(7).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(values).convert(mode)


# --- PNG ---------------------------------------------------------------------------------------------------------


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def header(width: int, height: int, depth: int = 8, colour: int = 2, interlaced: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))


def zeros(length: int) -> bytes:
    """So many zero bytes, deflated (RFC 1950, 1951): one flushed block of a megabyte, repeated, and the rest."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    rest = zlib.compressobj(9, zlib.DEFLATED, -15)
    tail = rest.compress(bytes(length % MEGABYTE)) + rest.flush()
    checksum = (length % 65_521) << 16 | 1  # Adler-32 of nothing but zeros
    return b"\x78\xda" + block * (length // MEGABYTE) + tail + struct.pack(">I", checksum)


def flat_png(width: int, height: int, depth: int = 8, colour: int = 2, interlaced: int = 0) -> bytes:
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    pixels = zeros(height * (1 + width * channels * depth // 8))
    palette = chunk(b"PLTE", bytes(range(48))) if colour == 3 else b""
    return (
        PNG + header(width, height, depth, colour, interlaced) + palette + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def dressed_png(*extra: bytes, times: int = 1, behind: bool = False) -> bytes:
    """A small PNG with further chunks before, or behind, its pixels."""
    plain = encoded(small(), "PNG")
    at = plain.index(b"IEND") - 4 if behind else 33
    return plain[:at] + b"".join(extra) * times + plain[at:]


@bomb
def png_claims_four_gigapixels() -> bytes:
    return PNG + header(60_000, 60_000) + chunk(b"IDAT", zeros(MEGABYTE)) + chunk(b"IEND", b"")


@bomb
def png_largest_rgb() -> bytes:
    return flat_png(SIDE, SIDE)


@bomb
def png_largest_rgba() -> bytes:
    return flat_png(SIDE, SIDE, colour=6)


@bomb
def png_largest_sixteen_bit_grey() -> bytes:
    return flat_png(SIDE, SIDE, depth=16, colour=0)


@bomb
def png_largest_sixteen_bit_rgba() -> bytes:
    return flat_png(SIDE, SIDE, depth=16, colour=6)


@bomb
def png_largest_interlaced() -> bytes:
    return flat_png(SIDE, SIDE, interlaced=1)


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


# --- EXIF and TIFF -----------------------------------------------------------------------------------------------


def directory(entries: list[tuple[int, int, int, int]], *, at: int = 8, following: int = 0) -> bytes:
    rows = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return struct.pack("<H", len(entries)) + rows + struct.pack("<I", following)


def overlapping_directory(length: int, entries: int = 5_000) -> bytes:
    """Thousands of entries, each with the whole file as its value."""
    rows = [(1_000 + n, 1, length - 16, 8) for n in range(entries)]
    block = b"II*\0" + struct.pack("<I", 8) + directory(rows)
    return block + bytes(length - len(block))


def tiff(entries: list[tuple[int, int, int, int]], body: bytes = b"") -> bytes:
    return b"II*\0" + struct.pack("<I", 8) + directory(entries) + body


def plain_entries(
    width: int, height: int, compression: int, offset: int, length: int
) -> list[tuple[int, int, int, int]]:
    return [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, compression),
        (262, 3, 1, 1),
        (273, 4, 1, offset),
        (277, 3, 1, 1),
        (278, 4, 1, height),
        (279, 4, 1, length),
    ]


@bomb
def tiff_values_overlap() -> bytes:
    return overlapping_directory(14 * MEGABYTE)


@bomb
def tiff_directory_follows_itself() -> bytes:
    return b"II*\0" + struct.pack("<I", 8) + directory(plain_entries(64, 48, 1, 200, 3072), following=8) + bytes(4000)


@bomb
def tiff_strip_of_four_gigabytes() -> bytes:
    return tiff(plain_entries(64, 48, 1, 200, 2**32 - 1), bytes(4000))


@bomb
def tiff_claims_four_gigapixels() -> bytes:
    return tiff(plain_entries(65_535, 65_535, 8, 200, 1000), zeros(MEGABYTE))


@bomb
def tiff_largest_deflated() -> bytes:
    return encoded(Image.new("RGB", (SIDE, SIDE)), "TIFF", compression="tiff_adobe_deflate")


@bomb
def tiff_deflate_beyond_the_picture() -> bytes:
    body = zeros(2_000 * MEGABYTE)
    return tiff(plain_entries(64, 48, 8, 8 + 2 + 12 * 9 + 4, len(body)), body)


@bomb
def tiff_tile_of_a_gigapixel() -> bytes:
    body = zeros(MEGABYTE)
    entries = [entry for entry in plain_entries(64, 48, 8, 0, 0) if entry[0] not in (273, 278, 279)]
    entries += [(322, 4, 1, 32_768), (323, 4, 1, 32_768), (324, 4, 1, 8 + 2 + 12 * 10 + 4), (325, 4, 1, len(body))]
    return tiff(entries, body)


@bomb
def tiff_million_strips() -> bytes:
    count = 1_500_000
    entries = plain_entries(1, count, 1, 200, 1)
    at = 8 + 2 + 12 * len(entries) + 4
    entries[5], entries[7], entries[8] = (273, 4, count, at), (278, 4, 1, 1), (279, 4, count, at + 4 * count)
    return tiff(entries, bytes(8 * count))


@bomb
def tiff_fax() -> bytes:
    return encoded(Image.new("1", (6_000, 6_000)), "TIFF", compression="group4")


# --- JPEG --------------------------------------------------------------------------------------------------------


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def dressed_jpeg(*extra: bytes, times: int = 1) -> bytes:
    plain = encoded(small(), "JPEG")
    return plain[:2] + b"".join(extra) * times + plain[2:]


def scanned_jpeg(width: int, height: int, scans: int) -> bytes:
    """A grey progressive picture: one scan of averages, then empty scans of detail over all of it, again and again."""
    blocks = -(-width // 8) * -(-height // 8)
    bits = [0x3F, 0xFF][:0]
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
def jpeg_largest() -> bytes:
    return encoded(Image.new("RGB", (SIDE, SIDE), "red"), "JPEG")


@bomb
def jpeg_largest_progressive() -> bytes:
    return encoded(Image.new("RGB", (SIDE, SIDE), "red"), "JPEG", progressive=True)


@bomb
def jpeg_largest_cmyk() -> bytes:
    return encoded(Image.new("CMYK", (SIDE, SIDE)), "JPEG")


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
    import zipfile

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


# --- GIF ---------------------------------------------------------------------------------------------------------


@bomb
def gif_huge_canvas_tiny_frame() -> bytes:
    data = bytearray(encoded(small("P", (16, 16)), "GIF"))
    data[6:10] = b"\xff\xff\xff\xff"
    return bytes(data)


@bomb
def gif_largest_canvas() -> bytes:
    data = bytearray(encoded(small("P", (16, 16)), "GIF"))
    data[6:10] = struct.pack("<HH", SIDE, SIDE)
    return bytes(data)


@bomb
def gif_frame_beyond_the_canvas() -> bytes:
    data = bytearray(encoded(small("P", (16, 16)), "GIF"))
    at = data.index(b"\x2c", 13)
    data[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    return bytes(data)


@bomb
def gif_million_frames() -> bytes:
    first = encoded(small("P", (16, 16)), "GIF")
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return first[:-1] + frame * 900_000 + b";"


@bomb
def gif_million_comments() -> bytes:
    plain = encoded(small("P", (16, 16)), "GIF")
    at = 13 + (3 << ((plain[10] & 7) + 1))
    return plain[:at] + b"\x21\xfe\x00" * 4_500_000 + plain[at:]


@bomb
def gif_one_endless_comment() -> bytes:
    plain = encoded(small("P", (16, 16)), "GIF")
    at = 13 + (3 << ((plain[10] & 7) + 1))
    return plain[:at] + b"\x21\xfe" + b"\x01x" * 7_000_000 + b"\0" + plain[at:]


@bomb
def gif_pixels_byte_by_byte() -> bytes:
    plain = encoded(small("P", (16, 16)), "GIF")
    at = plain.index(b"\x2c", 13) + 11
    return plain[:at] + b"\x01\x00" * 7_000_000 + b"\0;"


# --- WebP --------------------------------------------------------------------------------------------------------


@bomb
def webp_largest_lossless() -> bytes:
    return encoded(Image.new("RGB", (SIDE, SIDE), "red"), "WEBP", lossless=True)


@bomb
def webp_largest_lossy() -> bytes:
    return encoded(Image.new("RGB", (SIDE, SIDE), "red"), "WEBP", method=0)


@bomb
def webp_animated_large() -> bytes:
    frames = [Image.new("RGBA", (SIDE // 4, SIDE // 4), colour) for colour in ("red", "blue", "green")]
    return encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True, method=0)


@bomb
def webp_million_frames() -> bytes:
    frames = [small("RGBA", (16, 16)), small("RGBA", (16, 16)).rotate(90)]
    data = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    at = data.index(b"ANMF")
    (length,) = struct.unpack_from("<I", data, at + 4)
    frame = data[at : at + 8 + length + (length & 1)]
    body = data[12:] + frame * (14 * MEGABYTE // len(frame))
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


@bomb
def webp_million_chunks() -> bytes:
    body = b"WEBP" + b"VP8X\x0a\0\0\0" + bytes(10) + b"ABCD\0\0\0\0" * 1_700_000 + encoded(small(), "WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


@bomb
def webp_canvas_beyond() -> bytes:
    plain = encoded(small(), "WEBP")[12:]
    body = b"WEBP" + b"VP8X\x0a\0\0\0" + b"\0\0\0\0" + b"\xff\xff\xff\xff\xff\xff" + plain
    return b"RIFF" + struct.pack("<I", len(body)) + body


# --- BMP ---------------------------------------------------------------------------------------------------------


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


# --- HEIF --------------------------------------------------------------------------------------------------------


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
def heif_largest() -> bytes:
    return encoded(Image.new("RGB", (SIDE, SIDE), "red"), "HEIF", quality=30, enc_params={"preset": "ultrafast"})


@bomb
def heif_box_of_nothing() -> bytes:
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\0\0meta" + bytes(1000)


@bomb
def heif_million_boxes() -> bytes:
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\0\x08free" * 1_700_000


# --- Others ------------------------------------------------------------------------------------------------------


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
