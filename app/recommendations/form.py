"""From an untrusted multipart form to a checked request, or to every reason why not at once."""

import json
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
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from app.catalog.filters import resolve
from app.catalog.schemas import FILTERS_EXAMPLE, Filters
from app.errors import FieldError, InvalidRequest, UnreadablePhoto
from app.recommendations.schemas import Mode
from app.settings import Locale, Settings
from app.texts import FormText

MOST_PHOTOS = 4
MOST_FIELDS = 64
LARGEST_BUDGET = Decimal(1_000_000_000)
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
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
        if not (currency.isascii() and currency.isalpha() and len(currency) == 3):  # noqa: PLR2004 - ISO 4217
            raise ValueError(BUDGET_FORM)
        if not value.is_finite() or not 0 < value <= LARGEST_BUDGET:
            raise ValueError("must be more than 0 and not absurd")
        return cls(amount=value, currency=currency.upper())


Share = Annotated[float | None, Field(ge=0, le=1, allow_inf_nan=False)]
FiltersField = Annotated[
    Filters,
    BeforeValidator(_parsed_filters),
    WithJsonSchema({"type": "string", "contentMediaType": "application/json", "example": FILTERS_EXAMPLE}),
]
BudgetField = Annotated[
    Budget | None, BeforeValidator(_parsed_budget), WithJsonSchema({"type": "string", "example": "150 EUR"})
]


class Ask(BaseModel):
    """The fields of a request besides its photos. An empty field is as good as none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: FormText = Field(default="", description="What is wanted, in the shopper's words, English or Chinese.")
    avoid: FormText = Field(default="", description="What is not wanted.")
    photo_kind: Literal["auto", "garment", "person"] = "auto"
    filters: FiltersField = Filters()
    budget: BudgetField = Field(default=None, description="Money for a whole look.")
    image_weight: Share = None
    text_weight: Share = None
    fusion: FormText | None = None
    limit: int = Field(default=12, ge=1, le=50)
    outfits: int = Field(default=3, ge=0, le=6)
    min_score: Share = None
    mode: Mode = "hybrid"
    locale: Locale | None = None

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
            resolve(filters)
        except InvalidRequest as error:
            raise ValueError("; ".join(f"{f.field} {f.reason}" for f in error.fields)) from None
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
    schema = Ask.model_json_schema()
    photo = {"type": "array", "maxItems": MOST_PHOTOS, "items": {"type": "string", "format": "binary"}}
    schema["properties"] = {"photo": photo, **schema["properties"]}
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}


async def read_form(request: Request, settings: Settings) -> tuple[Ask, list[bytes]]:
    """The checked fields and the photos' bytes. Raises InvalidRequest with every wrong field, UnreadablePhoto."""
    form = await _form(request)
    errors: list[FieldError] = []
    fields = _single_fields(form, errors)
    photos = _photo_files(form, errors)
    context = {"chars": settings.limits.description_chars, "currency": settings.shop.currency}
    ask = Ask()
    try:
        ask = Ask.model_validate(fields, context=context)
    except ValidationError as error:
        errors += [_field_error(e) for e in error.errors(include_url=False, include_context=False)]
    if not errors:
        errors += _together(ask, photos)
    if errors:
        summary = "; ".join(f"{e.field} {e.reason}" for e in errors[:3])
        raise InvalidRequest(f"{summary}.", fields=errors)
    return ask, [await _read(photo, number) for number, photo in enumerate(photos, start=1)]


async def _form(request: Request) -> FormData:
    if not request.headers.get("content-type", "").lower().startswith(FORMS):
        reason = "must be a form: send multipart/form-data with a photo, a description or both"
        raise InvalidRequest(f"The body {reason}.", fields=[FieldError("body", reason)])
    try:
        return await request.form(max_files=MOST_FIELDS, max_fields=MOST_FIELDS)
    except HTTPException as error:
        reason = f"could not be read as a form: {error.detail}"
        raise InvalidRequest(f"The body {reason}", fields=[FieldError("body", reason)]) from error


def _single_fields(form: FormData, errors: list[FieldError]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in form.multi_items():
        if name == "photo":
            continue
        if name not in Ask.model_fields:
            errors.append(FieldError(name[:64], f"is unknown; known are photo, {', '.join(Ask.model_fields)}"))
        elif not isinstance(value, str):
            errors.append(FieldError(name, "must be text, not a file"))
        elif name in fields:
            errors.append(FieldError(name, "is given twice; send it once"))
        elif value != "":
            fields[name] = value
    return fields


def _photo_files(form: FormData, errors: list[FieldError]) -> list[UploadFile]:
    """The chosen files. A page with an empty file input sends a part without name and content: no photo."""
    given = form.getlist("photo")
    if any(isinstance(photo, str) and photo for photo in given):
        errors.append(FieldError("photo", "must be a file, not text"))
    photos = [p for p in given if isinstance(p, UploadFile) and (p.filename or p.size)]
    if len(photos) > MOST_PHOTOS:
        errors.append(FieldError("photo", f"is given {len(photos)} times; at most {MOST_PHOTOS} photos are taken"))
    return photos


def _together(ask: Ask, photos: list[UploadFile]) -> list[FieldError]:
    if not photos and not any(c.isalnum() for c in ask.description):
        reason = "or a photo is needed: say what you are looking for, or send a picture of it"
        return [FieldError("description", reason)]
    if ask.image_weight == 0 and ask.text_weight == 0:
        return [FieldError("image_weight", "and text_weight cannot both be 0; raise one")]
    return []


async def _read(photo: UploadFile, number: int) -> bytes:
    data = await photo.read()
    if not data:
        reason = "is an empty file; send the picture itself"
        raise UnreadablePhoto(f"Photo {number} {reason}.", fields=[FieldError("photo", reason)])
    return data


def _field_error(error: Any) -> FieldError:
    where = ".".join(str(part) for part in error["loc"])
    reason = str(error["msg"]).removeprefix("Value error, ")
    return FieldError(where, reason[:1].lower() + reason[1:])
