"""How well two pieces go together besides colours: what people wear together, or what a shop's own looks teach."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
import structlog

from app.catalog.facts import ItemFacts
from app.settings import Settings
from models.contracts import Vector
from models.outfits import ShopScorer, space_of, worn_together
from models.registry import ModelSpec

log = structlog.get_logger(__name__)

Goes = Callable[[ItemFacts, ItemFacts], float]
"""0 (never seen together) to 1; 0.5 where nothing is known."""


class Compatibility(Protocol):
    """What looks are composed by, besides the rules.

    Attributes:
        weight: its share in how well two pieces go together, 0 to 1; colours and patterns have the rest.
        by_sight: whether it wants the pieces' image vectors.
    """

    @property
    def weight(self) -> float: ...
    @property
    def by_sight(self) -> bool: ...

    def among(self, pieces: Sequence[ItemFacts], vectors: Sequence[Vector | None]) -> Goes:
        """The answer for any two of `pieces`; `vectors` are theirs, in the same order, where there are any."""


class WornTogether:
    """By kinds alone, fitted on what stood together in real outfits."""

    weight = 0.35
    by_sight = False

    def among(self, pieces: Sequence[ItemFacts], vectors: Sequence[Vector | None]) -> Goes:
        table = worn_together()
        return lambda a, b: table.get((a.kind, b.kind), 0.5)


class Learned:
    """By a scorer fitted on the shop's own looks."""

    weight = 0.5

    def __init__(self, scorer: ShopScorer) -> None:
        self._scorer = scorer
        self.by_sight = scorer.by_sight

    def among(self, pieces: Sequence[ItemFacts], vectors: Sequence[Vector | None]) -> Goes:
        known = next((v for v in vectors if v is not None), None)
        seen = None
        if self.by_sight and known is not None:
            nothing = np.zeros_like(known)
            seen = np.stack([nothing if v is None else v for v in vectors])
        chances = self._scorer.chances(pieces, seen)
        row = {piece.id: number for number, piece in enumerate(pieces)}
        return lambda a, b: float(chances[row[a.id], row[b.id]])


def composed_by(settings: Settings, spec: ModelSpec) -> Compatibility:
    """What the settings name for looks, beside this model; read once. Raises OutfitsUnavailable, one line."""
    return compatibility(settings.outfits.scorer, space_of(spec.revision, spec.preprocess_version))


@cache
def compatibility(folder: Path | None, space: str) -> Compatibility:
    """What the settings name: the scorer in `folder`, or without one what people wear together.

    A scorer fitted on another model's pictures goes by facts alone, and the log says so.

    Raises OutfitsUnavailable, one line, for a folder without a scorer.
    """
    if folder is None:
        return WornTogether()
    scorer = ShopScorer.load(folder)
    if scorer.by_sight and scorer.space != space:
        log.warning("outfits_scorer_of_another_model", scorer=scorer.space, model=space, instead="facts alone")
        scorer = scorer.blind()
    return Learned(scorer)
