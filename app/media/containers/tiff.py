"""TIFF 6.0: whether its first directory is that of a photo. Nothing is left out of it, for its parts lie anywhere."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from app.media.containers.exif import SHORT, TIFF_HEADER
from app.media.containers.parts import Refused, Slim

SIGNATURES = (b"II*\0", b"MM\0*")
WIDTH, HEIGHT, COMPRESSION, STRIPS, TILE_WIDTH, TILE_HEIGHT, TILES = 256, 257, 259, 273, 322, 323, 324
PLAIN, LZW, DEFLATE, OLD_DEFLATE, PACKBITS = 1, 5, 8, 32946, 32773
COMPRESSIONS = (PLAIN, LZW, DEFLATE, OLD_DEFLATE, PACKBITS)
MOST_ENTRIES = 512
MOST_PIECES = 20_000
LARGEST_TILE = 4096
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""Bytes of a value by its type."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a directory; `value` is the first number where it stands in the entry itself, else 0."""

    count: int
    value: int


def slim_tiff(data: bytes) -> Slim:
    """The file as it is: Pillow turns it upright itself, as soon as it is decoded.

    Raises Refused for directories, compressions and tilings that no photo has.
    """
    entries = _directory(data)
    compression = entries.get(COMPRESSION, Entry(1, PLAIN)).value
    if compression not in COMPRESSIONS:
        raise Refused("is a TIFF compressed in a rare way: save it as a JPEG or a PNG")
    for tag in (STRIPS, TILES):
        if tag in entries and entries[tag].count > MOST_PIECES:
            raise Refused("is a TIFF in too many pieces")
    if any(entries[tag].value > LARGEST_TILE for tag in (TILE_WIDTH, TILE_HEIGHT) if tag in entries):
        raise Refused("is a TIFF in huge tiles: save it as a JPEG or a PNG")
    return Slim("TIFF", data)


def _directory(data: bytes) -> Mapping[int, Entry]:
    order = "<" if data[:2] == b"II" else ">"
    if len(data) < TIFF_HEADER:
        raise Refused("is cut short in its header")
    (at,) = struct.unpack_from(f"{order}I", data, 4)
    if at + 2 > len(data):
        raise Refused("is cut short: its directory is missing")
    (count,) = struct.unpack_from(f"{order}H", data, at)
    if count > MOST_ENTRIES or at + 2 + 12 * count > len(data):
        raise Refused("is a TIFF with a damaged directory")
    entries: dict[int, Entry] = {}
    told = 0
    for start in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, number = struct.unpack_from(f"{order}HHI", data, start)
        told += number * SIZES.get(kind, 1)
        if told > len(data):
            raise Refused("is a TIFF that names more than it holds")
        (value,) = struct.unpack_from(f"{order}H" if kind == SHORT else f"{order}I", data, start + 8)
        entries.setdefault(tag, Entry(number, value))
    return entries
