"""From an untrusted multipart form to a checked request, or to every reason why not at once."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from starlette.datastructures import UploadFile
from starlette.requests import Request

from app.catalog.narrowing.filters import check
from app.catalog.schemas import FILTERS_EXAMPLE, Filters
from app.errors import FieldError, InvalidRequest
from app.multipart import field_errors, photo_files, read_multipart, read_photo, refuse, text_fields
from app.openapi.schemas import BINARY, JsonText, form_body
from app.recommendations.schemas import Mode
from app.settings import Locale, Settings
from app.texts import FormText, clean

MOST_PHOTOS = 4
MOST_EXAMPLES = 50
EXAMPLES_EXAMPLE = '[{"item_id": "1042", "weight": 1}, {"item_id": "7", "weight": -0.5}]'
EXAMPLES_FORM = f"must be a JSON array of items, such as {EXAMPLES_EXAMPLE}"
MOST_FIELDS = 64
LARGEST_BUDGET = Decimal(1_000_000_000)
CURRENCY = re.compile("[A-Za-z]{3}")
"""As ISO 4217 writes a currency."""
BUDGET_FORM = 'must be an amount and a currency, such as 150 EUR or {"amount": "150.00", "currency": "EUR"}'


def _parsed_filters(given: Any) -> Any:
    return Filters.parse(given) if isinstance(given, str) else given


def _parsed_budget(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    text = given.strip()
    if text.startswith("{"):
        try:
            parsed = json.loads(text)
        except (ValueError, RecursionError):
            raise ValueError(BUDGET_FORM) from None
        amount, currency = parsed.pop("amount", None), parsed.pop("currency", None)
        if parsed or not isinstance(amount, str | int) or isinstance(amount, bool) or not isinstance(currency, str):
            raise ValueError(BUDGET_FORM)
        return Budget.of(str(amount), currency)
    amount_text, _, currency_text = text.partition(" ")
    return Budget.of(amount_text, currency_text.strip())


class ExampleIn(BaseModel):
    """An item that is liked (up to 1) or not (down to -1)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    item_id: str = Field(min_length=1, max_length=128)
    weight: float = Field(default=1.0, ge=-1, le=1, allow_inf_nan=False)

    @field_validator("item_id")
    @classmethod
    def _clean_id(cls, item_id: str) -> str:
        return clean(item_id)

    @field_validator("weight")
    @classmethod
    def _not_indifferent(cls, weight: float) -> float:
        if not weight:
            raise ValueError("must not be 0: leave the item out")
        return weight


def _parsed_examples(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    try:
        parsed = json.loads(given)
    except (ValueError, RecursionError):
        raise ValueError(EXAMPLES_FORM) from None
    if not isinstance(parsed, list) or not all(isinstance(one, dict) for one in parsed):
        raise ValueError(EXAMPLES_FORM)
    return tuple(parsed)


class Budget(BaseModel):
    """Money for a whole look."""

    amount: Decimal
    currency: str

    @classmethod
    def of(cls, amount: str, currency: str) -> "Budget":
        """Raises ValueError unless it is a positive amount with a currency."""
        try:
            value = Decimal(amount)
        except InvalidOperation:
            raise ValueError(BUDGET_FORM) from None
        if not CURRENCY.fullmatch(currency):
            raise ValueError(BUDGET_FORM)
        if not value.is_finite() or not 0 < value <= LARGEST_BUDGET:
            raise ValueError("must be more than 0 and not absurd")
        return cls(amount=value, currency=currency.upper())


Share = Annotated[float | None, Field(ge=0, le=1, allow_inf_nan=False)]
FiltersField = Annotated[
    Filters,
    BeforeValidator(_parsed_filters),
    JsonText(Filters, FILTERS_EXAMPLE),
]
BudgetField = Annotated[
    Budget | None,
    BeforeValidator(_parsed_budget),
    WithJsonSchema({"type": "string", "examples": ["150 EUR", '{"amount": "150.00", "currency": "EUR"}']}),
]


ShopperName = Annotated[FormText | None, Field(min_length=1, max_length=128)]
ExamplesField = Annotated[
    tuple[ExampleIn, ...],
    BeforeValidator(_parsed_examples),
    Field(max_length=MOST_EXAMPLES),
    JsonText(ExampleIn, EXAMPLES_EXAMPLE, many=True),
]


class Ask(BaseModel):
    """The fields of a request besides its photos. An empty field is as good as none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: FormText = Field(default="", description="What is wanted, in the shopper's words, English or Chinese.")
    avoid: FormText = Field(default="", description="What is not wanted.")
    photo_kind: Literal["auto", "garment", "person"] = "auto"
    filters: FiltersField = Filters()
    budget: BudgetField = Field(default=None, description="Money for a whole look.")
    examples: ExamplesField = Field(default=(), description="Liked and disliked items, with weights from -1 to 1.")
    image_weight: Share = None
    text_weight: Share = None
    fusion: FormText | None = None
    limit: int = Field(default=12, ge=1, le=50)
    outfits: int = Field(default=3, ge=0, le=6)
    min_score: Share = None
    mode: Mode = "hybrid"
    locale: Locale | None = None
    shopper_token: ShopperName = Field(default=None, description="Who asks, by the token of POST /v1/shoppers.")
    shopper_id: ShopperName = Field(default=None, description="Who asks, by id: with a key of scope server alone.")

    @field_validator("description", "avoid")
    @classmethod
    def _not_too_long(cls, text: str, info: ValidationInfo) -> str:
        most = (info.context or {}).get("chars")
        if most is not None and len(text) > most:
            raise ValueError(f"has {len(text):,} characters; at most {most:,} are taken, shorten it")
        return text

    @field_validator("filters")
    @classmethod
    def _known_values(cls, filters: Filters) -> Filters:
        try:
            check(filters, own=None)  # which attributes the shop has, the service knows
        except InvalidRequest as error:
            raise ValueError(error.fields[0].reason) from None
        return filters

    @field_validator("budget")
    @classmethod
    def _shop_currency(cls, budget: Budget | None, info: ValidationInfo) -> Budget | None:
        currency = (info.context or {}).get("currency")
        if budget and currency and budget.currency != currency:
            raise ValueError(f"must be in the shop's currency, {currency}; nothing is converted here")
        return budget


def form_schema() -> dict[str, Any]:
    """The form for the OpenAPI document."""
    return form_body(Ask, {"photo": {"type": "array", "maxItems": MOST_PHOTOS, "items": BINARY}})


async def read_form(request: Request, settings: Settings) -> tuple[Ask, list[bytes]]:
    """The checked fields and the photos' bytes. Raises InvalidRequest with every wrong field, UnreadablePhoto."""
    form = await read_multipart(request, most_fields=MOST_FIELDS, what="a photo, a description or both")
    errors: list[FieldError] = []
    fields = {name: value for name, (value,) in text_fields(form, Ask.model_fields, errors).items()}
    photos = photo_files(form, MOST_PHOTOS, errors)
    context = {"chars": settings.limits.description_chars, "currency": settings.shop.currency}
    ask = Ask()
    try:
        ask = Ask.model_validate(fields, context=context)
    except ValidationError as error:
        errors += field_errors(error)
    if not errors:
        errors += _together(ask, photos)
    refuse(errors)
    return ask, [await read_photo(photo, number) for number, photo in enumerate(photos, start=1)]


def _together(ask: Ask, photos: list[UploadFile]) -> list[FieldError]:
    if not photos and not ask.examples and not any(c.isalnum() for c in ask.description):
        reason = "or a photo is needed, or examples: say what you are looking for, or send a picture of it"
        return [FieldError("description", reason)]
    if len({example.item_id for example in ask.examples}) < len(ask.examples):
        return [FieldError("examples", "name an item twice; name each once")]
    if ask.image_weight == 0 and ask.text_weight == 0:
        return [FieldError("image_weight", "and text_weight cannot both be 0; raise one")]
    return []
