"""WebP (RFC 9649): the chunks that its pixels need; of an animation, its first frame as a picture of its own."""

import struct
from collections.abc import Iterator

from app.media.containers.exif import orientation_in
from app.media.containers.parts import UPRIGHT, Refused, Slim

MOST_CHUNKS = 256
FRAME_HEADER = 16
"""Bytes of an animation's frame before its chunks: place, size, duration, flags."""

KEY_FRAME = 10
"""Bytes of a lossy picture's beginning: frame tag, start code, size."""

ALPHA = 0x10
Chunk = tuple[bytes, memoryview]


def is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def slim_webp(data: bytes) -> Slim:
    """The picture without EXIF, XMP, colour profile and later frames. Raises Refused."""
    orientation, pixels = UPRIGHT, list[Chunk]()
    (said,) = struct.unpack_from("<I", data, 4)
    for name, body in _chunks(memoryview(data)[12 : max(12, min(len(data), 8 + said))]):
        if name == b"EXIF" and orientation == UPRIGHT:
            orientation = orientation_in(bytes(body))
        elif name == b"ANMF" and not _shown(pixels):
            pixels = [chunk for chunk in _chunks(body[FRAME_HEADER:]) if chunk[0] in (b"ALPH", b"VP8 ", b"VP8L")]
        elif name in (b"ALPH", b"VP8 ", b"VP8L") and not _shown(pixels):
            pixels.append((name, body))
    if not _shown(pixels):
        raise Refused("is a WebP without a picture in its first parts")
    return Slim("WEBP", _still(pixels), orientation)


def _chunks(view: memoryview) -> Iterator[Chunk]:
    """Names and bodies of the first MOST_CHUNKS; what is cut short is given as far as it goes."""
    at = 0
    for _ in range(MOST_CHUNKS):
        if at + 8 > len(view):
            return
        name, length = struct.unpack_from("<4sI", view, at)
        yield name, view[at + 8 : at + 8 + length]
        at += 8 + length + (length & 1)


def _shown(pixels: list[Chunk]) -> bool:
    return any(name != b"ALPH" for name, _ in pixels)


def _still(pixels: list[Chunk]) -> bytes:
    """A file of those chunks alone. Alpha beside lossy pixels needs the extended header, which names the canvas."""
    chunks = [_chunk(name, bytes(body)) for name, body in pixels]
    if pixels[0][0] == b"ALPH":
        chunks.insert(0, _chunk(b"VP8X", bytes((ALPHA, 0, 0, 0)) + _size_of(pixels[-1][1])))
    body = b"WEBP" + b"".join(chunks)
    return b"".join((b"RIFF", struct.pack("<I", len(body)), body))


def _chunk(name: bytes, body: bytes) -> bytes:
    even: bytes = body + b"\0" * (len(body) & 1)
    return name + struct.pack("<I", len(body)) + even


def _size_of(lossy: memoryview) -> bytes:
    """Width and height as the extended header writes them, from a key frame's own (RFC 6386, section 9.1)."""
    if len(lossy) < KEY_FRAME or bytes(lossy[3:6]) != b"\x9d\x01\x2a":
        raise Refused("is a damaged WebP")
    width, height = (int(value) & 0x3FFF for value in struct.unpack_from("<HH", lossy, 6))
    if not width or not height:
        raise Refused("is empty")
    return (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
