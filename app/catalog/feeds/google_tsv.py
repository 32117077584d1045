"""Google Merchant text feeds: a column an attribute, between tabs (or another delimiter that the header uses).

After https://support.google.com/merchants/answer/160588. Names are written `image_link`, `image link` or
`Image link [image_link]`; an attribute with parts names them in brackets: `product_detail(section_name:attribute_name:
attribute_value)`. A column may stand there more than once.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from app.catalog.feeds.csv import read_csv
from app.catalog.feeds.google import DETAIL, Detail, details_of, google_name, google_row
from app.catalog.feeds.rows import FeedRow
from app.catalog.feeds.source import FeedSource

PARTED = re.compile(r"(\w+)\s*\(([\w: ]+)\)")


def read_google_tsv(source: FeedSource) -> Iterator[FeedRow]:
    """Every product in order. Raises ImportFailed when the file as a whole is no table with a header."""
    for row in read_csv(source, repeated=True):
        yield replace(_row(row.line, row.values), problem=row.problem)


def _row(line: int, cells: Mapping[str, Sequence[str]]) -> FeedRow:
    given: dict[str, list[str]] = {}
    details: list[Detail] = []
    for header, values in cells.items():
        name = google_name(header)
        parted = PARTED.fullmatch(name)
        if (parted[1] if parted else name) == DETAIL:
            details += details_of(values, parted[2]) if parted else details_of(values)
        elif not parted:
            given.setdefault(name, []).extend(values)
    if "product_type" in given:  # several categories stand in one cell, a path's parts between '>'
        given["product_type"] = [part for cell in given["product_type"] for part in cell.split(", ")]
    return google_row(line, given, details)
