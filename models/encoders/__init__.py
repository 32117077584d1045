"""Encoders by name: the shipped model, any open_clip or transformers model, from disk or from the hub."""

from models.encoders.load import SHIPPED, load_encoder

__all__ = ["SHIPPED", "load_encoder"]
