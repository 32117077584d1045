"""What every feed parser yields, and what can be wrong with a row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Issues = tuple[tuple[str, str], ...]
"""(our field name, what is wrong or doubtful about it)."""


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One record of a feed.

    Attributes:
        line: where it starts, from 1.
        values: its values by column.
        problem: why it cannot be read; such a row fails.
        skip: why the shop itself keeps it out of sight; such a row is left out.
        group: rows with the same mark are one item, whatever they hold; the first of them has its facts and its id.
        extra: adds to its group, and is no item by itself.
        warnings: what the parser had to leave out of it.
    """

    line: int
    values: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""
    skip: str = ""
    group: str = ""
    extra: bool = False
    warnings: Issues = ()


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
