"""Photo and words into one query vector (F5)."""

from collections.abc import Mapping

from models.contracts import Fusion
from models.fusion.vectors import mean_unit, unit
from models.fusion.weighted import WeightedFusion

__all__ = ["WeightedFusion", "fusions", "mean_unit", "unit"]


def fusions() -> Mapping[str, Fusion]:
    """Every fusion that needs no trained weights, by the name a request selects it with."""
    weighted = WeightedFusion()
    return {weighted.kind: weighted}
