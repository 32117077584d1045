"""The demo shop as a test: plain wishes in two languages, and people's photos, against drawn garments."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

import numpy as np

from models.contracts import RGB, Matrix
from models.flats import Flat, demo_catalogue, draw
from models.taxonomy import taxonomy

WISHES = 40
SIZE = (225, 300)


@dataclass(frozen=True, slots=True)
class Wish:
    """A colour and a kind in plain words."""

    text: str
    locale: str
    kind: str
    colour: str


@cache
def wishes(count: int = WISHES, seed: int = 2) -> tuple[Wish, ...]:
    """`count` wishes, half English and half Chinese, for things the demo shop has; every kind before one twice.

    Only colours that are their own family: a shopper who says plain 'blue' is not wrong about navy.
    """
    dice = Random(seed)  # noqa: S311 -- a fixed sample, nothing secret
    known = taxonomy()
    pairs = sorted({(f.kind, f.colour) for f in demo_catalogue() if plain(f)})
    dice.shuffle(pairs)
    by_kind: dict[str, list[str]] = {}
    for kind, colour in pairs:
        by_kind.setdefault(kind, []).append(colour)
    kinds = list(by_kind)
    picked = [(kinds[n % len(kinds)], by_kind[kinds[n % len(kinds)]]) for n in range(count)]
    made = []
    for n, (kind, colours) in enumerate(picked):
        colour, locale = colours[n // len(kinds) % len(colours)], ("en", "zh")[n % 2]
        words = known.colours[colour].name(locale), known.kinds[kind].name(locale)
        made.append(Wish(("" if locale == "zh" else " ").join(words), locale, kind, colour))
    return tuple(made)


def plain(flat: Flat) -> bool:
    """Something worn, in a colour that is a family of its own."""
    known = taxonomy()
    return known.kinds[flat.kind].worn and known.colours[flat.colour].family == flat.colour


@cache
def gallery() -> tuple[Flat, ...]:
    """What the demo shop may suggest."""
    return tuple(flat for flat in demo_catalogue() if taxonomy().kinds[flat.kind].worn)


@cache
def pictures() -> tuple[RGB, ...]:
    """The drawings of `gallery()`, drawn once a process."""
    return tuple(draw(flat, *SIZE) for flat in gallery())


def satisfied(wish: Wish, flat: Flat) -> bool:
    """Whether a garment is of the kind and colour asked for."""
    return flat.kind == wish.kind and flat.colour == wish.colour


def wish_hits(rows: Matrix, asked: Sequence[Wish], texts: Matrix) -> list[bool]:
    """For each wish, whether the garment nearest to its text answers it.

    Args: rows: image rows of `gallery()`. texts: text rows of `asked`, in order.
    """
    best = (texts @ rows.T).argmax(axis=1)
    return [satisfied(wish, gallery()[row]) for wish, row in zip(asked, best, strict=True)]


def random_wish_rate(asked: Sequence[Wish]) -> float:
    """How often a garment drawn at random answers a wish."""
    flats = gallery()
    return float(np.mean([[satisfied(wish, flat) for flat in flats] for wish in asked]))
