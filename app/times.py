"""Times from strangers: what is none in UTC is none here."""

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime


def in_utc(moment: dt.datetime) -> dt.datetime:
    """Raises ValueError for a time so far out that it is none in UTC."""
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:
        raise ValueError("is no time that can be told in UTC") from None


Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""A time with its zone, brought to UTC."""
