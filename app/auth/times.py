"""When a key ends, as somebody writes it. Pure."""

import datetime as dt
import re

SPAN = re.compile(r"(\d{1,6})\s*(m|h|d|w)", re.ASCII)
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LONGEST = dt.timedelta(days=36_500)
"""A hundred years: with every such span there is still a date."""

SPAN_FORM = "must be a number and one of m, h, d, w (minutes, hours, days, weeks), such as 90d or 24h"
MOMENT_FORM = (
    "must be a span such as 90d (a hundred years at most), a date such as 2030-01-31, or a time such as "
    "2030-01-31T12:00:00Z"
)


def span_of(text: str) -> dt.timedelta:
    """`90d`, `24h`. Raises ValueError, saying how it is written, and for more than a hundred years."""
    found = SPAN.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(SPAN_FORM)
    span = dt.timedelta(**{UNITS[found[2]]: int(found[1])})
    if span > LONGEST:
        raise ValueError("must be a hundred years at most, such as 90d")
    return span


def moment_of(text: str, now: dt.datetime) -> dt.datetime:
    """The moment that a span from `now`, a date (its beginning in UTC) or a time names; without a zone it is UTC.

    Raises ValueError for what is none, or not in the future.
    """
    try:
        moment = now + span_of(text)
    except ValueError:
        try:
            written = dt.datetime.fromisoformat(text.strip())
            moment = written.replace(tzinfo=dt.UTC) if written.tzinfo is None else written.astimezone(dt.UTC)
        except (ValueError, OverflowError):  # the first and the last hours there are may be none in UTC
            raise ValueError(MOMENT_FORM) from None
    if moment <= now:
        raise ValueError("is not in the future")
    return moment
