"""A request as vectors, and how the garments of its photos are put together. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.contracts import RGB, WHOLE, Box, Fused, Fusion, Prepared, Region, Signal, Tokens, Vector, Weights
from models.engine.encoded import Encoded
from models.fusion import mean_unit


@dataclass(frozen=True, slots=True)
class QueryPart:
    """One garment that is asked for.

    Attributes:
        fused: the query vector, from the photo's garment and the words.
        image: the garment's own unit vector, shape (d,), or None where there is no photo.
        region: where in the photo it is; None without a photo, or where several photos were averaged.
        crops: the garment as it was embedded, one picture a view.
        tokens: unit tokens of the first crop, shape (rows, cols, d); None without a photo, or from an encoder that
            gives none.
        tokens_frame: where in that grid the whole crop lies, see `ImageTokens.frames`.
        tokens_region: where in the first photo that crop is.
    """

    fused: Fused
    image: Vector | None
    region: Region | None
    crops: tuple[RGB, ...] = ()
    tokens: Tokens | None = None
    tokens_frame: Box = WHOLE
    tokens_region: Region | None = None


@dataclass(frozen=True, slots=True)
class EncodedQuery:
    """A request as vectors.

    Attributes:
        parts: one for a garment however many photos show it; one a garment for a photo of a person, largest first.
        text: the words' unit vector, shape (d,), or None.
        photo_kind: what the photos were treated as: `garment`, `person`, or `none` without any.
        timings_ms: milliseconds spent in `preprocess` and `encode`.
        text_tokens: the words' unit tokens, shape (t, d), or None without words or from an encoder that gives none.
    """

    parts: tuple[QueryPart, ...]
    text: Vector | None
    photo_kind: str
    timings_ms: Mapping[str, float]
    text_tokens: Tokens | None = None


@dataclass(frozen=True, slots=True)
class Garment:
    """The crops, one a view, that show the same garment; `first` is where the first of them is."""

    crops: tuple[RGB, ...]
    region: Region | None
    first: Region


def garments(prepared: Sequence[Prepared]) -> list[Garment]:
    """Crops of the same part over all photos are views of one garment; parts keep the first photo's order."""
    crops: dict[str, list[RGB]] = {}
    regions: dict[str, Region] = {}
    for one in prepared:
        found = one.regions or tuple(Region(WHOLE) for _ in one.crops)
        for crop, region in zip(one.crops, found, strict=True):
            crops.setdefault(region.part, []).append(crop)
            regions.setdefault(region.part, region)
    return [
        Garment(crops=tuple(views), region=regions[part] if len(prepared) == 1 else None, first=regions[part])
        for part, views in crops.items()
    ]


def fuse(
    fusion: Fusion, asked: Sequence[Garment], encoded: Sequence[Encoded], text: Encoded | None, weights: Weights
) -> tuple[QueryPart, ...]:
    """`encoded` starts with one a crop, in the order of `asked`."""
    words = signal(text) if text else None
    if not asked:
        return (QueryPart(fused=fusion.fuse(None, words, weights), image=None, region=None),)
    remaining = iter(encoded)
    return tuple(_part(fusion, garment, [next(remaining) for _ in garment.crops], words, weights) for garment in asked)


def _part(
    fusion: Fusion, garment: Garment, views: Sequence[Encoded], words: Signal | None, weights: Weights
) -> QueryPart:
    image = mean_unit([view.vector for view in views])
    tokens = signal(views[0]).tokens
    return QueryPart(
        fused=fusion.fuse(Signal(image, tokens), words, weights),
        image=image,
        region=garment.region,
        crops=garment.crops,
        tokens=tokens,
        tokens_frame=views[0].frame,
        tokens_region=garment.first,
    )


def signal(encoded: Encoded) -> Signal:
    """For a fusion: tokens are kept in half precision and computed with in single."""
    return Signal(encoded.vector, None if encoded.tokens is None else encoded.tokens.astype(np.float32))


def photo_kind_of(prepared: Sequence[Prepared]) -> str:
    """What the photos were treated as: `garment`, `person`, or `none` without any."""
    if not prepared:
        return "none"
    return "person" if any(region.part != "garment" for one in prepared for region in one.regions) else "garment"
