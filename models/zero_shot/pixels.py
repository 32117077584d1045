"""Colour read off the pixels, to stand beside what the embedding says: embeddings alone are weak at it."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.contracts import RGB
from models.preprocess.salience import lab_of
from models.taxonomy import taxonomy

THUMB = (36, 48)
"""Width and height that is looked at: colours, not threads."""

LIGHTNESS = 0.5
"""How much lightness counts beside hue and chroma: light falls differently on every bed and floor."""

SOFTNESS = 5.0
"""Lab distance over which a colour name fades."""

CLEAR = (3.0, 10.0)
"""Lab distance from the border at which a pixel begins to count as garment, and the further one where it fully does."""

LEAST_WEIGHT = 0.02
CENTRED = 1.5
"""How steeply weight falls from the middle to the edges."""

PIXEL_POWER, PIXEL_FLOOR = 1.5, 0.02
"""How much pixels count beside an embedding, and what is added so that they forbid nothing.

On shoppers' photos the embedding of tryon-mini often names the bed and not the dress, so pixels lead. Right with these
and the tagger's COLOUR_SHARPNESS: 0.93 of drawn garments (0.66 without pixels) and 0.55 of 700 studio pictures of
`val`, whose own colour names are loose (0.58 without). Labels for photos' colours do not exist; sixteen looked at by
eye were right but for two.
"""


def families() -> tuple[str, ...]:
    """Colour families of the taxonomy, in its order."""
    return tuple(c.id for c in taxonomy().colours.values() if c.family == c.id)


def pixel_colours(picture: RGB) -> NDArray[np.float64]:
    """Share of each colour family in a garment's crop, aligned with `families()`, summing to 1.

    Each pixel is spread over the taxonomy's colour centres by its distance in CIE Lab; pixels near the middle and
    unlike the border count most.
    """
    lab = lab_of(picture.resize(THUMB, Image.Resampling.BOX)).astype(np.float64)
    weights = (_unlike_border(lab) * _central(lab.shape[0], lab.shape[1])).ravel()
    centres, family = _centres()
    scaled = (lab.reshape(-1, 1, 3) - centres) * np.array([LIGHTNESS, 1.0, 1.0])
    distances = np.sqrt((scaled**2).sum(axis=2))
    near = np.exp(-(distances - distances.min(axis=1, keepdims=True)) / SOFTNESS)
    shares = (near / near.sum(axis=1, keepdims=True) * weights[:, None]).sum(axis=0) / weights.sum()
    counted: NDArray[np.float64] = np.bincount(family, shares, len(families())).astype(np.float64)
    return counted


def pixel_shares(crops: Sequence[RGB]) -> NDArray[np.float64]:
    """The mean of `pixel_colours` over at least one picture, shape (families,)."""
    shares: NDArray[np.float64] = np.mean([pixel_colours(crop) for crop in crops], axis=0)
    return shares


def with_pixels(chances: NDArray[np.floating], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """A product of experts: an embedding's chances of each colour and the pixels' shares of it, shape (n,) both."""
    weighted = chances * (shares + PIXEL_FLOOR) ** PIXEL_POWER
    return np.asarray(weighted / weighted.sum(), dtype=np.float64)


def _unlike_border(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    border = np.concatenate([lab[0], lab[-1], lab[:, 0], lab[:, -1]])
    distance = np.linalg.norm(lab - np.median(border, axis=0), axis=2)
    begins, fully = CLEAR
    clear: NDArray[np.float64] = np.clip((distance - begins) / fully, LEAST_WEIGHT, 1.0)
    return clear


def _central(height: int, width: int) -> NDArray[np.float64]:
    y, x = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None, :]
    weights: NDArray[np.float64] = np.exp(-CENTRED * (y**2 + x**2))
    return weights


@cache
def _centres() -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Lab centres of all colours, shape (n, 3), and the index of each one's family."""
    colours = tuple(taxonomy().colours.values())
    swatches = Image.new("RGB", (len(colours), 1))
    swatches.putdata([c.rgb for c in colours])
    order = families()
    return lab_of(swatches)[0].astype(np.float64), np.array([order.index(c.family) for c in colours])
