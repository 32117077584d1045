"""Filters, facets, the shop's own attributes and sizes."""
