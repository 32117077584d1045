"""HEIF (ISO/IEC 23008-12): told by its brand alone. What is in it, libheif reads, in a process of its own."""

from app.media.containers.parts import Slim

BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"})


def is_heif(data: bytes) -> bool:
    return data[4:8] == b"ftyp" and data[8:12] in BRANDS


def slim_heif(data: bytes) -> Slim:
    """The file as it is: libheif turns the picture upright itself."""
    return Slim("HEIF", data)
