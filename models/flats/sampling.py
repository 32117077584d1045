"""Endless variety for training: random cuts, colours, weaves, shades and plain backgrounds, by seed."""

from collections.abc import Mapping, Sequence
from functools import cache
from random import Random

import numpy as np
from coloraide import Color
from numpy.typing import NDArray

from models.flats.cuts import BY_KIND, Cut
from models.flats.make import GENDERS, make, shade_of
from models.flats.spec import STUDIO, Flat
from models.taxonomy import taxonomy

_BACKGROUNDS = (
    STUDIO,
    STUDIO,
    "#ffffff",
    "#ffffff",
    "#ededed",
    "#e3e6ea",
    "#efe7dc",
    "#dfe7e2",
    "#f4e9ea",
    "#cfcac2",
    "#b9bfc6",
    "#d8cbb8",
)
_REACH = 0.055
"""Farthest a shade strays from its colour's centre, in OKLab; never past half the way to the next colour name."""

_PATTERNED = 0.36
"""Share of patterned pieces among cuts that come in patterns."""

_CONTRAST = 0.24
"""Least difference in OKLab lightness between a pattern and its ground."""

_LEATHER = (
    *("black", "brown", "tan", "burgundy", "white", "beige", "navy", "red", "grey"),
    *("green", "pink", "gold", "silver", "blue", "yellow", "purple", "orange"),
)
_DENIM = ("blue", "blue", "blue", "navy", "black", "grey", "white")


def random_flats(n: int, seed: int) -> list[Flat]:
    """`n` garments, the same for the same seed. Kinds are equally frequent, colours nearly so; a third is patterned."""
    dice = Random(seed)  # noqa: S311 -- pictures, nothing secret
    kinds = sorted(BY_KIND)
    return [_one(dice, BY_KIND[dice.choice(kinds)], f"random-{seed}-{number}") for number in range(n)]


def _one(dice: Random, styles: Mapping[str, Cut], ident: str) -> Flat:
    cut = dice.choice(list(styles.values()))
    colour = dice.choice(_colours(cut))
    pattern = dice.choice(cut.patterns[1:]) if len(cut.patterns) > 1 and dice.random() < _PATTERNED else "solid"
    second = _contrast(dice, colour) if pattern != "solid" or cut.kind == "sports_shoes" else None
    return make(
        cut, ident, gender=GENDERS[dice.choice(cut.genders)], colour=colour, second=second, pattern=pattern,
        neck=dice.choice(cut.necks), sleeve=dice.choice(cut.sleeves), length=dice.choice(cut.lengths),
        shade=_near(dice, colour, cut.material), second_shade=_near(dice, second, "") if second else None,
        background=dice.choice(_BACKGROUNDS),
    )  # fmt: skip


def _colours(cut: Cut) -> Sequence[str]:
    if cut.material == "denim":
        return _DENIM
    if cut.material == "leather":
        return _LEATHER
    return [colour for colour in taxonomy().colours if colour != "multi"]


def _contrast(dice: Random, colour: str) -> str:
    """A second colour that is well seen on the first."""
    names, points = _centres()
    own = points[names.index(colour)]
    far = [name for name, point in zip(names, points, strict=True) if abs(point[0] - own[0]) > _CONTRAST]
    return dice.choice([*far, *(name for name in ("white", "navy", "black") if name in far)])


def _near(dice: Random, colour: str, material: str) -> str:
    """A shade around the centre that is still nearer to this colour's name than to any other's."""
    names, points = _centres()
    at = names.index(colour)
    gaps = np.linalg.norm(points - points[at], axis=1)
    reach = min(_REACH, 0.47 * float(np.min(gaps[gaps > 0])))
    centre = np.array(Color(shade_of(colour, material)).convert("oklab").coords(), dtype=np.float64)
    step = np.array([dice.gauss(0, 1) for _ in range(3)])
    moved = centre + step / np.linalg.norm(step) * reach * dice.random() ** (1 / 3)
    return str(Color("oklab", moved.tolist()).convert("srgb").clip().to_string(hex=True))


@cache
def _centres() -> tuple[list[str], NDArray[np.float64]]:
    """Names of the colours and their OKLab centres, shape (n, 3)."""
    names = [name for name in taxonomy().colours if name != "multi"]
    return names, np.array([Color(shade_of(name, "")).convert("oklab").coords() for name in names], dtype=np.float64)
