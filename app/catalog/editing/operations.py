"""What is asked of a live change, and what became of it. Plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from app.errors import AppError, FieldError, InvalidRequest

Op = Literal["upsert", "patch", "delete"]
OutcomeName = Literal["created", "changed", "unchanged", "deleted", "failed"]

MOST_PICTURES = 20


@dataclass(frozen=True, slots=True)
class Operation:
    """One change.

    Attributes:
        fields: of a feed's row, without `id` and `pictures`: of an upsert the whole item, of a patch what changes.
        pictures: the item's pictures in order, as bytes or as a web address; None leaves those it has.
        if_match: the ETag that the item must have.
        refused: what is wrong with it already.
    """

    op: Op
    id: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    pictures: tuple[bytes | str, ...] | None = None
    if_match: str | None = None
    refused: AppError | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one operation. `searchable`: the next search may find the item. `warnings`: (field, doubt)."""

    id: str
    op: Op
    outcome: OutcomeName
    searchable: bool = False
    etag: str | None = None
    warnings: tuple[tuple[str, str], ...] = ()
    error: AppError | None = None


def invalid(issues: list[tuple[str, str]]) -> InvalidRequest:
    """What is wrong with an item's fields, by name."""
    summary = "; ".join(f"{name} {reason}" for name, reason in issues[:3])
    return InvalidRequest(f"{summary}.", fields=[FieldError(name, reason) for name, reason in issues])


def once_each(operations: list[Operation]) -> list[Operation]:
    """An item that is named again is refused there: which of the two should count nobody can say."""
    first: dict[str, int] = {}
    found = []
    for number, operation in enumerate(operations):
        before = first.setdefault(operation.id, number)
        again = invalid([("id", f"'{operation.id}' is named by operation {before} already")])
        found.append(operation if before == number or operation.refused else replace(operation, refused=again))
    return found
