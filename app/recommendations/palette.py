"""How colours lie to each other, measured where eyes measure: CIEDE2000 for likeness, OKLCh hue for harmony.

Sources: Sharma, Wu & Dalal 2005 (CIEDE2000); Ottosson 2020 (OKLab); harmonies after Itten's colour wheel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import exp
from typing import Literal

import numpy as np
from coloraide import Color
from numpy.typing import NDArray

from models.taxonomy import taxonomy

UNKNOWN = 0.5
"""What an item scores whose colour nobody stated: neither right nor wrong."""

SAME_FAMILY = 0.75
"""At least this close when a plain word covers both: who says blue means navy too."""

BLUR = 18.0
"""CIEDE2000 difference at which two colours are alike to exp(-1)."""

MULTI = "multi"
CLOSE_HUE, NEAR_HUE, FAR_HUE = 18.0, 55.0, 140.0
VIVID = 0.09
"""OKLCh chroma from which a colour asserts itself."""

METALS = frozenset({"gold", "silver", "bronze"})
"""Neutral on jewellery, watches and the like."""

Relation = Literal["neutral", "same", "tonal", "analogous", "complementary", "contrast", "clash", "unknown"]

HARMONY: Mapping[Relation, float] = {
    "neutral": 1.0,
    "complementary": 0.8,
    "analogous": 0.8,
    "tonal": 0.85,
    "same": 0.75,
    "unknown": 0.6,
    "contrast": 0.5,
    "clash": 0.25,
}


@dataclass(frozen=True, slots=True)
class _Table:
    index: Mapping[str, int]
    closeness: NDArray[np.float64]
    hue: NDArray[np.float64]
    chroma: NDArray[np.float64]


@cache
def _table() -> _Table:
    """Every pair of the taxonomy's colours, once."""
    colours = list(taxonomy().colours.values())
    centres = [Color("srgb", [channel / 255 for channel in c.rgb]) for c in colours]
    closeness = np.eye(len(colours))
    for i, j in combinations(range(len(colours)), 2):
        close = exp(-((centres[i].delta_e(centres[j], method="2000") / BLUR) ** 2))
        if colours[i].family == colours[j].family:
            close = max(close, SAME_FAMILY)
        if MULTI in (colours[i].id, colours[j].id):  # its centre stands for no colour
            close = 0.3
        closeness[i, j] = closeness[j, i] = close
    lch = np.array([[c.convert("oklch").get(k, nans=False) for k in ("chroma", "hue")] for c in centres], np.float64)
    return _Table({c.id: i for i, c in enumerate(colours)}, closeness, hue=lch[:, 1], chroma=lch[:, 0])


def closeness(a: str, b: str) -> float:
    """How much two colour ids look alike, 0 to 1; `UNKNOWN` when one of them is not known."""
    table = _table()
    i, j = table.index.get(a), table.index.get(b)
    return UNKNOWN if i is None or j is None else float(table.closeness[i, j])


@cache
def relation(a: str, b: str) -> Relation:
    """How two colour ids stand to each other when worn together."""
    colours = taxonomy().colours
    if a not in colours or b not in colours:
        return "unknown"
    if colours[a].neutral or colours[b].neutral:
        return "neutral"
    if a == b:
        return "same" if a != MULTI else "clash"
    if MULTI in (a, b):
        return "contrast"
    return _by_hue(a, b)


def _by_hue(a: str, b: str) -> Relation:
    table = _table()
    i, j = table.index[a], table.index[b]
    if min(table.chroma[i], table.chroma[j]) < VIVID / 2:
        return "neutral"
    turn = abs(table.hue[i] - table.hue[j]) % 360
    angle = min(turn, 360 - turn)
    if angle <= CLOSE_HUE:
        return "tonal"
    if angle <= NEAR_HUE:
        return "analogous"
    if angle >= FAR_HUE:
        return "complementary"
    muted = min(table.chroma[i], table.chroma[j]) < VIVID
    return "contrast" if muted else "clash"


def harmony(a: str, b: str) -> float:
    """How well two colour ids go together, 0 to 1; the same for either order."""
    return HARMONY[relation(a, b)]


def is_neutral(colour: str) -> bool:
    """Goes with everything; a colour nobody stated does not count as such."""
    found = taxonomy().colours.get(colour)
    return found is not None and found.neutral


def accents(colours: Sequence[str]) -> tuple[str, ...]:
    """The hues a look shows, one colour for each: neutrals and unknown ones left out, tonal ones counted once."""
    shown: list[str] = []
    for colour in colours:
        if colour not in taxonomy().colours or is_neutral(colour):
            continue
        if not any(relation(colour, known) in ("same", "tonal") for known in shown):
            shown.append(colour)
    return tuple(shown)
