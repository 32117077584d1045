"""From a `Flat` to SVG and to pixels."""

import io
from collections.abc import Callable, Mapping

import resvg_py
from PIL import Image

from models.flats import accessories, bags, bottoms, dresses, footwear, goods, outerwear, tops
from models.flats.paint import Canvas
from models.flats.spec import Flat

_DRAW: Mapping[str, Callable[[Canvas], None]] = {
    **tops.DRAW, **outerwear.DRAW, **dresses.DRAW, **bottoms.DRAW, **footwear.DRAW, **bags.DRAW, **accessories.DRAW,
    **goods.DRAW,
}  # fmt: skip

KINDS: tuple[str, ...] = tuple(_DRAW)
"""Kinds of the taxonomy that can be drawn."""


def svg(flat: Flat, *, background: str | None = None) -> str:
    """The drawing as one self-contained SVG document, 300 by 400. `background` replaces the flat's own."""
    canvas = Canvas(flat)
    _DRAW[flat.kind](canvas)
    return canvas.svg(background or flat.background)


def draw(flat: Flat, width: int = 300, height: int = 400, *, background: str | None = None) -> Image.Image:
    """The drawing as an RGB picture of exactly `width` by `height` pixels; the margins take the background.

    Raises KeyError when the kind has no drawing (see `KINDS`).
    """
    scale = min(width / 300, height / 400)
    size = max(1, round(300 * scale)), max(1, round(400 * scale))
    data = resvg_py.svg_to_bytes(svg_string=svg(flat, background=background), width=size[0], height=size[1], skip_system_fonts=True)
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    if size == (width, height):
        return picture
    page = Image.new("RGB", (width, height), picture.getpixel((0, 0)) or 0)
    page.paste(picture, ((width - size[0]) // 2, (height - size[1]) // 2))
    return page
