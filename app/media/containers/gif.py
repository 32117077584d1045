"""GIF89a: everything before its first picture but comments and applications' own blocks."""

from app.media.containers.parts import Refused, Slim

SIGNATURES = (b"GIF87a", b"GIF89a")
EXTENSION, PICTURE, CONTROL = 0x21, 0x2C, 0xF9
MOST_BLOCKS = 20_000
PALETTE = 0x80
"""Flag: a table of 2 to the (lowest three bits + 1) colours follows."""

HEADER = 13


def slim_gif(data: bytes) -> Slim:
    """The first picture, with the control block in front of it (transparency). Raises Refused.

    What follows is left where it is: to tell where the first picture ends takes as long as to decode it, and no decoder
    of ours looks there.
    """
    if len(data) < HEADER:
        raise Refused("is cut short in its header")
    at = HEADER + _palette(data[10])
    head, control = data[:at], b""
    for _ in range(MOST_BLOCKS):
        if at + 2 > len(data):
            break
        if data[at] == PICTURE:
            return Slim("GIF", head + control + data[at:])
        if data[at] != EXTENSION:
            raise Refused("is a damaged GIF")
        end = _end_of_blocks(data, at + 2)
        if data[at + 1] == CONTROL:
            control = data[at:end]
        at = end
    raise Refused("is a GIF without a picture in its first parts")


def _palette(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & PALETTE else 0


def _end_of_blocks(data: bytes, at: int) -> int:
    for _ in range(MOST_BLOCKS):
        if at >= len(data):
            return len(data)
        length = data[at]
        at += 1 + length
        if not length:
            return at
    raise Refused("has too many parts")
