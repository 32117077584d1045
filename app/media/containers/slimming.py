"""Which container a file is, by its first bytes alone: what its sender called it is not looked at."""

from collections.abc import Callable

from app.media.containers import bmp, gif, heif, jpeg, png, tiff, webp
from app.media.containers.parts import Slim

Told = Callable[[bytes], bool]


def _begins(*signatures: bytes) -> Told:
    return lambda data: data.startswith(signatures)


WALKERS: tuple[tuple[Told, Callable[[bytes], Slim]], ...] = (
    (_begins(jpeg.SIGNATURE), jpeg.slim_jpeg),
    (_begins(png.SIGNATURE), png.slim_png),
    (webp.is_webp, webp.slim_webp),
    (heif.is_heif, heif.slim_heif),
    (_begins(*gif.SIGNATURES), gif.slim_gif),
    (_begins(*tiff.SIGNATURES), tiff.slim_tiff),
    (_begins(bmp.SIGNATURE), bmp.slim_bmp),
)


def slim(data: bytes) -> Slim | None:
    """The picture without what a decoder needs not; None for what is no picture in a format we read.

    Raises:
        Refused: it is one, but no decoder should see it; the text says why.
    """
    return next((walk(data) for told, walk in WALKERS if told(data)), None)
