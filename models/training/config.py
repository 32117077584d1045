"""A training recipe, read from YAML and frozen."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of each look of things in one step."""

    catalogue: int
    photos: int
    flats: int


@dataclass(frozen=True, slots=True)
class LossWeights:
    """How much each pairing counts. `shade` pairs drawn flats with studio pictures of the same kind and colour."""

    names: float
    captions: float
    photos: float
    photo_captions: float
    photo_labels: float
    shade: float


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what comes out of `train`, besides the data.

    Attributes:
        image_size: height and width of the input picture in pixels.
        text_length: longest text in tokens.
        wordpieces: how many of the original vocabulary stay.
        lessons, lesson_epochs: sentence pairs, and passes over them, that teach the Chinese words.
        captions: composed captions a garment, each in two languages.
        photo_views, catalogue_views: augmented views beside the plain one.
        flats: drawn garments.
        dropout: share of backbone outputs hidden from a head in training.
    """

    name: str
    seed: int
    dims: int
    image_size: tuple[int, int]
    text_length: int
    wordpieces: int
    lessons: int
    lesson_epochs: int
    captions: int
    photo_views: int
    catalogue_views: int
    flats: int
    steps: int
    warmup: int
    rate: float
    weight_decay: float
    dropout: float
    report_every: int
    batch: Batch
    weights: LossWeights


def read_recipe(path: Path) -> Recipe:
    """Raises FileNotFoundError, or ValueError naming what is missing, unknown or not positive."""
    data: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    known = {field.name for field in fields(Recipe)}
    wrong = sorted(known ^ data.keys())
    if wrong:
        raise ValueError(f"{path.name}: missing or unknown: {', '.join(wrong)}")
    size = tuple(int(side) for side in data.pop("image_size"))
    if len(size) != 2 or min(size) < 32:  # noqa: PLR2004 -- height and width
        raise ValueError(f"{path.name}: image_size must be two sides of at least 32 pixels")
    recipe = Recipe(
        batch=Batch(**data.pop("batch")),
        weights=LossWeights(**data.pop("weights")),
        image_size=(size[0], size[1]),
        **data,
    )
    if min(recipe.steps, recipe.dims, recipe.batch.catalogue, recipe.batch.photos) < 1:
        raise ValueError(f"{path.name}: steps, dims and batch sizes must be positive")
    return recipe
