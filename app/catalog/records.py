"""Plain values between feeds, use cases and the catalogue's repositories."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.interaction import ItemTokens
from models.registry import ModelSpec

HalfVector = NDArray[np.float16]
"""One embedding as stored, shape (d,), float16 little-endian."""

TOKENS = "tokens"
"""The signal under which an item's tokens are stored; beside `image` and `text`, whose vectors are floats."""


@dataclass(frozen=True, slots=True)
class VariantRecord:
    """One size; `stock` None is not counted, so available. Size "" stands for an item sold without sizes."""

    size: str
    stock: int | None


@dataclass(frozen=True, slots=True)
class PictureRecord:
    """One stored picture; width and height in pixels, upright."""

    blob_key: str
    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """An item as an import writes it. `pictures` None leaves those it has."""

    id: str
    content_hash: str
    title: str = ""
    title_zh: str = ""
    description: str = ""
    brand: str = ""
    kind: str = ""
    slot: str = "none"
    colour: str = ""
    gender: str = ""
    age_group: str = ""
    season: str = ""
    usage: str = ""
    pattern: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    currency: str = ""
    price: Decimal | None = None
    sale_price: Decimal | None = None
    rating: float | None = None
    link: str = ""
    group_id: str = ""
    variants: tuple[VariantRecord, ...] = ()
    pictures: tuple[PictureRecord, ...] | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What tells whether an import changes an item: the hash of its facts, and of its pictures in order."""

    content_hash: str
    pictures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmbeddingKey:
    """Which vectors may be compared: one signal of one model revision with one way of preparing its input."""

    signal: str
    model_revision: str
    preprocess_version: str

    @classmethod
    def of(cls, signal: str, spec: ModelSpec) -> "EmbeddingKey":
        return cls(signal, spec.revision, spec.preprocess_version)


@dataclass(frozen=True, slots=True)
class StoredEmbedding:
    """A vector and the hash of what was embedded."""

    item_id: str
    source_hash: str
    vector: HalfVector


@dataclass(frozen=True, slots=True)
class StoredTokens:
    """An item's tokens, shape (k, d), int8, and the hash of what they were made of."""

    item_id: str
    source_hash: str
    tokens: ItemTokens


@dataclass(frozen=True, slots=True)
class IndexSource:
    """What a reindex embeds of one item: where its pictures are, and its words."""

    item_id: str
    blob_keys: tuple[str, ...]
    image_hash: str
    text: str
    text_hash: str


@dataclass(frozen=True, slots=True)
class AttributeRecord:
    """One value of one of the shop's own attributes: name and value folded, and the value as the shop writes it."""

    name: str
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many items carry one value of a facet; `label` as the shop writes it, where that is not in the taxonomy."""

    value: str
    count: int
    label: str = ""
