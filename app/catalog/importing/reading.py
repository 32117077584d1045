"""A feed's rows → a spool of checked drafts: which of them are items, sizes of one, left out, or wrong."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.catalog.feeds.draft import Drafted, draft_of
from app.catalog.feeds.formats import HEADED, format_of, read_feed
from app.catalog.feeds.join import Joined
from app.catalog.feeds.mapping import ColumnMapping
from app.catalog.feeds.rows import FeedRow, RowRejected
from app.catalog.feeds.source import FeedSource
from app.catalog.importing.outcomes import issues_of
from app.catalog.importing.spool import MOST_FOLDED, Spool, Verdict

ID_CHARS = 128
BREATH_EVERY_S = 0.004
UNREADABLE = "unreadable"
FORMAT = "format"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a feed is read.

    Attributes:
        source: the feed, whose meter tells how far it is read.
        format: `auto` or the name of one.
        currency: the shop's.
        joins: more tables about the same items.
        breath_s: how long to rest every few milliseconds, for whoever else needs this process.
        stopped: asked between rows; True ends the reading with StopReading.
    """

    source: FeedSource
    format: str
    currency: str
    mapping: ColumnMapping = field(default_factory=ColumnMapping.default)
    joins: tuple[Path, ...] = ()
    breath_s: float = 0.0
    stopped: Callable[[], bool] = bool


class StopReading(Exception):
    """Someone asked to stop."""


def read_into(spool: Spool, reading: Reading) -> None:
    """Put every row of a feed into `spool`. Blocks.

    Raises:
        ImportFailed: the feed or a joined table cannot be read at all, or lacks a column that the mapping names.
        StopReading: it was asked to stop.
        OSError: the disk is full.
    """
    format_ = format_of(reading.source, reading.format)
    spool.note(FORMAT, format_.value)
    joined = Joined(reading.joins, reading.mapping, spool)
    spool.doubt(joined.issues)
    sorter = _Sorter(spool, reading, joined, strict=format_ in HEADED)
    breath = _Breath(reading.breath_s)
    for row in read_feed(reading.source, format_):
        sorter.take(row)
        breath.taken()
        if reading.stopped():
            raise StopReading
    spool.note(UNREADABLE, str(sorter.unreadable))


class _Sorter:
    """Decides row by row."""

    def __init__(self, spool: Spool, reading: Reading, joined: Joined, *, strict: bool) -> None:
        self._spool = spool
        self._reading = reading
        self._joined = joined
        self._strict = strict
        self._unchecked = True
        self.unreadable = 0

    def take(self, row: FeedRow) -> None:
        """Put a row where it belongs."""
        item_id = self._reading.mapping.id_of(row.values)[:ID_CHARS]
        if row.skip:
            self._spool.add(row.line, item_id, "skipped", "", issues_of([("", row.skip)], "warning"))
            return
        try:
            if row.problem:
                self.unreadable += not item_id
                raise RowRejected([("", row.problem)])
            if row.extra:
                self._fold(row, item_id, row.group, Drafted(draft_of({"id": item_id}, "").draft))
                return
            self._check_columns(row)
            drafted = draft_of(self._reading.mapping.fields(self._joined.complete(row)), self._reading.currency)
            self._place(row, drafted)
        except RowRejected as rejected:
            self._spool.add(row.line, item_id, "failed", "", issues_of(rejected.issues, "error"))
            if item_id:
                self._spool.name_failed(item_id, row.line)

    def _check_columns(self, row: FeedRow) -> None:
        """Once, by the first row: raises ImportFailed when a mapped column is missing."""
        if self._unchecked and row.values:
            columns = dict.fromkeys((*row.values, *self._joined.columns))
            self._reading.mapping.check(columns, self._reading.source.name, strict=self._strict)
            self._unchecked = False

    def _place(self, row: FeedRow, drafted: Drafted) -> None:
        mark = row.group or drafted.group
        known = self._spool.head_of(mark) if mark else None
        if row.group and known:
            self._fold(row, drafted.draft.id, mark, drafted)
            return
        line = self._spool.line_of(drafted.draft.id)
        if line is not None:
            raise RowRejected([("id", f"repeats the id of line {line}")])
        if known:
            self._fold(row, drafted.draft.id, mark, drafted)
            self._spool.name(drafted.draft.id, row.line, "folded")
            return
        position = self._add(row, drafted, "item")
        self._spool.name(drafted.draft.id, row.line, "item")
        if mark:
            self._spool.mark(mark, position, 1)

    def _fold(self, row: FeedRow, item_id: str, mark: str, drafted: Drafted) -> None:
        known = self._spool.head_of(mark)
        if known is None:
            raise RowRejected([("", f"belongs to '{item_id}', whose own rows failed")])
        head, rows = known
        if rows >= MOST_FOLDED:
            raise RowRejected([("", f"is beyond the {MOST_FOLDED:,} rows that one item may have")])
        self._add(row, drafted, "folded", head)
        self._spool.mark(mark, head, rows + 1)

    def _add(self, row: FeedRow, drafted: Drafted, verdict: Verdict, head: int = 0) -> int:
        issues = issues_of((*row.warnings, *drafted.warnings), "warning")
        text = drafted.draft.model_dump_json(exclude_defaults=True)
        return self._spool.add(row.line, drafted.draft.id, verdict, text, issues, head)


class _Breath:
    """Rests now and then: a thread that only computes keeps all others of its process waiting."""

    def __init__(self, rest_s: float) -> None:
        self._rest_s = rest_s
        self._since = time.monotonic()

    def taken(self) -> None:
        if self._rest_s and time.monotonic() - self._since > BREATH_EVERY_S:
            time.sleep(self._rest_s)
            self._since = time.monotonic()
