"""What every feed parser yields, and what can be wrong with a row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One record of a feed: the line it starts on (from 1), its values by column, or why it cannot be read."""

    line: int
    values: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RowIssue:
    """What is wrong with one row: line (from 1), the item's id where known, our field name, and why."""

    line: int
    id: str
    field: str
    reason: str


class RowRejected(Exception):
    """A row that cannot become an item; `issues` are (field, reason)."""

    def __init__(self, issues: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{name}: {reason}" for name, reason in issues))
        self.issues = issues
