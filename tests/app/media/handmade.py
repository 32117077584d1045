"""What files that are made by hand are made of, and where those are gathered that are made to hurt."""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image
from pillow_heif import register_heif_opener

register_heif_opener()  # to write them: they are read in another process

MEGABYTE = 1_000_000
SIDE = 7_000
"""A square of it is 49 megapixels, just within the limit."""

Bomb = Callable[[], bytes]
GATHERED: dict[str, Bomb] = {}


def bomb(make: Bomb) -> Bomb:
    GATHERED[make.__name__] = make
    return make


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def small(mode: str = "RGB", size: tuple[int, int] = (64, 48)) -> Image.Image:
    values = np.random.default_rng(7).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(values).convert(mode)


def zeros(length: int) -> bytes:
    """So many zero bytes, deflated (RFC 1950, 1951): one flushed block of a megabyte, repeated, and the rest."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    rest = zlib.compressobj(9, zlib.DEFLATED, -15)
    tail = rest.compress(bytes(length % MEGABYTE)) + rest.flush()
    checksum = (length % 65_521) << 16 | 1  # Adler-32 of nothing but zeros
    return b"\x78\xda" + block * (length // MEGABYTE) + tail + struct.pack(">I", checksum)


def directory(entries: list[tuple[int, int, int, int]], *, at: int = 8, following: int = 0) -> bytes:
    rows = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return struct.pack("<H", len(entries)) + rows + struct.pack("<I", following)


def overlapping_directory(length: int, entries: int = 5_000) -> bytes:
    """Thousands of entries, each with the whole file as its value."""
    rows = [(1_000 + n, 1, length - 16, 8) for n in range(entries)]
    block = b"II*\0" + struct.pack("<I", 8) + directory(rows)
    return block + bytes(length - len(block))
