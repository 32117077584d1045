"""The wire: items as their merchandiser sees them."""

import datetime as dt

from pydantic import BaseModel

from app.catalog.inspection.repository import Problem
from app.catalog.schemas import FacetValue, ItemOut


class InspectedItem(ItemOut):
    """An item with what a shopper is not shown.

    `stock`: pieces of all sizes, None where the shop counts none. `pictures`: how many. `problems`: why it is not
    suggested, or only by guesses.
    """

    title_zh: str
    stock: int | None
    pictures: int
    problems: list[Problem]
    updated_at: dt.datetime


class InspectedItems(BaseModel):
    """A page by id. `total`, `facets` and `problems` (how many of those found have each) stand on the first alone."""

    items: list[InspectedItem]
    next: str | None = None
    total: int | None = None
    facets: dict[str, list[FacetValue]] | None = None
    problems: dict[Problem, int] | None = None


class VariantOut(BaseModel):
    """One size; `stock` None is not counted."""

    size: str
    stock: int | None


class PictureOut(BaseModel):
    """One stored picture; `url` takes `&width=`."""

    url: str
    sha256: str
    width: int
    height: int


class EmbeddingOut(BaseModel):
    """One stored vector; `usable`: of the loaded model."""

    signal: str
    model_revision: str
    preprocess_version: str
    usable: bool


class ItemInspection(BaseModel):
    """Everything that is known of one item. `stated` is what the feed itself said, empty where it said nothing; `etag`
    is for If-Match of a change.
    """

    item: InspectedItem
    etag: str
    title: str
    stated: dict[str, str]
    description: str
    attributes: dict[str, str | list[str]]
    group_id: str
    variants: list[VariantOut]
    pictures: list[PictureOut]
    embeddings: list[EmbeddingOut]
    created_at: dt.datetime
