"""What a shopper's taste and everybody's choices do to one answer. Pure."""

from dataclasses import dataclass

import numpy as np

from app.catalog.live import LiveView
from app.feedback.memory import NO_LEANING, Leaning
from app.recommendations.ranking import Nudge, Pool
from app.settings import RankingSettings
from models.contracts import Mask, Vector

PULL = 0.4
"""How far a taste moves the query when candidates are looked for, in lengths of the query."""


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


def nobody(view: LiveView, settings: RankingSettings) -> Personal:
    """A stranger's."""
    return Personal(NO_LEANING, view, settings)
