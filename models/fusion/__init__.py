"""Photo and words into one query vector (F5)."""

from models.fusion.choose import fusions
from models.fusion.vectors import mean_unit, unit
from models.fusion.weighted import WeightedFusion

__all__ = ["WeightedFusion", "fusions", "mean_unit", "unit"]
