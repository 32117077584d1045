"""More tables about the same items, joined by id."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from app.catalog.feeds.formats import read_feed
from app.catalog.feeds.mapping import EMPTY, ColumnMapping
from app.catalog.feeds.rows import FeedRow, RowIssue


class JoinShelf(Protocol):
    """Where the tables' rows are kept."""

    def join(self, source: int, item_id: str, row: Mapping[str, Any]) -> bool:
        """Keep a row; False when the table has one of this id already."""
        ...

    def joined(self, item_id: str) -> list[dict[str, Any]]:
        """Rows of an id, in the tables' order."""
        ...


class Joined:
    """Tables by item id. The feed's own values win; the first table that has a value fills a gap."""

    def __init__(self, paths: Iterable[Path], mapping: ColumnMapping, shelf: JoinShelf) -> None:
        """Raises ImportFailed when a table cannot be read."""
        self._mapping = mapping
        self._shelf = shelf
        self.issues: list[RowIssue] = []
        self.columns: set[str] = set()
        self._tables = 0
        for path in paths:
            self._tables += 1
            self._read(path)

    def complete(self, row: FeedRow) -> Mapping[str, Any]:
        """A row's values with the tables' columns beside its own."""
        if not self._tables or row.problem:
            return row.values
        found = self._shelf.joined(self._mapping.id_of(row.values))
        if not found:
            return row.values
        whole: dict[str, Any] = {}
        for part in (row.values, *found):
            whole.update({name: value for name, value in part.items() if whole.get(name) in EMPTY})
        return whole

    def _read(self, path: Path) -> None:
        for row in read_feed(path):
            self.columns.update(row.values)
            key = self._mapping.id_of(row.values)
            problem = row.problem or ("" if key else "has no id")
            if not problem and not self._shelf.join(self._tables, key, row.values):
                problem = "repeats an id"
            if problem:
                self.issues.append(RowIssue(row.line, key, path.name, problem))
