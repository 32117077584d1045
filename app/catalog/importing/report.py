"""What an import did, in numbers, and the first of what was wrong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from app.catalog.feeds.rows import RowIssue
from app.catalog.importing.outcomes import Level, RowOutcome, RowReport

ISSUES_KEPT = 1_000
"""Errors and warnings kept in a report, each; their counts are always complete."""

COUNTED = (*(outcome.value for outcome in RowOutcome), "warned")


@dataclass(slots=True)
class ImportReport:
    """Rows: all of them but the retired ones, which are in no feed, add up to `rows` once the import is through."""

    dry_run: bool = False
    full: bool = False
    format: str = ""
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    folded: int = 0
    skipped: int = 0
    retired: int = 0
    warned: int = 0
    errors: list[RowIssue] = field(default_factory=list)
    warnings: list[RowIssue] = field(default_factory=list)

    @classmethod
    def restored(cls, checkpoint: Mapping[str, Any], *, dry_run: bool, full: bool, rows: int) -> "ImportReport":
        """With the counts of an import that goes on; what was wrong before stands in its rows."""
        counts = checkpoint.get("counts", {})
        report = cls(dry_run=dry_run, full=full, rows=rows)
        for name in COUNTED:
            setattr(report, name, int(counts.get(name, 0)))
        return report

    @property
    def done(self) -> int:
        """Rows of the feed that are dealt with."""
        return self.created + self.changed + self.unchanged + self.failed + self.folded + self.skipped

    def counts(self) -> dict[str, Any]:
        """Everything but the issues."""
        return {name: getattr(self, name) for name in ("dry_run", "full", "format", "rows")} | self.counted()

    def counted(self) -> dict[str, int]:
        """Rows by outcome, and warnings: what `restored` takes up again."""
        return {name: getattr(self, name) for name in COUNTED}

    def add(self, reports: Iterable[RowReport]) -> None:
        """Count rows, and keep what was wrong with them."""
        for row in reports:
            setattr(self, row.outcome, getattr(self, row.outcome) + 1)
            self.errors += islice(_of(row, "error"), max(0, ISSUES_KEPT - len(self.errors)))
            warnings = list(_of(row, "warning"))
            self.warned += len(warnings)
            self.warnings += warnings[: max(0, ISSUES_KEPT - len(self.warnings))]

    def doubt(self, issues: Sequence[RowIssue], count: int) -> None:
        """What was doubtful about the tables beside the feed."""
        self.warned += count
        self.warnings += issues[: max(0, ISSUES_KEPT - len(self.warnings))]


def _of(row: RowReport, level: Level) -> Iterable[RowIssue]:
    return (RowIssue(row.line, row.item_id, i.field, i.reason) for i in row.issues if i.level == level)
