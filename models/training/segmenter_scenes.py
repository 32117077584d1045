"""Scenes the segmenter learns from: a cut-out laid on wood, carpet, sheets or a photo's own floor, lit like a phone's.

Seeded; pictures are squares, as the network sees them (a photo is squeezed into one).
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from models.contracts import RGB
from models.preprocess.segmenter_net import SIDE
from models.training.segmenter_bank import Cutout, whitened

Rng: TypeAlias = np.random.Generator
Floats: TypeAlias = NDArray[np.float32]


PHOTO_GROUND = 0.6
"""How often the ground is cut out of a photo; else it is drawn."""

WHITENED, HANGER, EMPTY = 0.15, 0.08, 0.02
ASPECTS, ASPECT_SHARES = (0.75, 0.5625, 1.0, 1.333), (0.6, 0.12, 0.1, 0.18)
"""Width by height of photos before they are squeezed into a square."""

LARGE = (0.55, 1.1)
"""Longer side of the subject, as a share of the picture: past 1 it leaves the frame."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture (SIDE, SIDE, 3) with its masks (SIDE, SIDE), all uint8; `knows_skin` as in `Cutout`."""

    picture: NDArray[np.uint8]
    subject: NDArray[np.uint8]
    skin: NDArray[np.uint8]
    knows_skin: bool


def scene(cutouts: Sequence[Cutout], corners: Sequence[RGB], rng: Rng) -> Scene:
    """One random scene; the same generator state gives the same pixels."""
    ground = _photo_ground(corners, rng) if corners and rng.random() < PHOTO_GROUND else _drawn_ground(rng)
    cutout = cutouts[int(rng.integers(len(cutouts)))]
    if cutout.knows_skin and not cutout.head and rng.random() < WHITENED:
        cutout = whitened(cutout, float(rng.uniform(0.6, 1.0)))
    if rng.random() < EMPTY:
        nothing = np.zeros((SIDE, SIDE), np.uint8)
        return Scene(photographed(ground, rng), nothing, nothing, True)
    placed = _placed(cutout, rng)
    if rng.random() < HANGER:
        _hanger(ground, placed.subject, rng)
    laid = Image.composite(_folded(placed.picture, rng), _shaded(ground, placed.subject, rng), placed.subject)
    return Scene(photographed(laid, rng), np.asarray(placed.subject), np.asarray(placed.skin), placed.knows_skin)


def photographed(picture: RGB, rng: Rng) -> NDArray[np.uint8]:
    """Light from one side, a yellow or blue cast, blur, sensor noise and JPEG, as a phone would have it."""
    pixels = np.asarray(picture, dtype=np.float32) / 255
    slope = rng.uniform(-0.25, 0.25, 2)
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j].astype(np.float32)
    warmth = rng.uniform(-0.1, 0.25)
    cast = np.array([1 + warmth / 2, 1.0, 1 - warmth], dtype=np.float32)
    light = rng.uniform(0.65, 1.2) * (1 + slope[0] * y + slope[1] * x)
    pixels = (np.clip(pixels, 0, 1) ** rng.uniform(0.8, 1.3)) * light[..., None] * cast
    pixels = pixels + rng.normal(0, rng.uniform(0, 0.025), pixels.shape)
    out = Image.fromarray((pixels.clip(0, 1) * 255).astype(np.uint8))
    if rng.random() < 0.5:  # noqa: PLR2004
        out = out.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.3, 1.1))))
    if rng.random() < 0.5:  # noqa: PLR2004
        file = io.BytesIO()
        out.save(file, "JPEG", quality=int(rng.integers(35, 90)))
        out = Image.open(file).convert("RGB")
    return np.asarray(out)


def _placed(cutout: Cutout, rng: Rng) -> Cutout:
    """The cut-out scaled, turned, mirrored and moved on a square canvas."""
    left, top, right, bottom = cutout.subject.getbbox() or (0, 0, *cutout.subject.size)
    size = float(rng.uniform(*LARGE)) * SIDE / max(right - left, bottom - top)
    aspect = float(rng.choice(ASPECTS, p=ASPECT_SHARES))
    upright = cutout.head or rng.random() < 0.8  # noqa: PLR2004
    angle = rng.normal(0, 0.06 if cutout.head else 0.15) + (0 if upright else rng.choice([0.5, 1.0, 1.5]) * np.pi)
    mirror = -1 if rng.random() < 0.5 else 1  # noqa: PLR2004
    cos, sin = np.cos(angle), np.sin(angle)
    # destination → source: undo the squeeze, turn back, mirror, scale
    squeeze = np.diag([np.sqrt(aspect), 1 / np.sqrt(aspect)])
    back = np.diag([mirror, 1.0]) @ np.array([[cos, sin], [-sin, cos]]) @ squeeze / size
    room = max(0.0, 1 - size * max(right - left, bottom - top) / SIDE) / 2 + 0.04
    centre = SIDE * (0.5 + rng.uniform(-room, room, 2))
    moved = np.array([(left + right) / 2, (top + bottom) / 2]) - back @ centre
    data = (*back[0], moved[0], *back[1], moved[1])
    picture, subject, skin = (
        part.transform((SIDE, SIDE), Image.Transform.AFFINE, data, Image.Resampling.BILINEAR)
        for part in (_shrunk(cutout.picture, size), _shrunk(cutout.subject, size), _shrunk(cutout.skin, size))
    )
    return Cutout(picture, subject, skin, cutout.knows_skin, cutout.head)


def _shrunk(part: Image.Image, size: float) -> Image.Image:
    """Blurred as far as shrinking to `size` would: AFFINE samples four pixels and no more."""
    return part.filter(ImageFilter.BoxBlur(0.35 / size)) if size < 0.7 else part  # noqa: PLR2004


def _folded(picture: RGB, rng: Rng) -> RGB:
    """Folds: brightness that varies smoothly over the cloth."""
    strength = float(rng.uniform(0, 0.18))
    folds = 1 + strength * _noise(rng, int(rng.integers(3, 14)))
    return Image.fromarray((np.asarray(picture, np.float32) * folds[..., None]).clip(0, 255).astype(np.uint8))


def _shaded(ground: RGB, subject: Image.Image, rng: Rng) -> RGB:
    """The shadow a garment throws on what it lies on."""
    shift = rng.integers(-5, 6, 2)
    cast = ImageChops.offset(subject, int(shift[0]), int(shift[1]))
    cast = cast.filter(ImageFilter.GaussianBlur(float(rng.uniform(1.0, 5.0))))
    depth = float(rng.uniform(0, 0.6))
    return Image.composite(Image.new("RGB", ground.size), ground, cast.point(lambda value: value * depth))


def _hanger(ground: RGB, subject: Image.Image, rng: Rng) -> None:
    """A hanger's bar and hook behind the garment: neither belongs to it."""
    left, top, right, _ = subject.getbbox() or (0, 0, SIDE, SIDE)
    x, ink = (left + right) / 2, tuple(int(v) for v in rng.integers(10, 230, 3))
    width, pencil = int(rng.integers(1, 4)), ImageDraw.Draw(ground)
    reach = (right - left) * float(rng.uniform(0.2, 0.4))
    pencil.line([(x - reach, top + 10), (x, top - 2), (x + reach, top + 10)], fill=ink, width=width + 1)
    pencil.arc([x - 5, top - 14, x + 5, top - 2], 150, 90, fill=ink, width=width)


def _photo_ground(corners: Sequence[RGB], rng: Rng) -> RGB:
    """A photo's corner, mirrored until it fills the picture; at times two side by side."""
    ground = _tiled(corners[int(rng.integers(len(corners)))], rng)
    if rng.random() < 0.2:  # noqa: PLR2004
        other = _tiled(corners[int(rng.integers(len(corners)))], rng)
        cut = int(rng.integers(SIDE // 6, SIDE))
        ground.paste(other.crop((0, 0, SIDE, cut)) if rng.random() < 0.5 else other.crop((0, 0, cut, SIDE)))  # noqa: PLR2004
    return ground


def _tiled(corner: RGB, rng: Rng) -> RGB:
    longer = int(rng.uniform(0.3, 1.0) * SIDE)
    scale = longer / max(corner.size)
    small = corner.resize((max(8, int(corner.width * scale)), max(8, int(corner.height * scale))))
    tile = np.asarray(small)
    tile = np.concatenate([tile, tile[:, ::-1]], axis=1)
    tile = np.concatenate([tile, tile[::-1]], axis=0)
    tile = np.rot90(tile, int(rng.integers(4)))
    repeats = -(-SIDE // tile.shape[0]) + 1, -(-SIDE // tile.shape[1]) + 1
    wide = np.tile(tile, (*repeats, 1))
    y, x = int(rng.integers(wide.shape[0] - SIDE + 1)), int(rng.integers(wide.shape[1] - SIDE + 1))
    return Image.fromarray(np.ascontiguousarray(wide[y : y + SIDE, x : x + SIDE]))


def _drawn_ground(rng: Rng) -> RGB:
    """Planks, carpet, a creased sheet, tiles, checks or a plain wall in any colour."""
    base = rng.uniform(30, 250, 3) if rng.random() < 0.4 else rng.uniform(60, 250) * _earth(rng)  # noqa: PLR2004
    kinds: tuple[Relief, ...] = (_planks, _carpet, _sheet, _tiles, _stripes)
    relief = kinds[int(rng.integers(len(kinds)))](rng)
    tint = rng.normal(0, 6, 3) * _noise(rng, 4)[..., None]
    pixels = base * (1 + relief[..., None]) + tint
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


Relief: TypeAlias = Callable[[Rng], Floats]
"""Relative brightness of a ground's pixels, (SIDE, SIDE)."""


def _earth(rng: Rng) -> Floats:
    return np.array([1.0, rng.uniform(0.72, 1.0), rng.uniform(0.5, 1.05)], dtype=np.float32)


def _planks(rng: Rng) -> Floats:
    width = int(rng.integers(12, 50))
    across = np.arange(SIDE)
    tone = rng.normal(0, 0.08, SIDE // width + 2)[across // width]
    seam = np.where(across % width < max(1, width // 16), -rng.uniform(0.1, 0.4), 0.0)
    streaks = np.asarray(Image.fromarray(rng.normal(0, 1, (5, SIDE)).astype(np.float32)).resize((SIDE, SIDE)))
    grain = 0.06 * streaks + rng.normal(0, 0.03, (SIDE, SIDE))
    relief = (tone + seam)[None] + grain
    return _maybe_turned(relief.astype(np.float32), rng)


def _carpet(rng: Rng) -> Floats:
    fine = rng.normal(0, rng.uniform(0.04, 0.18), (SIDE, SIDE)).astype(np.float32)
    return fine + np.float32(rng.uniform(0.0, 0.3)) * _noise(rng, int(rng.integers(6, 50)))


def _sheet(rng: Rng) -> Floats:
    folds = _noise(rng, int(rng.integers(3, 9))) + 0.5 * _noise(rng, int(rng.integers(8, 25)))
    return np.float32(rng.uniform(0.02, 0.16)) * np.abs(folds).astype(np.float32)


def _tiles(rng: Rng) -> Floats:
    size, line = int(rng.integers(30, 90)), int(rng.integers(1, 4))
    at = np.arange(SIDE) + int(rng.integers(size))
    joints = np.minimum.outer(at % size, at % size) < line
    relief: Floats = (np.where(joints, -rng.uniform(0.1, 0.4), 0.0) + 0.05 * _noise(rng, 6)).astype(np.float32)
    return relief


def _stripes(rng: Rng) -> Floats:
    period = float(rng.uniform(6, 50))
    wave = np.sin(2 * np.pi * np.arange(SIDE) / period) > rng.uniform(-0.7, 0.7)
    depth = rng.uniform(0.1, 0.5)
    relief = -depth * wave[None] * np.ones((SIDE, 1))
    if rng.random() < 0.5:  # noqa: PLR2004 - checks
        relief = relief + relief.T
    return _maybe_turned(relief.astype(np.float32), rng) + 0.05 * _noise(rng, 10)


def _maybe_turned(relief: Floats, rng: Rng) -> Floats:
    angle = float(rng.choice([0.0, 90.0, rng.uniform(0, 180)]))
    turned = Image.fromarray(np.pad(relief, SIDE // 4, mode="reflect")).rotate(angle, Image.Resampling.BILINEAR)
    return np.asarray(turned)[SIDE // 4 : -(SIDE // 4), SIDE // 4 : -(SIDE // 4)]


def _noise(rng: Rng, cells: int) -> Floats:
    """Smooth noise of about unit spread, (SIDE, SIDE)."""
    coarse = Image.fromarray(rng.normal(0, 1, (cells, cells)).astype(np.float32))
    return np.asarray(coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
