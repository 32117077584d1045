"""A feed's rows on disk, checked and sorted into items, between reading it and writing the catalogue.

A feed is read whole before anything is written: only then is it known that it can be read to its end, which rows are
sizes of one item (they need not stand together), what a full feed no longer names, and how much there is to do. Memory
holds a batch of rows, however many there are. A SQLite file of our own that nobody else opens; it gets its final name
when it is complete, so that a resumed import reads no feed twice and trusts no half of one.
"""

import errno
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from app.catalog.feeds.draft import ItemDraft
from app.catalog.feeds.folding import Folded
from app.catalog.feeds.rows import RowIssue
from app.catalog.importing.outcomes import Issue
from models.durable import sync

Verdict = Literal["item", "folded", "failed", "skipped"]
PARTIAL = ".part"
MOST_FOLDED = 5_000
"""Sizes of one item."""

DOUBTS_KEPT = 1_000
PRAGMAS = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-32000", "temp_store=FILE", "locking_mode=EXCLUSIVE")
TABLES = """
CREATE TABLE entry (
    position INTEGER PRIMARY KEY, line INTEGER, id TEXT, verdict TEXT, head INTEGER, draft TEXT, issues TEXT
);
CREATE TABLE named (id TEXT PRIMARY KEY, line INTEGER, state TEXT) WITHOUT ROWID;
CREATE TABLE mark (mark TEXT PRIMARY KEY, head INTEGER, rows INTEGER) WITHOUT ROWID;
CREATE TABLE joined (source INTEGER, id TEXT, row TEXT, PRIMARY KEY (source, id)) WITHOUT ROWID;
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""
FOLDED_INDEX = "CREATE INDEX folded ON entry (head, position) WHERE head <> position"
HEADS = "SELECT * FROM entry WHERE head = position AND position > ? ORDER BY position LIMIT ?"
# Any number of values is one parameter, a JSON array.
OTHERS = "SELECT * FROM entry WHERE head IN (SELECT value FROM json_each(?)) AND head <> position ORDER BY position"
NAMED = "SELECT id FROM named WHERE id IN (SELECT value FROM json_each(?)) AND state IN ('item', 'failed')"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the feed. `draft` of rows that are items or fold into one."""

    position: int
    line: int
    id: str
    verdict: Verdict
    head: int
    draft: ItemDraft | None
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """What is dealt with at once: an item's first row with those folded into it, or a row that is no item."""

    head: Entry
    others: tuple[Entry, ...] = ()

    @property
    def rows(self) -> tuple[Entry, ...]:
        return (self.head, *self.others)

    def as_rows(self) -> list[Folded]:
        """The rows that make up the item."""
        return [
            Folded(e.line, e.draft, (e.id,), tuple((i.field, i.reason) for i in e.issues))
            for e in self.rows
            if e.draft is not None
        ]


class Spool:
    """The rows of one feed. Blocks: use it in a thread, one at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self.rows = 0

    @classmethod
    @contextmanager
    def filling(cls, path: Path) -> Iterator["Spool"]:
        """A new one, which becomes the file `path` when the block succeeds. Raises OSError when the disk is full."""
        partial = path.with_name(path.name + PARTIAL)
        partial.unlink(missing_ok=True)
        try:
            with _open(partial) as connection:
                connection.executescript(TABLES)
                spool = cls(connection)
                connection.execute("BEGIN")
                yield spool
                spool.note("rows", str(spool.rows))
                connection.execute(FOLDED_INDEX)
                connection.execute("COMMIT")
            _settle(partial, path)
        finally:
            partial.unlink(missing_ok=True)

    @classmethod
    @contextmanager
    def reading(cls, path: Path) -> Iterator["Spool"]:
        """One that is complete."""
        with _open(path) as connection:
            spool = cls(connection)
            spool.rows = int(spool.noted("rows"))
            yield spool

    def note(self, name: str, value: str) -> None:
        """Keep a fact about the feed as a whole."""
        self._db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    def noted(self, name: str) -> str:
        """A fact that was kept, or an empty string."""
        row = self._db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def doubt(self, issues: Sequence[RowIssue]) -> None:
        """Keep what is doubtful about the tables beside the feed."""
        self.note("doubts", json.dumps([(i.line, i.id, i.field, i.reason) for i in issues[:DOUBTS_KEPT]]))
        self.note("doubted", str(len(issues)))

    def doubts(self) -> tuple[list[RowIssue], int]:
        """What was doubted, the first thousand, and how much it was."""
        return [RowIssue(*one) for one in json.loads(self.noted("doubts") or "[]")], int(self.noted("doubted") or 0)

    def add(self, line: int, item_id: str, verdict: Verdict, draft: str, issues: Sequence[Issue], head: int = 0) -> int:
        """Append a row; `head` is the position of the item's first row where that is another. Returns its position."""
        self.rows += 1
        told = json.dumps([(i.field, i.reason, i.level) for i in issues]) if issues else ""
        values = (self.rows, line, item_id, verdict, head or self.rows, draft, told)
        self._db.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        return self.rows

    def name(self, item_id: str, line: int, state: Verdict) -> None:
        """Remember that the feed names an id."""
        self._db.execute("INSERT OR REPLACE INTO named VALUES (?, ?, ?)", (item_id, line, state))

    def name_failed(self, item_id: str, line: int) -> None:
        """Remember an id whose row failed; a row that did not wins."""
        self._db.execute("INSERT OR IGNORE INTO named VALUES (?, ?, 'failed')", (item_id, line))

    def line_of(self, item_id: str) -> int | None:
        """The line of the row that has this id and did not fail."""
        row = self._db.execute("SELECT line FROM named WHERE id = ? AND state <> 'failed'", (item_id,)).fetchone()
        return None if row is None else int(row[0])

    def head_of(self, mark: str) -> tuple[int, int] | None:
        """(position of the first row with this mark, rows that have it so far)."""
        row = self._db.execute("SELECT head, rows FROM mark WHERE mark = ?", (mark,)).fetchone()
        return None if row is None else (int(row[0]), int(row[1]))

    def mark(self, mark: str, head: int, rows: int) -> None:
        """Remember whose rows have a mark, and how many there are."""
        self._db.execute("INSERT OR REPLACE INTO mark VALUES (?, ?, ?)", (mark, head, rows))

    def join(self, source: int, item_id: str, row: Mapping[str, Any]) -> bool:
        """Keep a row of another table; False when that table has one of this id already."""
        text = json.dumps(row, ensure_ascii=False, default=str)
        added = self._db.execute("INSERT OR IGNORE INTO joined VALUES (?, ?, ?)", (source, item_id, text))
        return added.rowcount == 1

    def joined(self, item_id: str) -> list[dict[str, Any]]:
        """What other tables say of an id, in their order."""
        found = self._db.execute("SELECT row FROM joined WHERE id = ? ORDER BY source", (item_id,))
        return [json.loads(row) for (row,) in found]

    def batch(self, after: int, limit: int) -> list[Whole]:
        """The next `limit` items or failed rows behind position `after`."""
        heads = [_entry(*row) for row in self._db.execute(HEADS, (after, limit))]
        others: dict[int, list[Entry]] = {}
        for row in self._db.execute(OTHERS, (json.dumps([entry.position for entry in heads]),)):
            entry = _entry(*row)
            others.setdefault(entry.head, []).append(entry)
        return [Whole(head, tuple(others.get(head.position, ()))) for head in heads]

    def not_named(self, ids: Sequence[str]) -> list[str]:
        """Those of `ids` that are neither an item of the feed nor a row of it that failed."""
        kept = {id_ for (id_,) in self._db.execute(NAMED, (json.dumps(ids),))}
        return [id_ for id_ in ids if id_ not in kept]


def _entry(position: int, line: int, id_: str, verdict: Verdict, head: int, draft: str, issues: str) -> Entry:
    told = tuple(Issue(*one) for one in json.loads(issues)) if issues else ()
    return Entry(position, line, id_, verdict, head, ItemDraft.model_validate_json(draft) if draft else None, told)


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    # Threads come and go between batches, but only one at a time uses it.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        yield connection
    except sqlite3.OperationalError as error:
        full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        raise OSError(errno.ENOSPC if full else errno.EIO, f"{path.name}: {error}") from error
    finally:
        connection.close()


def _settle(partial: Path, path: Path) -> None:
    """On disk for good, then under its final name."""
    sync(partial)
    partial.replace(path)
