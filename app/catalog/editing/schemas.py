"""The wire of live changes: items as a feed's row would give them, and what became of each."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.json_schema import SkipJsonSchema

from app.catalog.editing.operations import MOST_PICTURES, Op, Operation, OutcomeName, Result, invalid
from app.errors import AppError, FieldError, InvalidRequest
from app.multipart import field_errors
from app.openapi.schemas import JsonText, ShownAs

MOST_OPERATIONS = 1_000
DATA_URL = re.compile(r"data:[^,;]*(?:;[^,;]*)*?;base64,", re.IGNORECASE)
PRICE = [{"amount": "19.90", "currency": "EUR"}, "19.90", 19.9]


class PriceIn(BaseModel):
    """An amount with its currency, which is the shop's when left out."""

    amount: str | float = Field(examples=["19.90"])
    currency: str | None = Field(default=None, examples=["EUR"])


class SizeIn(BaseModel):
    """A size, and how many there are; without `stock` they are not counted."""

    size: str = Field(examples=["M"])
    stock: int | None = Field(default=None, examples=[3])


Price = Annotated[dict[str, Any], ShownAs(PriceIn)] | str | float | None
"""Judged as a feed's row is, so that a wrong one is told in the same words."""


class ItemIn(BaseModel):
    """An item in the fields of a JSONL feed, meaning what they mean there. A field that is not known is refused.

    `price`, `sale_price`: an amount, or an object with its currency. `sizes`: objects with `size` and, where counted,
    `stock`; of an item without sizes `stock` alone; in a patch `stock` may be an object, new counts by size.
    `pictures`: https addresses, which are fetched, or `data:` URLs (RFC 2397) in base64; without the field an item
    keeps the pictures it has.
    """

    model_config = ConfigDict(extra="forbid")

    id: str | None = None
    title: str | None = None
    title_zh: str | None = None
    description: str | None = None
    brand: str | None = None
    kind: str | None = Field(default=None, examples=["dress"])
    colour: str | None = Field(default=None, examples=["red"])
    gender: str | None = None
    age_group: str | None = None
    season: str | None = None
    usage: str | None = None
    pattern: str | None = None
    attributes: dict[str, str | int | float | list[str] | None] | None = None
    price: Price = Field(default=None, examples=PRICE)
    sale_price: Price = Field(default=None, examples=PRICE)
    currency: str | None = None
    rating: float | None = None
    link: str | None = None
    group_id: str | None = None
    sizes: list[Annotated[dict[str, Any], ShownAs(SizeIn)] | str] | None = Field(
        default=None, examples=[[{"size": "M", "stock": 3}]]
    )
    stock: int | dict[str, int | None] | None = None
    availability: str | None = Field(default=None, examples=["in_stock", "out_of_stock"])
    pictures: list[str] | None = Field(default=None, max_length=MOST_PICTURES)

    @field_validator("price", "sale_price", "rating", "stock", "attributes", mode="before")
    @classmethod
    def _no_booleans(cls, given: Any) -> Any:
        """pydantic would take `true` for 1."""
        if any(isinstance(one, bool) for one in (given.values() if isinstance(given, dict) else (given,))):
            raise ValueError("has true or false where a number or text belongs")
        return given

    def operation(self, op: Op, item_id: str, if_match: str | None = None) -> Operation:
        """This as a change of `item_id`. Raises InvalidRequest for another id, or for pictures that are none."""
        if self.id is not None and self.id != item_id:
            raise invalid([("id", f"is '{self.id[:128]}', but the address names '{item_id[:128]}'")])
        fields = self.model_dump(exclude_unset=True, exclude={"id", "pictures"})
        # What a patch sets to null is removed; an item that is put whole says nothing by it.
        emptied = op == "patch" and self.pictures is None and "pictures" in self.model_fields_set
        pictures: Sequence[str] | None = () if emptied else self.pictures
        return Operation(op, item_id, fields, None if pictures is None else _pictures(pictures), if_match)


class ItemForm(BaseModel):
    """An item with its pictures as files, for the OpenAPI document: the form is read by hand."""

    item: Annotated[str, JsonText(ItemIn, '{"title": "Linen dress", "kind": "dress", "price": "19.90"}')]


class OperationIn(BaseModel):
    """One change of a batch. `item` is not for `delete`; `if_match` is the ETag that the item must have."""

    model_config = ConfigDict(extra="forbid")

    op: Literal["upsert", "patch", "delete"]
    id: str = Field(min_length=1, max_length=128)
    item: ItemIn | None = None
    if_match: str | None = None

    def operation(self) -> Operation:
        """Raises InvalidRequest."""
        if self.op == "delete":
            return Operation("delete", self.id, if_match=self.if_match)
        if self.item is None:
            raise invalid([("item", f"is missing: say what to {self.op}")])
        return self.item.operation(self.op, self.id, self.if_match)


Given = Annotated[OperationIn | SkipJsonSchema[dict[str, Any]], Field(union_mode="left_to_right")]
"""What is no operation is kept as it came: it fails alone."""


class BatchIn(BaseModel):
    """Up to 1,000 changes of different items. Each is judged by itself; all that can be done are one commit."""

    model_config = ConfigDict(extra="forbid")

    operations: list[Given] = Field(min_length=1, max_length=MOST_OPERATIONS)

    def all(self) -> list[Operation]:
        return [operation_of(given) for given in self.operations]


class FieldIssue(BaseModel):
    field: str
    reason: str


class ChangeOut(BaseModel):
    """What became of one change. `searchable`: the next search may find the item; else it lacks pictures, a kind that
    is worn, or vectors, which the next reindex makes.
    """

    id: str
    op: Op
    outcome: OutcomeName
    searchable: bool
    etag: str | None = None
    warnings: list[FieldIssue] = []
    error: str | None = None
    errors: list[FieldIssue] = []

    @classmethod
    def of(cls, result: Result) -> "ChangeOut":
        error = result.error
        return cls(
            id=result.id,
            op=result.op,
            outcome=result.outcome,
            searchable=result.searchable,
            etag=result.etag,
            warnings=[FieldIssue(field=name, reason=reason) for name, reason in result.warnings],
            error=None if error is None else error.detail,
            errors=[FieldIssue(field=one.field, reason=one.reason) for one in error.fields] if error else [],
        )


class BatchOut(BaseModel):
    """One result an operation, in their order, and how many of each outcome."""

    results: list[ChangeOut]
    counts: dict[OutcomeName, int]

    @classmethod
    def of(cls, results: Sequence[Result]) -> "BatchOut":
        names = [result.outcome for result in results]
        return cls(
            results=[ChangeOut.of(result) for result in results],
            counts={name: names.count(name) for name in dict.fromkeys(names)},
        )


def operation_of(given: OperationIn | Mapping[str, Any]) -> Operation:
    """One operation of a batch; what is wrong with it is its own `refused`."""
    try:
        return OperationIn.model_validate(given).operation()
    except ValidationError as error:
        refused: AppError = problem_of(error)
    except InvalidRequest as error:
        refused = error
    given = given.model_dump(include={"op", "id"}) if isinstance(given, OperationIn) else given
    op = given.get("op")
    return Operation(op if op in ("patch", "delete") else "upsert", str(given.get("id") or "")[:128], refused=refused)


def parsed_item(body: bytes) -> ItemIn:
    """Raises InvalidRequest naming every wrong field."""
    try:
        return ItemIn.model_validate_json(body)
    except ValidationError as error:
        raise problem_of(error) from error


def problem_of(error: ValidationError) -> InvalidRequest:
    found = list({one.field: one for one in map(_known_field, field_errors(error))}.values())
    summary = "; ".join(f"{one.field} {one.reason}" for one in found[:3])
    return InvalidRequest(f"{summary}.", fields=found)


def _known_field(one: FieldError) -> FieldError:
    """`price.dict[str,any]` and its like named as the caller wrote them."""
    parts = [part for part in one.field.split(".") if not re.search(r"[\[\]]|^(str|int|float)$", part)]
    reason = "is not a known field" if one.reason.startswith("extra inputs") else one.reason
    return FieldError(".".join(parts) or "body", reason)


def _pictures(given: Sequence[str]) -> tuple[bytes | str, ...]:
    found: list[bytes | str] = []
    for number, one in enumerate(given, start=1):
        if re.match(r"https?://", one, re.IGNORECASE):
            found.append(one)
            continue
        head = DATA_URL.match(one)
        try:
            if head is None:
                raise ValueError("is neither an https address nor a data: URL in base64")
            found.append(base64.b64decode(one[head.end() :], validate=True))
        except (binascii.Error, ValueError) as error:
            reason = str(error) if head is None else "is not base64"
            raise invalid([("pictures", f"number {number} {reason}")]) from error
    return tuple(found)
