"""Kinds, slots, colours and attributes of garments, and their words in English and Chinese."""

from models.taxonomy.lookup import (
    Attribute,
    Colour,
    Kind,
    Taxonomy,
    taxonomy,
)

__all__ = ["Attribute", "Colour", "Kind", "Taxonomy", "taxonomy"]
