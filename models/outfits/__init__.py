"""What goes together: fitted on real outfits, or on a shop's own looks."""

from models.outfits.pairs import OutfitsUnavailable, PairModel
from models.outfits.shop import ShopScorer, space_of
from models.outfits.worn import worn_together

__all__ = ["OutfitsUnavailable", "PairModel", "ShopScorer", "space_of", "worn_together"]
