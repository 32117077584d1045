"""A training recipe, read from YAML and frozen."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of each look of things in one step.

    Attributes:
        grouped: how many of the catalogue's rows come in groups of one kind, as hard negatives of each other.
        other_names: further catalogue names that stand against every garment of the batch.
    """

    catalogue: int
    photos: int
    flats: int
    grouped: int = 0
    other_names: int = 0


@dataclass(frozen=True, slots=True)
class LossWeights:
    """How much each term counts; one that counts 0 is not computed.

    Attributes:
        names: garments with their catalogue names. captions: garments with captions composed of their attributes.
        photos: photos with garments whose kind fits. photo_captions: photos with captions whose kind fits.
        photo_labels: photos of one label with each other.
        shade: drawn garments with studio pictures of the same kind and colour.
        classes: classification of garments by kind, colour, gender, season, usage and pattern.
        triplet: photos and garments, batch-hard triplets by kind.
    """

    names: float = 0.0
    captions: float = 0.0
    photos: float = 0.0
    photo_captions: float = 0.0
    photo_labels: float = 0.0
    shade: float = 0.0
    classes: float = 0.0
    triplet: float = 0.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what comes out of `train`, besides the data.

    Attributes:
        image_size: height and width of the input picture in pixels.
        frozen_stages: how many of the backbone's stages stay as they are, so that what they give is computed once and
            kept on disk; the stages after them are tuned. None freezes the whole backbone.
        text_length: longest text in tokens.
        wordpieces: how many of the original vocabulary stay.
        lessons, lesson_epochs: sentence pairs, and passes over them, that teach the Chinese words.
        captions: composed captions a garment, each in two languages.
        photo_views, catalogue_views: augmented views beside the plain one.
        cut_photos: whether photos are also seen with the garment cut out, as the service hands them over.
        flats: drawn garments.
        dropout: share of backbone outputs hidden from a head in training.
        rate, trunk_rate: highest learning rates of the heads and of what is tuned of the image backbone.
        averaging: decay of the running mean of the weights that is shipped in the end; 0 ships the last weights.
        accumulate: batches whose gradients add up to one step.
        patience: reports without a better one after which a run ends early; 0 never does.
        precision: `bf16` computes what is tuned of the backbone in bfloat16, `fp32` all in float32.
        memory: how many of the last steps' garments stay as negatives of names (Wang et al. 2020, arXiv:1912.06798).
    """

    name: str
    seed: int
    dims: int
    image_size: tuple[int, int]
    frozen_stages: int | None
    text_length: int
    wordpieces: int
    lessons: int
    lesson_epochs: int
    captions: int
    photo_views: int
    catalogue_views: int
    cut_photos: bool
    flats: int
    steps: int
    warmup: int
    rate: float
    trunk_rate: float
    averaging: float
    memory: int
    accumulate: int
    patience: int
    precision: str
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
