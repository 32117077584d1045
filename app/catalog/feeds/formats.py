"""Which parser reads a feed: named, or told by how the feed begins."""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path

from app.catalog.feeds.csv import DELIMITERS, header_of, read_csv
from app.catalog.feeds.folder import read_folder
from app.catalog.feeds.google import google_name
from app.catalog.feeds.google_tsv import read_google_tsv
from app.catalog.feeds.google_xml import read_google_xml
from app.catalog.feeds.jsonl import read_jsonl
from app.catalog.feeds.rows import FeedRow
from app.catalog.feeds.shopify import read_shopify
from app.catalog.feeds.shopify_columns import is_shopify
from app.catalog.feeds.source import FeedSource, encoding_of
from app.errors import ImportFailed


class FeedFormat(StrEnum):
    """What a feed may be; `auto` looks at it."""

    auto = "auto"
    google_xml = "google_xml"
    google_tsv = "google_tsv"
    shopify = "shopify"
    jsonl = "jsonl"
    csv = "csv"
    folder = "folder"


Parser = Callable[[FeedSource], Iterator[FeedRow]]

PARSERS: Mapping[FeedFormat, Parser] = {
    FeedFormat.google_xml: read_google_xml,
    FeedFormat.google_tsv: read_google_tsv,
    FeedFormat.shopify: read_shopify,
    FeedFormat.jsonl: read_jsonl,
    FeedFormat.csv: read_csv,
    FeedFormat.folder: read_folder,
}

HEADED = frozenset((FeedFormat.csv, FeedFormat.google_tsv, FeedFormat.shopify))
"""Formats whose first line names every column; in the others an entry may leave out what it does not have."""

NAMES = ", ".join(format_.value for format_ in FeedFormat)
START = 65_536
ZIP = b"PK\x03\x04"
WORKBOOK = b"[Content_Types].xml"
TABLES = frozenset((".csv", ".tsv", ".txt"))

GOOGLE_ALONE = frozenset(("image_link", "google_product_category", "item_group_id", "additional_image_link"))
"""Column names that only Google's specification has."""


def read_feed(feed: FeedSource | Path, format_: str = "auto") -> Iterator[FeedRow]:
    """The rows of a feed in `format_`, the name of one.

    Raises:
        ImportFailed: unknown format, or a file that cannot be read at all.
    """
    source = feed if isinstance(feed, FeedSource) else FeedSource(feed)
    return PARSERS[format_of(source, format_)](source)


def format_of(source: FeedSource, named: str = "auto") -> FeedFormat:
    """The format that was named, or that the feed's first bytes tell; never `auto`. Raises ImportFailed."""
    try:
        given = FeedFormat(named)
    except ValueError:
        raise ImportFailed(f"'{named}' is no format. Formats: {NAMES}.") from None
    return given if given is not FeedFormat.auto else _told(source)


def _told(source: FeedSource) -> FeedFormat:
    if source.path.is_dir():
        return FeedFormat.folder
    with source.binary() as file:
        start = file.read(START)
    if start.startswith(ZIP):
        if WORKBOOK in start:
            raise ImportFailed(f"{source.name} is a workbook of a spreadsheet program. Save it as CSV and try again.")
        return FeedFormat.folder
    text = start.decode(encoding_of(start), "replace").lstrip()
    told = _by_text(text, source.path.suffix.casefold())
    if told is None:
        raise ImportFailed(f"The format of {source.name} is unknown. Say which it is: --format, one of {NAMES}.")
    return told


def _by_text(text: str, suffix: str) -> FeedFormat | None:
    """What the first characters of a feed tell."""
    if text.startswith("<"):
        return FeedFormat.google_xml
    if text.startswith("{") or suffix in (".jsonl", ".ndjson"):
        return FeedFormat.jsonl
    first_line = next(iter(text.splitlines()), "")
    header = header_of(first_line)
    if is_shopify(header):
        return FeedFormat.shopify
    names = {google_name(name) for name in header}
    if "id" in names and names & GOOGLE_ALONE:
        return FeedFormat.google_tsv
    has_columns = any(delimiter in first_line for delimiter in DELIMITERS)
    return FeedFormat.csv if text and (has_columns or suffix in TABLES) else None
