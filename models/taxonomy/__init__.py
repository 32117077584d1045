"""Kinds, slots, colours and attributes of garments, and their words in English and Chinese."""

from models.taxonomy.categories import Category, for_children, google_categories, kind_in, kind_of_category
from models.taxonomy.extra import TaxonomyError
from models.taxonomy.lookup import (
    Attribute,
    Colour,
    Kind,
    Taxonomy,
    extend_taxonomy,
    taxonomy,
)

__all__ = [
    "Attribute",
    "Category",
    "Colour",
    "Kind",
    "Taxonomy",
    "TaxonomyError",
    "extend_taxonomy",
    "for_children",
    "google_categories",
    "kind_in",
    "kind_of_category",
    "taxonomy",
]
