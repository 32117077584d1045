"""Late interaction: a query's tokens meet the few tokens kept of each item."""

from models.interaction.grid import flat
from models.interaction.maxsim import ItemTokens, Likeness, max_sim, standing

__all__ = ["ItemTokens", "Likeness", "flat", "max_sim", "standing"]
