"""The wire: shoppers and what they do."""

import datetime as dt
import json
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic.json_schema import SkipJsonSchema

from app.feedback.events import REASONS, Event, EventKind, Outcome, Result
from app.multipart import field_errors
from app.texts import CleanText, is_clean
from app.times import Moment
from models.taxonomy import taxonomy

MOST_EVENTS = 100
MOST_OUTFITS = 6
MOST_SIZES = 6
SHOWN = 200
"""Characters of somebody's mistake that are repeated to them."""

ID_CHARS = 128
Id = Annotated[CleanText, StringConstraints(min_length=1, max_length=ID_CHARS)]


SizeText = Annotated[CleanText, StringConstraints(min_length=1, max_length=32, strip_whitespace=True)]


def _of_slots(sizes: dict[str, list[str]]) -> dict[str, list[str]]:
    known = taxonomy().slots
    if unknown := sorted(set(sizes) - set(known)):
        raise ValueError(f"name what is no slot: {', '.join(unknown)[:SHOWN]}; slots are {', '.join(known)}")
    return {slot: list(dict.fromkeys(named)) for slot, named in sizes.items() if named}


SizesBySlot = Annotated[
    dict[str, Annotated[list[SizeText], Field(max_length=MOST_SIZES)]],
    AfterValidator(_of_slots),
    Field(
        description="By slot, what the shopper wears, as they say it.",
        json_schema_extra={"propertyNames": {"enum": list(taxonomy().slots)}},
        examples=[{"top": ["M"], "bottom": ["W32 L34"], "footwear": ["EU 42"]}],
    ),
]


class SizesIn(BaseModel):
    """The sizes a shopper says they wear."""

    model_config = ConfigDict(extra="forbid")

    sizes: SizesBySlot = {}


class SizesOut(BaseModel):
    """What is known of a shopper's sizes. What they said of a slot counts before what they bought and kept."""

    stated: dict[str, list[str]]
    learned: dict[str, list[str]]


class ShopperOut(BaseModel):
    """A new shopper. The token is shown this once: who has it is the shopper."""

    id: str
    shopper_token: str = Field(description="Send it as X-Shopper-Token or in a form, never in an address.")
    created_at: dt.datetime


class EventIn(BaseModel):
    """What a shopper did with an item or a look."""

    model_config = ConfigDict(extra="forbid")

    event_id: Id = Field(description="The client's own, new for each event: what makes a retry harmless.")
    event: EventKind
    item_id: Id
    recommendation_id: Id | None = None
    outfit_rank: int | None = Field(default=None, ge=1, le=MOST_OUTFITS, description="Of the look it was seen in.")
    at: Moment | None = Field(default=None, description="When it happened; now, when left out.")
    size: SizeText | None = Field(default=None, description="The size that was carted, bought or sent back.")

    def to_event(self) -> Event:
        return Event(
            self.event_id, self.event, self.item_id, self.recommendation_id, self.outfit_rank, self.at, self.size
        )


class EventsIn(BaseModel):
    """Up to 100 events of one shopper. What is wrong with one fails that one alone."""

    model_config = ConfigDict(extra="forbid")

    events: list[Annotated[SkipJsonSchema[Any] | EventIn, Field(union_mode="left_to_right")]] = Field(
        min_length=1, max_length=MOST_EVENTS
    )

    def read(self) -> list[Event | str]:
        """Each event, or the reason why it is none, in the order sent."""
        return [read_event(raw) for raw in self.events]


def read_event(raw: Any) -> Event | str:
    """The event that `raw` JSON is, or what is wrong with it."""
    try:
        # Through JSON again, because strict mode takes a time's text from JSON alone.
        return EventIn.model_validate_json(json.dumps(raw), strict=True).to_event()
    except ValidationError as error:
        faults = field_errors(error)
        return "; ".join(f"{f.field or 'event'} {f.reason}" for f in faults)


class EventResultOut(BaseModel):
    """What became of one event. `reason` says why it was rejected, or what of it could not be kept."""

    event_id: str | None
    outcome: Outcome
    code: str | None = None
    reason: str | None = None


class EventsOut(BaseModel):
    """One result for each event, in the order sent."""

    results: list[EventResultOut]

    @classmethod
    def of(cls, sent: list[Any], read: list[Event | str], results: list[Result]) -> "EventsOut":
        """`results` are of those that could be read."""
        left = iter(results)
        return cls(
            results=[
                _invalid(raw, one) if isinstance(one, str) else _result(one.event_id, next(left))
                for raw, one in zip(sent, read, strict=True)
            ]
        )


def _invalid(raw: Any, reason: str) -> EventResultOut:
    given = raw.get("event_id") if isinstance(raw, dict) else None
    sane = isinstance(given, str) and len(given) <= ID_CHARS and is_clean(given)
    return EventResultOut(
        event_id=given if sane else None, outcome=Outcome.rejected, code="invalid_event", reason=reason
    )


def _result(event_id: str, result: Result) -> EventResultOut:
    return EventResultOut(
        event_id=event_id, outcome=result.outcome, code=result.code or None, reason=REASONS.get(result.code)
    )
