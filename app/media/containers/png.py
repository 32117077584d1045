"""PNG (W3C, third edition, section 5): the chunks that its pixels need; no animation."""

import struct
import zlib

from app.media.containers.exif import orientation_in
from app.media.containers.parts import UPRIGHT, Refused, Slim, joined

SIGNATURE = b"\x89PNG\r\n\x1a\n"
NEEDED = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
END = b"\0\0\0\0IEND\xae\x42\x60\x82"
MOST_CHUNKS = 20_000
"""libpng writes pixels in chunks of 8 KB: 15 MB of them are 1,900."""


def slim_png(data: bytes) -> Slim:
    """The picture without text, profiles, times and animation. Raises Refused.

    Checksums are checked here where a chunk is used, and by the decoder for the rest.
    """
    at, kept, orientation = len(SIGNATURE), [(0, len(SIGNATURE))], UPRIGHT
    drawn = more = False
    for _ in range(MOST_CHUNKS):
        if at + 8 > len(data):
            break
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + int(length)
        if name == b"fcTL" and drawn:  # an animation's second frame, and however many follow
            more = True
            break
        drawn = drawn or name == b"IDAT"
        if name in NEEDED:
            kept.append((at, min(end, len(data))))
        elif name == b"eXIf" and orientation == UPRIGHT and _sound(data, at, end):
            orientation = orientation_in(data[at + 8 : end - 4])
        at = end
        if name == b"IEND":
            break
    else:
        raise Refused("has too many parts")
    return Slim("PNG", joined(data, kept) + (END if more else b""), orientation)


def _sound(data: bytes, at: int, end: int) -> bool:
    if end > len(data):
        return False
    (said,) = struct.unpack_from(">I", data, end - 4)
    return zlib.crc32(memoryview(data)[at + 4 : end - 4]) == int(said)
