"""What a shopper's taste and everybody's choices do to one answer. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.catalog.facts import ItemFacts
from app.catalog.live.catalog import LiveView
from app.catalog.narrowing.filters import Condition
from app.feedback.memory import Leaning
from app.feedback.taste import Scores, Taste
from app.recommendations.outfit import Piece
from app.recommendations.ranking import Nudge, Pool
from app.settings import RankingSettings
from models.contracts import Mask, Vector

PULL = 0.4
"""How far a taste moves the query when candidates are looked for, in lengths of the query."""

PIECES = 0.5
"""What a full taste adds to the relevance of a piece of a look, which is from 0 to 1."""

FITTING = 0.1
"""Of what a misfit is moved down, how far what fits is moved up: it is what one expects of a shop."""


@dataclass(frozen=True, slots=True)
class Personal:
    """A leaning over one view of the catalogue."""

    leaning: Leaning
    view: LiveView
    settings: RankingSettings

    def allowed(self, mask: Mask) -> Mask:
        """`mask`, shape (n,), without what the shopper turned down or has already."""
        rows = [row for id_ in self.leaning.away if (row := self.view.snapshot.row_of.get(id_)) is not None]
        if not rows:
            return mask
        left = mask.copy()
        left[rows] = False
        return left

    def drawn(self, query: Vector) -> Vector | None:
        """Where else to look for candidates: the query, moved towards the taste."""
        taste = self.leaning.taste
        return taste.pull(query, PULL) if taste is not None and self.settings.taste > 0 else None

    def nudges(self, pool: Pool) -> dict[str, Nudge]:
        """By part, what moves the scores of `pool`. A named shopper without a taste moves nothing, visibly."""
        found: dict[str, Nudge] = {}
        if self.leaning.known:
            taste = self.leaning.taste
            by = taste.scores(pool.items, pool.vectors) if taste else np.zeros(len(pool.items))
            found["taste"] = Nudge(by, self.settings.taste)
        if self.leaning.popular is not None:
            by = self.leaning.popular.scores([item.id for item in pool.items])
            found["popularity"] = Nudge(by, self.settings.popularity)
        return found

    def sized(self, items: Sequence[ItemFacts]) -> dict[str, Nudge]:
        """By part, what a shopper's usual sizes do to the scores of `items`; nothing where none is known."""
        usual, weight = self.leaning.usual, self.settings.size
        if not usual or not weight:
            return {}
        by = np.fromiter((usual.verdict(item.slot, item.sizes) for item in items), np.float64, len(items))
        return {"size": Nudge(by, FITTING * weight, weight)}

    def wearable(self, mask: Mask, slots: Iterable[str]) -> Mask:
        """`mask`, shape (n,), without what does not come in the shopper's usual size, in those of `slots` where
        anything does.
        """
        left = mask
        for slot in slots:
            if usual := self.leaning.usual.of(slot):
                of_slot = mask & self.view.columns.meets(Condition("slot", frozenset({slot})))
                misfits = of_slot & self.view.columns.misfits(usual)
                if (of_slot & ~misfits).any():
                    left = left & ~misfits
        return left

    def pieces(self, shelves: Mapping[str, Sequence[Piece]]) -> dict[str, list[Piece]]:
        """`shelves` by slot, what is to the taste moved up and the rest down."""
        taste = self.leaning.taste
        if taste is None or not self.settings.taste:
            return {slot: list(shelf) for slot, shelf in shelves.items()}
        return {slot: _leant(shelf, self._taste_of(taste, shelf)) for slot, shelf in shelves.items()}

    def _taste_of(self, taste: Taste, shelf: Sequence[Piece]) -> Scores:
        rows = np.array([self.view.snapshot.row_of[piece.item.id] for piece in shelf], np.intp)
        return taste.scores([piece.item for piece in shelf], np.asarray(self.view.snapshot.image[rows]))


def _leant(shelf: Sequence[Piece], by: Scores) -> list[Piece]:
    moved = (min(1.0, max(0.0, piece.relevance + PIECES * by_)) for piece, by_ in zip(shelf, by, strict=True))
    return [replace(piece, relevance=float(relevance)) for piece, relevance in zip(shelf, moved, strict=True)]
