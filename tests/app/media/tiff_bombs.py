"""TIFFs made to hurt."""

import struct

from PIL import Image

from tests.app.media.handmade import MEGABYTE, bomb, directory, encoded, overlapping_directory, zeros


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
