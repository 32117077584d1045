"""More tables about the same items, joined by id."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from app.catalog.feeds.formats import read_feed
from app.catalog.feeds.mapping import ColumnMapping
from app.catalog.feeds.rows import FeedRow, RowIssue


class Joined:
    """Tables read into memory, by item id. The feed's own values win; the first table that has a value fills a gap."""

    def __init__(self, paths: Iterable[Path], mapping: ColumnMapping) -> None:
        """Raises ImportFailed when a table cannot be read."""
        self._mapping = mapping
        self.issues: list[RowIssue] = []
        self.columns: set[str] = set()
        self._tables = [self._read(path) for path in paths]

    def apply(self, rows: Iterable[FeedRow]) -> Iterator[FeedRow]:
        """`rows` with the tables' columns beside their own."""
        for row in rows:
            yield row if row.problem else FeedRow(row.line, self._complete(row.values))

    def _complete(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        key = self._mapping.id_of(values)
        found = [table[key] for table in self._tables if key in table]
        if not found:
            return values
        whole: dict[str, Any] = {}
        for part in (values, *found):
            whole.update({name: value for name, value in part.items() if whole.get(name) in (None, "")})
        return whole

    def _read(self, path: Path) -> dict[str, Mapping[str, Any]]:
        table: dict[str, Mapping[str, Any]] = {}
        for row in read_feed(path):
            self.columns.update(row.values)
            key = self._mapping.id_of(row.values)
            problem = row.problem or ("" if key else "has no id") or ("repeats an id" if key in table else "")
            if problem:
                self.issues.append(RowIssue(row.line, key, path.name, problem))
            else:
                table[key] = row.values
        return table
