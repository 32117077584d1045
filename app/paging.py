"""Cursor pages: what lists answer with, and the opaque cursors between them."""

import base64
import binascii
import json
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from app.errors import FieldError, InvalidRequest
from app.texts import is_clean

T = TypeVar("T")
INTEGER_MAX = 2**31 - 1

LimitQuery = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
CursorQuery = Annotated[str | None, Query(max_length=1024, description="`next` of the page before.")]


class Page(BaseModel, Generic[T]):
    """One page of a list; `next` is None on the last."""

    items: list[T]
    next: str | None = None


def encode_cursor(*key: str) -> str:
    """The sort key of a page's last row as an opaque string."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, parts: int) -> tuple[str, ...]:
    """The sort key inside `cursor`. Raises InvalidRequest for anything we did not hand out."""
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise bad_cursor() from None
    if not (isinstance(key, list) and len(key) == parts and all(isinstance(k, str) and is_clean(k) for k in key)):
        raise bad_cursor()
    return tuple(key)


def decode_number(cursor: str) -> int:
    """The number inside `cursor`, one that a database's INTEGER holds. Raises InvalidRequest as `decode_cursor`."""
    (text,) = decode_cursor(cursor, parts=1)
    if not (text.isascii() and text.isdecimal()) or int(text) > INTEGER_MAX:
        raise bad_cursor()
    return int(text)


def bad_cursor() -> InvalidRequest:
    """What to raise for a cursor that we did not hand out."""
    reason = "is no cursor of this list; take 'next' of the page before"
    return InvalidRequest(f"cursor {reason}.", fields=[FieldError("cursor", reason)])
