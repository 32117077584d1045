"""The wire: a stored answer as REST clients see it."""

import datetime as dt
import operator
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, Field

from app.catalog.schemas import FacetValue, ItemOut, Money
from app.recommendations.ranking import PARTS
from app.recommendations.reason_codes import listed
from app.recommendations.tables import OutfitRow, RecommendationRow, SuggestionRow

Mode = Literal["hybrid", "semantic"]


def _none(value: object) -> bool:
    return value is None


Unsaid: Any = Field(default=None, exclude_if=_none)
Empty: Any = Field(default_factory=list, exclude_if=operator.not_)
"""Fields that are only there where they say something."""


class ModelOut(BaseModel):
    name: str
    revision: str
    device: str


class AttributeOut(BaseModel):
    """Recognised in a photo; `confidence` from 0 to 1."""

    name: str
    value: str
    confidence: float


class FusionOut(BaseModel):
    """How much photo and words counted; `image + text == 1`."""

    kind: str
    image: float
    text: float
    fallback: bool = Field(
        default=False,
        exclude_if=operator.not_,
        description="Only when true: the fusion asked for has no weights for this model, so the plain one was used.",
    )


class PriceWithin(BaseModel):
    """Inclusive bounds in the shop's currency."""

    min: str | None = Unsaid
    max: str | None = Unsaid


class FiltersOut(BaseModel):
    """Filters as they were applied; those that did not filter are left out."""

    kind: list[str] = Empty
    slot: list[str] = Empty
    gender: str | None = Unsaid
    age_group: str | None = Unsaid
    colour: list[str] = Empty
    brand: list[str] = Empty
    size: list[str] = Empty
    price: PriceWithin | None = Unsaid
    in_stock: bool | None = Unsaid
    season: list[str] = Empty
    usage: list[str] = Empty
    attributes: dict[str, list[str]] = Field(default={}, exclude_if=operator.not_)


class CorrectionOut(BaseModel):
    """A slip that was mended: what was said, and what it was taken for."""

    from_: str = Field(alias="from")
    to: str


class ExampleOut(BaseModel):
    """An item given as an example, liked (above 0) or not."""

    item_id: str
    weight: float


class QueryOut(BaseModel):
    """What was understood of the request."""

    photo_kind: str
    attributes: list[AttributeOut]
    language: str
    terms: list[str]
    negations: list[str]
    filters: FiltersOut = Field(description="Given filters and those lifted from the words.")
    ignored: list[str] = Field(description="Prices and sizes in the words that could not be used.")
    corrections: list[CorrectionOut] = []
    fusion: FusionOut
    examples: list[ExampleOut] = Empty


class ReasonOut(BaseModel):
    """`code` and `params` for programs, `text` in the shopper's language."""

    code: str = Field(
        description=f"What it says. More may be added; show `text` where a code is not known.\n\n{listed()}",
        examples=["same_kind", "similar_look"],
    )
    params: dict[str, str | int] = Field(
        description="What fills it, as taxonomy ids and figures. `source`: whether `photo`, `words` or a chosen `item` "
        "brought it; `inferred`: 1 where the shop does not say it of the item but its title or picture does."
    )
    text: str


class SuggestionOut(BaseModel):
    rank: int
    score: float
    parts: dict[str, float]
    shares: dict[str, float] | None = Field(
        default=None,
        exclude_if=_none,
        description="How much of the score came from `photo`, `words` and each attribute; largest first, sums to 1.",
    )
    heatmap_url: str | None = Field(
        default=None, exclude_if=_none, description="What in the photo mattered: a PNG to lay over it."
    )
    reasons: list[ReasonOut]
    item: ItemOut

    @classmethod
    def of(cls, row: SuggestionRow, existing: frozenset[str], answer: str | None = None) -> "SuggestionOut":
        """`answer`: the recommendation it is stored with; nothing is drawn of what is not stored."""
        heatmap = f"/v1/recommendations/{answer}/heatmap?item_id={quote(row.item_id, safe='')}"
        return cls(
            rank=row.rank,
            score=row.score,
            parts={name: row.parts[name] for name in PARTS if name in row.parts},
            shares=_largest_first(row.shares) if row.shares else None,
            heatmap_url=heatmap if answer and row.relevance else None,
            reasons=[ReasonOut.model_validate(r) for r in row.reasons],
            item=_item(row.item, existing),
        )


class LookPieceOut(BaseModel):
    """One garment of a look: the shopper's own (`given`, with what the photo shows), or an item."""

    slot: str
    given: bool
    photo_index: int | None = None
    item: ItemOut | None = None
    attributes: list[AttributeOut] | None = None


class OutfitOut(BaseModel):
    rank: int
    score: float
    total_price: Money | None
    advice: str
    items: list[LookPieceOut]

    @classmethod
    def of(cls, row: OutfitRow, existing: frozenset[str]) -> "OutfitOut":
        pieces = [
            LookPieceOut.model_validate(p | {"item": _item(p["item"], existing) if p["item"] else None})
            for p in row.items
        ]
        price = Money.model_validate(row.total_price) if row.total_price else None
        return cls(rank=row.rank, score=row.score, total_price=price, advice=row.advice, items=pieces)


class NoteOut(BaseModel):
    """Why an answer is short, and what to relax."""

    code: str
    text: str
    relax: list[str]


class SimilarOut(BaseModel):
    """What is most like an item; `suggestions` as in a recommendation, not stored."""

    item_id: str
    index_version: str
    suggestions: list[SuggestionOut]
    note: NoteOut | None = None


class LooksOut(BaseModel):
    """Complete looks around an item; `outfits` as in a recommendation, not stored."""

    item_id: str
    index_version: str
    outfits: list[OutfitOut]
    note: NoteOut | None = None


class TimingsOut(BaseModel):
    """Milliseconds a stage took."""

    decode: float
    preprocess: float
    encode: float
    search: float
    rank: float
    persist: float
    total: float


class RecommendationOut(BaseModel):
    """What was answered. Fetched again it is the same, but for `item.gone`."""

    id: str
    created_at: dt.datetime
    locale: str
    mode: Mode
    model: ModelOut
    index_version: str
    query: QueryOut
    suggestions: list[SuggestionOut]
    outfits: list[OutfitOut]
    note: NoteOut | None = None
    facets: dict[str, list[FacetValue]] | None = Field(
        default=None,
        exclude_if=_none,
        description="What to narrow by: how many of some hundred best candidates carry each value. Names are those of "
        "`filters`; `pattern` stands under its `attributes`, and `availability` is its `in_stock`.",
    )
    timings_ms: TimingsOut

    @classmethod
    def of(cls, row: RecommendationRow, existing: frozenset[str]) -> "RecommendationOut":
        """`existing`: ids of the answer's items that are still in the catalogue."""
        return cls.model_validate(
            {
                "id": row.id,
                "created_at": row.created_at,
                "locale": row.locale,
                "mode": row.mode,
                "model": {"name": row.model_name, "revision": row.model_revision, "device": row.device},
                "index_version": row.index_version,
                "query": row.query,
                "suggestions": [SuggestionOut.of(s, existing, row.id) for s in row.suggestions],
                "outfits": [OutfitOut.of(o, existing) for o in row.outfits],
                "note": row.note,
                "facets": dict(sorted(row.facets.items())) if row.facets else None,
                "timings_ms": row.timings_ms,
            }
        )


def _largest_first(shares: Mapping[str, float]) -> dict[str, float]:
    """PostgreSQL's JSONB keeps no order."""
    return dict(sorted(shares.items(), key=lambda share: (-share[1], share[0])))


def _item(stored: dict[str, Any], existing: frozenset[str]) -> ItemOut:
    return ItemOut.model_validate(stored | {"gone": stored["id"] not in existing})
