"""What shoppers do, as values."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum


class EventKind(StrEnum):
    """What a shopper did with an item."""

    view = "view"
    like = "like"
    dislike = "dislike"
    cart = "cart"
    purchase = "purchase"
    return_ = "return"


class Outcome(StrEnum):
    """What became of one event."""

    stored = "stored"
    duplicate = "duplicate"
    rejected = "rejected"


@dataclass(frozen=True, slots=True)
class Deed:
    """That a shopper did something with an item, and when: all that taste is computed from."""

    item_id: str
    event: EventKind
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it was sent. `at` is in UTC; None: just now. `size` is the one carted, bought or sent back."""

    event_id: str
    event: EventKind
    item_id: str
    recommendation_id: str | None = None
    outfit_rank: int | None = None
    at: dt.datetime | None = None
    size: str | None = None

    @property
    def digest(self) -> str:
        """Equal for what says the same: a retry is told from another event under the same id."""
        at = self.at.isoformat() if self.at else None
        said = [self.event, self.item_id, self.recommendation_id, self.outfit_rank, at]
        said += [self.size] if self.size is not None else []  # without one, equal to what older versions stored
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one event; `code` says why, where there is something to say."""

    outcome: Outcome
    code: str = ""


STORED, DUPLICATE = Result(Outcome.stored), Result(Outcome.duplicate)
UNLINKED = Result(Outcome.stored, "unknown_recommendation")


def rejected(code: str) -> Result:
    return Result(Outcome.rejected, code)


REASONS = {
    "unknown_item": "item_id names no item of the catalogue; send the id that an answer or GET /v1/items gave",
    "event_id_reused": "event_id was used for another event of this shopper; give each event an id of its own",
    "in_future": "at lies in the future; send when it happened, or leave it out for now",
    "too_old": "at is longer ago than events are kept here; leave such events out",
    "unknown_recommendation": "stored without recommendation_id, which names no answer of this shopper",
}
"""By code, what was wrong and what to do."""
