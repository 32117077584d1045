"""BMP: plain rows of pixels, or not at all."""

import struct

from app.media.containers.parts import Refused, Slim

SIGNATURE = b"BM"
CORE_HEADER = 12
AS_FAR_AS_COMPRESSION = 34
"""Bytes of the file header and of what of the information header is read here."""

PLAIN, MASKED, MASKED_ALPHA = 0, 3, 6


def slim_bmp(data: bytes) -> Slim:
    """Raises Refused for run lengths and embedded files, which no camera writes and our decoder reads byte by byte."""
    if len(data) < AS_FAR_AS_COMPRESSION:
        raise Refused("is cut short in its header")
    (header,) = struct.unpack_from("<I", data, 14)
    (compression,) = struct.unpack_from("<I", data, 30)
    if header > CORE_HEADER and compression not in (PLAIN, MASKED, MASKED_ALPHA):
        raise Refused("is a compressed BMP: save it as a JPEG or a PNG")
    return Slim("BMP", data)
