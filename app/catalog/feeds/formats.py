"""Which parser reads a feed."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from app.catalog.feeds.csv import read_csv
from app.catalog.feeds.jsonl import read_jsonl
from app.catalog.feeds.rows import FeedRow
from app.errors import ImportFailed

Parser = Callable[[Path], Iterator[FeedRow]]

PARSERS: Mapping[str, Parser] = {"csv": read_csv, "jsonl": read_jsonl}

SUFFIXES: Mapping[str, str] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


def read_feed(path: Path, format_: str = "auto") -> Iterator[FeedRow]:
    """The rows of a feed; `format_` is `csv`, `jsonl` or `auto` (by the file's suffix).

    Raises:
        ImportFailed: unknown format, or a file that cannot be read at all.
    """
    name = SUFFIXES.get(path.suffix.casefold(), "") if format_ == "auto" else format_
    if name not in PARSERS:
        raise ImportFailed(
            f"The format of {path.name} is unknown. Name it {', '.join(SUFFIXES)}, or say --format csv or jsonl."
        )
    return PARSERS[name](path)
