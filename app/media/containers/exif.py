"""The one thing in EXIF that a picture needs: which way is up. Everything else in it is never read."""

import struct

from app.media.containers.parts import UPRIGHT

ORIENTATION = 0x0112
SHORT, LONG = 3, 4
ORIENTATIONS = range(1, 9)
MOST_ENTRIES = 512
HEADER = b"Exif\0\0"
TIFF_HEADER = 8
"""Bytes: byte order, magic number, offset of the first directory."""


def orientation_in(exif: bytes) -> int:
    """EXIF's orientation, 1 to 8; 1 where the block says none, or nonsense. Looks at one directory, once.

    Args: exif: a TIFF header and its directory (TIFF 6.0, section 2), with or without `Exif\\0\\0` in front.
    """
    block = exif[len(HEADER) :] if exif.startswith(HEADER) else exif
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4])
    if order is None or len(block) < TIFF_HEADER:
        return UPRIGHT
    (at,) = struct.unpack_from(f"{order}I", block, 4)
    if at + 2 > len(block):
        return UPRIGHT
    (entries,) = struct.unpack_from(f"{order}H", block, at)
    for start in range(at + 2, at + 2 + 12 * min(entries, MOST_ENTRIES), 12):
        if start + 12 > len(block):
            break
        tag, kind, count = struct.unpack_from(f"{order}HHI", block, start)
        if tag == ORIENTATION and count == 1 and kind in (SHORT, LONG):
            (value,) = struct.unpack_from(f"{order}{'H' if kind == SHORT else 'I'}", block, start + 8)
            return int(value) if value in ORIENTATIONS else UPRIGHT
    return UPRIGHT
