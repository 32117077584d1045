"""Cut-outs the segmenter learns from: studio pictures and drawn garments, each with masks nobody had to draw."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import resvg_py
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from models.contracts import RGB
from models.flats import Flat, random_flats, svg
from models.taxonomy import taxonomy
from models.training.augment import WHITE_FROM, garment_mask
from models.training.data import Corpus, Item
from models.training.segmenter_people import skin_like, skin_of

Bytes: TypeAlias = NDArray[np.uint8]
WORN_BY_MODELS = frozenset({"top", "one_piece", "outerwear", "bottom", "nightwear", "swimwear", "underwear"})
SLOTS = WORN_BY_MODELS | {"footwear", "headwear", "bag", "scarf"}
PALE = frozenset({"white", "off_white", "cream", "beige"})
"""Colours that melt into a studio's wall: such pictures have no mask to be trusted."""

COVER = (0.04, 0.75)
"""Share of the picture that a studio garment covers; what covers more stands before scenery."""

MAYBE_SKIN, MOSTLY_SKIN = 0.03, 0.5
DRAWN_SIZE = (168, 224)


@dataclass(frozen=True, slots=True)
class Cutout:
    """A garment, or a person wearing one, without its background.

    Attributes:
        picture: RGB pixels. subject: mode L, 255 on the garment or person. skin: mode L, 255 where it is no garment.
        knows_skin: False where nobody can tell skin from cloth.
        head: a person with their head on.
    """

    picture: RGB
    subject: Image.Image
    skin: Image.Image
    knows_skin: bool = True
    head: bool = False


def studio_cutouts(corpus: Corpus, count: int, seed: int) -> Iterator[Cutout]:
    """Up to `count` cut-outs of the `train` split's detailed pictures."""
    fit = [i for i in corpus.items if i.split == "train" and corpus.has_large(i) and _suitable(i)]
    for row in np.random.default_rng(seed).permutation(len(fit))[:count]:
        found = studio_cutout(corpus.best_picture(fit[row]), taxonomy().slot_of(fit[row].kind) in WORN_BY_MODELS)
        if found is not None:
            yield found


def studio_cutout(picture: RGB, may_be_worn: bool) -> Cutout | None:
    """The subject of a picture before white; None where the wall is not white or the subject too large or small."""
    subject = _exact(picture)
    if not COVER[0] <= subject.mean() <= COVER[1]:
        return None
    skin = skin_of(picture, subject) if may_be_worn else None
    if skin is not None and skin.sum() > MOSTLY_SKIN * subject.sum():
        return None
    # A picture cut at the neck shows hands yet no face to learn their colour from.
    doubtful = skin is None and may_be_worn and (skin_like(picture) & subject).sum() > MAYBE_SKIN * subject.sum()
    none = np.zeros_like(subject)
    return Cutout(picture, _eroded(subject), _mask(none if skin is None else skin), not doubtful, skin is not None)


def drawn_cutouts(count: int, seed: int) -> Iterator[Cutout]:
    """Drawn garments: exact masks in every colour, white among them."""
    for flat in random_flats(count, seed):
        if taxonomy().slot_of(flat.kind) in SLOTS:
            yield _drawn(flat)


def _drawn(flat: Flat) -> Cutout:
    on_black, on_white = (np.asarray(_rendered(flat, ground), dtype=np.int16) for ground in ("#000000", "#ffffff"))
    alpha = 255 - (on_white - on_black).max(axis=2)  # what lets the ground through is not garment
    crisp = (alpha - 160) * 4  # the drawing's own soft shadow is no garment
    subject = Image.fromarray(crisp.clip(0, 255).astype(np.uint8))
    return Cutout(Image.fromarray(on_white.astype(np.uint8)), subject, Image.new("L", subject.size))


def _rendered(flat: Flat, ground: str) -> RGB:
    data = resvg_py.svg_to_bytes(
        svg_string=svg(flat, background=ground), width=DRAWN_SIZE[0], height=DRAWN_SIZE[1], skip_system_fonts=True
    )
    return Image.open(io.BytesIO(data)).convert("RGB")


def whitened(cutout: Cutout, strength: float) -> Cutout:
    """The same garment in white or pale: its folds stay, its colour goes. `strength` from 0 to 1."""
    pixels = np.asarray(cutout.picture, dtype=np.float32)
    grey = pixels @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    inside = grey[np.asarray(cutout.subject) > 0]
    low, high = np.percentile(inside, [5, 95]) if len(inside) else (0.0, 255.0)
    pale = 205 + 45 * ((grey - low) / max(20.0, high - low)).clip(0, 1)
    mixed = pixels * (1 - strength) + pale[..., None] * strength
    return Cutout(Image.fromarray(mixed.astype(np.uint8)), cutout.subject, cutout.skin, cutout.knows_skin)


def _suitable(item: Item) -> bool:
    return bool(item.kind) and taxonomy().slot_of(item.kind) in SLOTS and item.colour not in PALE


def _exact(picture: RGB) -> NDArray[np.bool_]:
    """The garment at the picture's own size: near-white that touches the coarse mask's outside is outside too."""
    ground = np.asarray(garment_mask(picture)) == 0
    near = np.asarray(Image.fromarray(ground).convert("L").filter(ImageFilter.MaxFilter(5))) > 0
    outside: NDArray[np.bool_] = near & (np.asarray(picture.convert("L")) > WHITE_FROM)
    return ~outside


def _eroded(flags: NDArray[np.bool_]) -> Image.Image:
    """Without the rim, where the studio's white shines through."""
    return _mask(flags).filter(ImageFilter.MinFilter(3))


def _mask(flags: NDArray[np.bool_]) -> Image.Image:
    return Image.fromarray(np.where(flags, 255, 0).astype(np.uint8))


def cutouts(corpus: Corpus, studio: int, drawn: int, seed: int) -> Sequence[Cutout]:
    """All cut-outs training draws from."""
    return (*studio_cutouts(corpus, studio, seed), *drawn_cutouts(drawn, seed))
