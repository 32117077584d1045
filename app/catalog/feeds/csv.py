"""CSV and TSV feeds: a header line, and the delimiter (`,` `;` `|` or tab) that the header uses most (RFC 4180)."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from app.catalog.feeds.rows import FeedRow
from app.catalog.feeds.source import FeedSource
from app.errors import ImportFailed

DELIMITERS = ",;\t|"
LONGEST_FIELD = 1_000_000


def read_csv(source: FeedSource, *, repeated: bool = False) -> Iterator[FeedRow]:
    """Every record in order; where columns may be `repeated`, the values of those of one name are a list.

    Raises ImportFailed when the file as a whole is no CSV with a header.
    """
    csv.field_size_limit(LONGEST_FIELD)
    with source.lines() as lines:
        first = next(lines, "")
        names = _names(source.name, first, repeated=repeated)
        yield from _records(names, csv.reader(lines, delimiter=_delimiter_of(first)), repeated=repeated)


def header_of(line: str) -> list[str]:
    """The column names in a file's first line. Raises csv.Error."""
    return next(csv.reader([line], delimiter=_delimiter_of(line)), [])


def _delimiter_of(header: str) -> str:
    return max(DELIMITERS, key=header.count)


def _records(names: list[str], reader: Any, *, repeated: bool) -> Iterator[FeedRow]:
    line = 2
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield FeedRow(line, problem=f"cannot be read as CSV: {error}")
        else:
            if cells:
                yield _row(line, names, cells, repeated=repeated)
        line = 2 + reader.line_num


def _names(file: str, line: str, *, repeated: bool) -> list[str]:
    try:
        header = header_of(line)
    except csv.Error as error:
        raise ImportFailed(f"The header of {file} cannot be read as CSV: {error}.") from error
    if header and header[-1].endswith(("\n", "\r")):  # the reader keeps a line's end only within quotes
        raise ImportFailed(f"The header of {file} opens a quotation mark that it does not close: use one line for it.")
    names = [name.strip() for name in header]
    if not any(names):
        raise ImportFailed(f"{file} has no header: its first line must name the columns.")
    twice = sorted(name for name, times in Counter(names).items() if name and times > 1)
    if twice and not repeated:
        raise ImportFailed(f"{file} names a column twice: {', '.join(twice)}.")
    return names


def _row(line: int, names: list[str], cells: list[str], *, repeated: bool) -> FeedRow:
    pairs = zip(names, cells, strict=False)
    values: dict[str, Any] = _gathered(pairs) if repeated else {name: cell for name, cell in pairs if name}
    if len(cells) > len(names) and any(cells[len(names) :]):
        return FeedRow(line, values, f"has {len(cells)} cells, but the header names {len(names)} columns")
    return FeedRow(line, values)


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, cell in pairs:
        if name:
            values.setdefault(name, []).append(cell)
    return values
