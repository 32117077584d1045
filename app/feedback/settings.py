"""What an operator may set about shoppers' events."""

from pydantic import BaseModel, Field


class FeedbackSettings(BaseModel):
    """What shoppers' events say, and how long they are kept; their pull on a score is `ranking.taste`.

    `half_life_days`: after so long an event says half as much. The signed weights are what each says when it is new.
    `prior`: so many takes stand for what is not yet known of an item's popularity; it is counted anew every
    `popularity_s` seconds. Events older than `keep_days` are refused, and forgotten every `forget_every_s` seconds by
    the service that runs jobs or by the workers.
    """

    half_life_days: float = Field(default=60.0, gt=0)
    keep_days: int = Field(default=730, ge=1)
    view: float = Field(default=0.1, ge=0)
    like: float = Field(default=0.5, ge=0)
    cart: float = Field(default=0.7, ge=0)
    purchase: float = Field(default=1.0, ge=0)
    dislike: float = Field(default=-0.7, le=0)
    return_: float = Field(default=-0.5, le=0)
    prior: float = Field(default=5.0, gt=0)
    popularity_s: float = Field(default=60.0, ge=0)
    forget_every_s: float = Field(default=3600.0, gt=0)
