"""What models share: answers take fields that a newer service adds, requests refuse what the service would."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class Answer(BaseModel):
    """Something the service said."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Asked(BaseModel):
    """Something to send; fields that are not set are not sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Page(Answer, Generic[T]):
    """One page of a list; `next` is the cursor of the one after it, None on the last."""

    items: list[T]
    next: str | None = None


class Money(Answer):
    """An amount as a decimal string, with its ISO 4217 currency."""

    amount: str
    currency: str


class FacetValue(Answer):
    """One value of a facet, its name for people, and how many items carry it."""

    value: str
    label: str
    count: int
