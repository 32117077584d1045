"""JPEG (ITU-T T.81, annex B): the segments that its pixels need."""

import re
import struct
from collections.abc import Iterator

from app.media.containers.exif import HEADER, orientation_in
from app.media.containers.parts import UPRIGHT, Refused, Slim, joined

SIGNATURE = b"\xff\xd8\xff"
SOI, EOI, SOS, DHT, DAC, DQT, DRI, DNL, TEM = 0xD8, 0xD9, 0xDA, 0xC4, 0xCC, 0xDB, 0xDD, 0xDC, 0x01
APP0, APP1, APP2, APP14, APP15, COM = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
FRAMES = (0xC0, 0xC1, 0xC2)
"""Baseline, extended and progressive, Huffman-coded: what cameras and browsers know."""

FILL = 0xFF
"""What may stand before a marker, any number of times (B.1.1.2)."""

BARE = frozenset({0x00, TEM, SOI, *range(0xD0, 0xD8)})
"""Markers without a length."""

OTHER_FRAMES = frozenset(range(0xC3, 0xD0)) - {DHT, DAC, 0xC8}
TABLES = frozenset({DHT, DQT, DRI, SOS, *FRAMES})
MOST_SEGMENTS = 4_000
MOST_SCANS = 64
"""Encoders make 1 to 20."""

SCANNED_PIXELS = 800_000_000
"""Pixels times scans: each scan of a progressive picture walks over all of it again."""

MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
"""In coded data: 0xFF 0x00 is a byte of it, 0xD0 to 0xD7 begin its next interval; anything else ends it."""

Segment = tuple[int, int, int]
"""Marker, where it starts, where it ends."""


def slim_jpeg(data: bytes) -> Slim:
    """The picture without application data, comments, and what follows its end. Raises Refused."""
    kept, orientation, scans, pixels = [(0, 2)], UPRIGHT, 0, 0
    for marker, start, end in segments(data):
        if marker == SOS:
            scans += 1
        if marker in FRAMES:
            if pixels:
                raise Refused("holds two pictures in one")
            height, width = struct.unpack_from(">HH", data, start + 5)
            pixels = height * width
        if marker == APP1 and orientation == UPRIGHT and data.startswith(HEADER, start + 4):
            orientation = orientation_in(data[start + 4 : end])
        if marker in TABLES or marker == EOI or _names_colours(data, marker, start):
            kept.append((start, end))
        if scans > MOST_SCANS or scans * pixels > max(SCANNED_PIXELS, pixels):
            raise Refused(f"is stored in too many passes (more than {scans - 1}): save it again as a plain JPEG")
    return Slim("JPEG", joined(data, kept), orientation)


def segments(data: bytes) -> Iterator[Segment]:
    """Every segment after the start marker, up to the end marker; a scan's goes with its coded data. Raises Refused."""
    at = 2
    for _ in range(MOST_SEGMENTS):
        at = data.find(b"\xff", at)
        while 0 <= at < len(data) - 1 and data[at + 1] == FILL:
            at = _past_fill(data, at)
        if at < 0 or at + 1 >= len(data):
            return
        marker = data[at + 1]
        if marker == EOI:
            yield marker, at, at + 2
            return
        if marker in OTHER_FRAMES:
            raise Refused("is a JPEG of a rare kind (lossless, hierarchical or arithmetic): save it as a plain one")
        if marker in BARE:
            at += 2
            continue
        end = _end(data, at)
        if marker == SOS:
            end = _end_of_coded(data, end)
        yield marker, at, end
        at = end
    raise Refused("has too many parts")


def _end(data: bytes, at: int) -> int:
    if at + 4 > len(data):
        raise Refused("is cut short in its header")
    (length,) = struct.unpack_from(">H", data, at + 2)
    least = {0xC0: 8, 0xC1: 8, 0xC2: 8}.get(data[at + 1], 2)
    if length < least:
        raise Refused("has a damaged header")
    if at + 2 + least > len(data):
        raise Refused("is cut short in its header")
    return min(at + 2 + int(length), len(data))


def _end_of_coded(data: bytes, at: int) -> int:
    found = MARKER.search(data, at)
    return found.end() - 2 if found else len(data)


def _past_fill(data: bytes, at: int) -> int:
    """The last of a run of 0xFF bytes."""
    found = re.compile(rb"\xff+").match(data, at)
    return found.end() - 1 if found else at


def _names_colours(data: bytes, marker: int, start: int) -> bool:
    """Whether a segment says what the numbers of a pixel mean: JFIF's and Adobe's."""
    body = start + 4
    return (marker == APP0 and data.startswith(b"JFIF\0", body)) or (
        marker == APP14 and data.startswith(b"Adobe", body)
    )
