"""From an untrusted multipart form to one photo and the labels to tell it by."""

import unicodedata
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from starlette.requests import Request

from app.errors import FieldError
from app.multipart import field_errors, photo_files, read_multipart, read_photo, refuse, text_fields
from app.openapi.schemas import BINARY, form_body
from app.settings import LimitSettings, Locale
from app.texts import clean

SPARE_FIELDS = 64
"""Form fields taken beyond the labels: enough to name every fault of a mistaken form."""


def _label(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    if not clean(given).strip():
        raise ValueError("is blank; leave it out or name something")
    return given.strip()


class TagAsk(BaseModel):
    """The fields of a request besides its photo."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    labels: list[Annotated[str, BeforeValidator(_label)]] = Field(
        default=[],
        description="What to choose among, English or Chinese; repeat the field. Without any, attributes are told.",
        examples=[["dress", "skirt", "shoes"]],
    )
    photo_kind: Literal["auto", "garment", "person"] = "auto"
    locale: Locale | None = None

    @field_validator("labels")
    @classmethod
    def _reasonable(cls, labels: list[str], info: ValidationInfo) -> list[str]:
        limits = (info.context or {}).get("limits")
        if not isinstance(limits, LimitSettings):
            return labels
        if len(labels) > limits.labels:
            raise ValueError(f"has {len(labels)} labels; at most {limits.labels} are taken")
        for label in labels:
            if len(label) > limits.label_chars:
                raise ValueError(
                    f"has a label of {len(label):,} characters, '{label[:32]}…'; at most {limits.label_chars} are taken"
                )
        return labels

    @field_validator("labels")
    @classmethod
    def _each_once(cls, labels: list[str]) -> list[str]:
        seen: dict[str, str] = {}
        for label in labels:
            key = " ".join(unicodedata.normalize("NFKC", label).casefold().split())
            if key in seen:
                raise ValueError(f"has '{label[:64]}' twice; each label is one choice, name it once")
            seen[key] = label
        return labels


@dataclass(frozen=True, slots=True)
class TagForm:
    """The checked form of one request, and the photo's bytes."""

    ask: TagAsk
    photo: bytes


async def read_tag_form(request: Request, limits: LimitSettings) -> TagForm:
    """Raises InvalidRequest with every wrong field, UnreadablePhoto for an empty file."""
    form = await read_multipart(request, most_fields=limits.labels + SPARE_FIELDS, what="a photo")
    errors: list[FieldError] = []
    given = text_fields(form, TagAsk.model_fields, errors, repeated=("labels",))
    fields: dict[str, Any] = {name: values if name == "labels" else values[0] for name, values in given.items()}
    photos = photo_files(form, 1, errors)
    if not photos and not errors:
        errors.append(FieldError("photo", "is missing; send the picture to be told about"))
    ask = TagAsk()
    try:
        ask = TagAsk.model_validate(fields, context={"limits": limits})
    except ValidationError as error:
        errors += field_errors(error)
    refuse(errors)
    return TagForm(ask, await read_photo(photos[0], 1))


def tag_form_schema() -> dict[str, Any]:
    """The form for the OpenAPI document."""
    return form_body(TagAsk, {"photo": BINARY}, ("photo",))
