"""Photos and words made ready for the model."""

from models.preprocess.image import GarmentPreprocessor
from models.preprocess.text import ParsedText, Wishes, parse

__all__ = ["GarmentPreprocessor", "ParsedText", "Wishes", "parse"]
