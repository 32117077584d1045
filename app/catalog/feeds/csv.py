"""CSV and TSV feeds: UTF-8, a header line, and the delimiter (`,` `;` `|` or tab) that the header uses most."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from app.catalog.feeds.rows import FeedRow
from app.errors import ImportFailed

DELIMITERS = ",;\t|"
LONGEST_FIELD = 1_000_000


def read_csv(path: Path) -> Iterator[FeedRow]:
    """Every record in order. Raises ImportFailed when the file as a whole is no UTF-8 CSV with a header."""
    csv.field_size_limit(LONGEST_FIELD)
    with opened(path) as file:
        header = file.readline()
        delimiter = max(DELIMITERS, key=header.count)
        names = _names(path, next(csv.reader([header], delimiter=delimiter), []))
        reader = csv.reader(file, delimiter=delimiter)
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
                    yield _row(line, names, cells)
            line = 2 + reader.line_num


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """A feed's text, a byte order mark skipped. Raises ImportFailed when it is missing or not UTF-8."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except UnicodeDecodeError as error:
        raise ImportFailed(f"{path.name} is not UTF-8: {error.reason}. Save it as UTF-8 and try again.") from error
    except OSError as error:
        raise ImportFailed(f"{path} cannot be read: {error.strerror}.") from error


def _names(path: Path, header: list[str]) -> list[str]:
    names = [name.strip() for name in header]
    if not any(names):
        raise ImportFailed(f"{path.name} has no header: its first line must name the columns.")
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise ImportFailed(f"{path.name} names a column twice: {', '.join(twice)}.")
    return names


def _row(line: int, names: list[str], cells: list[str]) -> FeedRow:
    values = {name: cell for name, cell in zip(names, cells, strict=False) if name}
    if len(cells) > len(names):
        return FeedRow(line, values, f"has {len(cells)} cells, but the header names {len(names)} columns")
    return FeedRow(line, values)
