"""Photos and words made ready for the model."""

from models.preprocess.text import ParsedText, Wishes, parse

__all__ = ["ParsedText", "Wishes", "parse"]
