"""JSON Lines feeds: UTF-8, one object a line (https://jsonlines.org)."""

import json
from collections.abc import Iterator
from decimal import Decimal

from app.catalog.feeds.rows import FeedRow
from app.catalog.feeds.source import FeedSource


def read_jsonl(source: FeedSource) -> Iterator[FeedRow]:
    """Every object in order; numbers keep their digits. Raises ImportFailed when the file is no UTF-8 text."""
    with source.lines() as lines:
        for line, text in enumerate(lines, start=1):
            if text.strip():
                yield _row(line, text)


def _row(line: int, text: str) -> FeedRow:
    try:
        value = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        return FeedRow(line, problem=f"is not JSON: {error}")
    if not isinstance(value, dict):
        return FeedRow(line, problem="is not a JSON object")
    return FeedRow(line, value)
