"""Seeded changes to a picture that keep what the garment is: framing, light, blur, and what lies behind it."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from models.contracts import RGB

Rng = np.random.Generator
WHITE = (255, 255, 255)
WHITE_FROM = 243
MASK_SIDE = 80
"""Side of the picture the mask is found on: filling is slow, and edges are blurred afterwards anyway."""

FLIP, LAID, COARSE = 0.5, 0.6, 0.3
"""How often a picture is mirrored, laid on a background, made coarse."""

OUTSIDE = 128


def photo_view(picture: RGB, rng: Rng) -> RGB:
    """Another photo the same person might have taken: framed, turned and lit a little differently."""
    picture = ImageOps.mirror(picture) if rng.random() < FLIP else picture
    picture = _turned(picture, rng, degrees=12, fill=None)
    return _lit(_cropped(picture, rng, least=0.6), rng)


def studio_view(picture: RGB, rng: Rng, backgrounds: Sequence[Callable[[], RGB]] = ()) -> RGB:
    """A studio picture made more like a phone's: laid on something in half of the cases, turned, dimmer, blurred."""
    picture = ImageOps.mirror(picture) if rng.random() < FLIP else picture
    picture = _turned(picture, rng, degrees=20, fill=WHITE)
    if backgrounds and rng.random() < LAID:
        picture = on_background(picture, corner(backgrounds[int(rng.integers(len(backgrounds)))](), rng))
    picture = _cropped(_margin(picture, rng), rng, least=0.75)
    return _coarse(_lit(picture, rng), rng)


def studio_again(picture: RGB, rng: Rng) -> RGB:
    """Another studio picture of the same garment: framed and turned a little differently, as light as before."""
    picture = ImageOps.mirror(picture) if rng.random() < FLIP else picture
    picture = _turned(picture, rng, degrees=8, fill=WHITE)
    picture = _cropped(_margin(picture, rng), rng, least=0.6)
    return ImageEnhance.Brightness(picture).enhance(float(rng.uniform(0.92, 1.08)))


def on_background(picture: RGB, background: RGB) -> RGB:
    """`picture`'s near-white surroundings replaced by `background`; white inside the garment stays."""
    mask = garment_mask(picture).filter(ImageFilter.GaussianBlur(0.8))
    return Image.composite(picture, background.resize(picture.size), mask)


def garment_mask(picture: RGB) -> Image.Image:
    """255 on the garment, 0 on white that is connected to the border. Mode L."""
    small = picture.copy()
    small.thumbnail((MASK_SIDE, MASK_SIDE))
    white = np.pad(np.asarray(small.convert("L")) > WHITE_FROM, 1, constant_values=True)
    canvas = Image.fromarray(np.where(white, 255, 0).astype(np.uint8)).copy()  # arrays are lent read-only
    ImageDraw.floodfill(canvas, (0, 0), OUTSIDE)
    ground = np.asarray(canvas)[1:-1, 1:-1] == OUTSIDE
    mask = Image.fromarray(np.where(ground, 0, 255).astype(np.uint8))
    return mask.resize(picture.size, Image.Resampling.NEAREST)


def corner(picture: RGB, rng: Rng) -> RGB:
    """A corner of a photo, where floors and walls usually are."""
    w, h = max(8, picture.width // 4), max(8, picture.height // 4)
    left, top = rng.choice([0, picture.width - w]), rng.choice([0, picture.height - h])
    return picture.crop((int(left), int(top), int(left) + w, int(top) + h))


def augmented(read: Callable[[], RGB], change: Callable[[RGB, Rng], RGB], seed: tuple[int, ...]) -> Callable[[], RGB]:
    """Deferred `change` of a deferred picture; the same seed gives the same pixels."""
    return partial(_augmented, read, change, seed)


def _augmented(read: Callable[[], RGB], change: Callable[[RGB, Rng], RGB], seed: tuple[int, ...]) -> RGB:
    return change(read(), np.random.default_rng(seed))


def _turned(picture: RGB, rng: Rng, degrees: float, fill: tuple[int, int, int] | None) -> RGB:
    angle = float(rng.normal(0, degrees / 2))
    if fill is not None:
        return picture.rotate(angle, Image.Resampling.BILINEAR, expand=True, fillcolor=fill)
    mean = tuple(int(v) for v in np.asarray(picture.resize((1, 1), Image.Resampling.BOX))[0, 0])
    return picture.rotate(angle, Image.Resampling.BILINEAR, fillcolor=mean)


def _margin(picture: RGB, rng: Rng) -> RGB:
    """Some more of the surroundings, taken from the picture's own edge."""
    share = float(rng.uniform(0, 0.25))
    red, green, blue = np.asarray(picture)[0, 0].tolist()
    return ImageOps.expand(picture, int(share * min(picture.size)), fill=(red, green, blue))


def _cropped(picture: RGB, rng: Rng, least: float) -> RGB:
    side = np.sqrt(rng.uniform(least, 1.0))
    w, h = int(picture.width * side), int(picture.height * side)
    left, top = int(rng.integers(picture.width - w + 1)), int(rng.integers(picture.height - h + 1))
    return picture.crop((left, top, left + w, top + h))


def _lit(picture: RGB, rng: Rng) -> RGB:
    """Exposure, contrast and a slight cast; hue stays, since colour is what the model must learn to name."""
    picture = ImageEnhance.Brightness(picture).enhance(float(rng.uniform(0.75, 1.2)))
    picture = ImageEnhance.Contrast(picture).enhance(float(rng.uniform(0.8, 1.2)))
    gains = rng.uniform(0.93, 1.07, size=3)
    pixels = np.asarray(picture, dtype=np.float32) * gains
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _coarse(picture: RGB, rng: Rng) -> RGB:
    if rng.random() < COARSE:
        factor = float(rng.uniform(0.35, 0.8))
        picture = picture.resize((max(24, int(picture.width * factor)), max(24, int(picture.height * factor))))
    return picture
