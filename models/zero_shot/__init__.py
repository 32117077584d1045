"""Labels in words to probabilities, without training on them; and what a model learned to tell of a garment."""

from models.zero_shot.classify import classify
from models.zero_shot.labels import LabelSet, read_labels
from models.zero_shot.senses import SenseVectors, TextEncoder
from models.zero_shot.tagger import AttributeTagger, Tag, heads_of, told_by_heads

__all__ = [
    "AttributeTagger",
    "LabelSet",
    "SenseVectors",
    "Tag",
    "TextEncoder",
    "classify",
    "heads_of",
    "read_labels",
    "told_by_heads",
]
