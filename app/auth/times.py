"""When a key ends, as somebody writes it. Pure."""

import datetime as dt
import re

SPAN = re.compile(r"(\d{1,6})\s*(m|h|d|w)", re.ASCII)
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
SPAN_FORM = "must be a number and one of m, h, d, w (minutes, hours, days, weeks), such as 90d or 24h"
MOMENT_FORM = "must be a span such as 90d, a date such as 2030-01-31, or a time such as 2030-01-31T12:00:00Z"


def span_of(text: str) -> dt.timedelta:
    """`90d`, `24h`. Raises ValueError, saying how it is written."""
    found = SPAN.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(SPAN_FORM)
    return dt.timedelta(**{UNITS[found[2]]: int(found[1])})


def moment_of(text: str, now: dt.datetime) -> dt.datetime:
    """The moment that a span from `now`, a date (its beginning in UTC) or a time names; without a zone it is UTC.

    Raises ValueError for what is none, or not in the future.
    """
    try:
        moment = now + span_of(text)
    except OverflowError:
        raise ValueError("is too far away") from None
    except ValueError:
        try:
            moment = dt.datetime.fromisoformat(text.strip())
        except ValueError:
            raise ValueError(MOMENT_FORM) from None
    moment = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
    if moment <= now:
        raise ValueError("is not in the future")
    return moment
