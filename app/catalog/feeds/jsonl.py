"""JSON Lines feeds: UTF-8, one object a line (https://jsonlines.org)."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from app.catalog.feeds.csv import opened
from app.catalog.feeds.rows import FeedRow


def read_jsonl(path: Path) -> Iterator[FeedRow]:
    """Every object in order; numbers keep their digits. Raises ImportFailed when the file is no UTF-8 text."""
    with opened(path) as file:
        for line, text in enumerate(file, start=1):
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
