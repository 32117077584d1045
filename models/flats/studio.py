"""The studio: a softly lit wall and the shadow a garment casts on it. Done on pixels, many times faster than in SVG."""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageColor, ImageFilter

_SHADOW = (42, 38, 32)
_SHRINK = 4
"""The shadow is blurred at a quarter of the size: nobody sees the difference, and it costs a sixteenth."""


def stage(cutout: Image.Image, background: str, scale: float) -> Image.Image:
    """An RGBA cut-out on its wall, as RGB. `scale` is pixels per unit of the 300 by 400 view box."""
    page = _wall(background, *cutout.size).copy()
    small = max(1, cutout.width // _SHRINK), max(1, cutout.height // _SHRINK)
    shadow = cutout.getchannel("A").resize(small, Image.Resampling.BOX)
    shadow = shadow.filter(ImageFilter.GaussianBlur(6 * scale / _SHRINK)).resize(cutout.size, Image.Resampling.BILINEAR)
    page.paste(_SHADOW, (round(3 * scale), round(7 * scale)), shadow.point(lambda alpha: alpha * 0.3))
    page.paste(cutout, (0, 0), cutout)
    return page


@lru_cache(maxsize=64)
def _wall(background: str, width: int, height: int) -> Image.Image:
    """A plain wall, a little lighter behind the garment and darker towards the corners."""
    y, x = np.mgrid[0:height, 0:width]
    away = np.hypot((x / max(1, width - 1) - 0.5), (y / max(1, height - 1) - 0.42)) / 0.8
    colour = np.array(ImageColor.getrgb(background)[:3], dtype=np.float32)
    light = np.clip(0.6 - away, 0, 1)[..., None] * 0.7
    dark = np.clip(away - 0.6, 0, 1)[..., None] * 0.12
    return Image.fromarray(np.clip(colour + (255 - colour) * light - colour * dark, 0, 255).astype(np.uint8))
