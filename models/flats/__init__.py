"""Fashion flats drawn by our own code: the pictures of the demo shop, and a further look of things for training."""

from models.flats.catalogue import demo_catalogue
from models.flats.render import KINDS, draw, svg
from models.flats.sampling import random_flats
from models.flats.spec import STUDIO, Flat

__all__ = ["KINDS", "STUDIO", "Flat", "demo_catalogue", "draw", "random_flats", "svg"]
