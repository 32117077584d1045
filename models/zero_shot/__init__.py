"""Labels in words to probabilities, without training on them."""

from models.zero_shot.classify import classify
from models.zero_shot.tagger import AttributeTagger, Tag

__all__ = ["AttributeTagger", "Tag", "classify"]
