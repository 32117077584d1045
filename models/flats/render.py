"""From a `Flat` to SVG and to pixels."""

import io
from collections.abc import Callable, Mapping

import resvg_py
from PIL import Image

from models.flats import (
    accessories,
    bags,
    bottoms,
    dresses,
    footwear,
    goods,
    headwear,
    jackets,
    knitwear,
    outerwear,
    shoes,
    skirts,
    tops,
)
from models.flats.paint import Canvas
from models.flats.paths import HEIGHT, WIDTH
from models.flats.spec import Flat
from models.flats.studio import stage

_FAMILIES = (
    *(tops, knitwear, outerwear, jackets, dresses, bottoms, skirts),
    *(footwear, shoes, bags, headwear, accessories, goods),
)
_DRAW: Mapping[str, Callable[[Canvas], None]] = {
    kind: drawing for family in _FAMILIES for kind, drawing in family.DRAW.items()
}

KINDS: tuple[str, ...] = tuple(_DRAW)
"""Kinds of the taxonomy that can be drawn."""


def _canvas(flat: Flat) -> Canvas:
    canvas = Canvas(flat)
    _DRAW[flat.kind](canvas)
    return canvas


def svg(flat: Flat, *, background: str | None = None) -> str:
    """The drawing as one self-contained SVG document, 300 by 400. `background` replaces the flat's own."""
    return _canvas(flat).svg(background or flat.background)


def draw(flat: Flat, width: int = 300, height: int = 400, *, background: str | None = None) -> Image.Image:
    """The drawing as an RGB picture of exactly `width` by `height` pixels, lit like a product photo.

    Raises KeyError when the kind has no drawing (see `KINDS`).
    """
    scale = min(width / WIDTH, height / HEIGHT)
    size = max(1, round(WIDTH * scale)), max(1, round(HEIGHT * scale))
    data = resvg_py.svg_to_bytes(
        svg_string=_canvas(flat).svg(None), width=size[0], height=size[1], skip_system_fonts=True
    )
    cutout = Image.new("RGBA", (width, height))
    cutout.paste(Image.open(io.BytesIO(data)), ((width - size[0]) // 2, (height - size[1]) // 2))
    return stage(cutout, background or flat.background, scale)
