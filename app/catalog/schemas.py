"""The wire: items, filters and money as REST clients see them."""

import json
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.texts import CleanText

NO_DECIMALS = frozenset({"JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF", "PYG"})
THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""ISO 4217 minor units that are not two."""

Word = Annotated[CleanText, StringConstraints(min_length=1, max_length=128)]
FILTERS_EXAMPLE = '{"kind": ["dress"], "price": {"max": "50"}, "in_stock": true}'
Gender = Literal["women", "men", "unisex"]
AgeGroup = Literal["adult", "kids"]


class Money(BaseModel):
    """An amount as a decimal string, with its ISO 4217 currency."""

    amount: str = Field(examples=["19.90"])
    currency: str = Field(examples=["EUR"])

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> "Money":
        places = 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2
        return cls(amount=f"{amount:.{places}f}", currency=currency)


class SizeOut(BaseModel):
    size: str
    in_stock: bool


class InferredOut(BaseModel):
    """What the feed left out, told from the title or the picture. `used`: surely enough for filters and ranking."""

    name: str
    value: str
    confidence: float = Field(ge=0, le=1)
    source: Literal["title", "picture"]
    used: bool


class ItemOut(BaseModel):
    """A garment as a suggestion shows it. `gone` is the one field that may change in a stored answer.

    `inferred` marks what is not the shop's own word; what is `used` of it stands in its field.
    """

    id: str
    title: str
    brand: str
    kind: str
    slot: str
    colour: str
    gender: str
    pattern: str
    season: str
    usage: str
    price: Money | None
    sale_price: Money | None
    availability: Literal["in_stock", "out_of_stock"]
    rating: float | None
    image_url: str | None
    link: str | None
    sizes: list[SizeOut]
    inferred: list[InferredOut] = []
    gone: bool = False


class PriceRange(BaseModel):
    """Inclusive bounds in the shop's currency."""

    model_config = ConfigDict(extra="forbid", strict=False)

    min: Decimal | None = Field(default=None, ge=0, max_digits=14, decimal_places=4)
    max: Decimal | None = Field(default=None, ge=0, max_digits=14, decimal_places=4)


class Filters(BaseModel):
    """What an answer must satisfy; empty fields do not filter. An unknown name is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: list[Word] = []
    slot: list[Word] = []
    gender: Gender | None = None
    age_group: AgeGroup | None = None
    colour: list[Word] = []
    brand: list[Word] = []
    size: list[Word] = []
    price: PriceRange | None = None
    in_stock: bool | None = None
    season: list[Word] = []
    usage: list[Word] = []
    attributes: dict[Word, list[Word]] = Field(default={}, json_schema_extra={"additionalProperties": False})

    @classmethod
    def parse(cls, text: str) -> "Filters":
        """Filters as callers write them. Raises ValueError (pydantic's own names the field) saying what is wrong."""
        try:
            parsed = json.loads(text)
        except (ValueError, RecursionError):
            raise ValueError(f"must be JSON, such as {FILTERS_EXAMPLE}") from None
        if not isinstance(parsed, dict):
            raise ValueError(f"must be a JSON object, such as {FILTERS_EXAMPLE}")
        # Through JSON again, because strict mode takes a price's text as a decimal from JSON alone.
        return cls.model_validate_json(json.dumps(parsed), strict=True)

    @property
    def empty(self) -> bool:
        return self == Filters()


class FacetValue(BaseModel):
    """One value of a facet, as filters take it, its name in the shopper's language, and how many items carry it."""

    value: str
    label: str
    count: int


class ItemsOut(BaseModel):
    """A page of the catalogue. `total` and `facets` stand on the first page alone; they never change by paging."""

    items: list[ItemOut]
    next: str | None = None
    total: int | None = None
    facets: dict[str, list[FacetValue]] | None = None
