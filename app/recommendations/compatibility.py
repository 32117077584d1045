"""How well two pieces go together besides colours: what people wear together, or what a shop's own looks teach."""

from collections.abc import Callable, Sequence
from typing import Protocol

from app.catalog.facts import ItemFacts
from models.contracts import Vector
from models.outfits import worn_together

Goes = Callable[[ItemFacts, ItemFacts], float]
"""0 (never seen together) to 1; 0.5 where nothing is known."""


class Compatibility(Protocol):
    """What looks are composed by, besides the rules.

    Attributes:
        weight: its share in how well two pieces go together, 0 to 1; colours and patterns have the rest.
        by_sight: whether it wants the pieces' image vectors.
    """

    weight: float
    by_sight: bool

    def among(self, pieces: Sequence[ItemFacts], vectors: Sequence[Vector | None]) -> Goes:
        """The answer for any two of `pieces`; `vectors` are theirs, in the same order, where there are any."""


class WornTogether:
    """By kinds alone, fitted on what stood together in real outfits."""

    weight = 0.35
    by_sight = False

    def among(self, pieces: Sequence[ItemFacts], vectors: Sequence[Vector | None]) -> Goes:
        table = worn_together()
        return lambda a, b: table.get((a.kind, b.kind), 0.5)
