"""What became of each row of a feed."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Level = Literal["error", "warning"]


class RowOutcome(StrEnum):
    """`folded`: it is a size of an item that another row begins; `retired`: an item that a full feed does not name."""

    created = "created"
    changed = "changed"
    unchanged = "unchanged"
    folded = "folded"
    failed = "failed"
    skipped = "skipped"
    retired = "retired"


@dataclass(frozen=True, slots=True)
class Issue:
    """What is wrong with a field, or doubtful about it. An empty field means the row as a whole."""

    field: str
    reason: str
    level: Level = "error"


@dataclass(frozen=True, slots=True)
class RowReport:
    """One row: where it stands among all (from 1), its line in the feed (0: in none), and what became of it."""

    position: int
    line: int
    item_id: str
    outcome: RowOutcome
    issues: tuple[Issue, ...] = ()


def issues_of(pairs: Iterable[tuple[str, str]], level: Level) -> tuple[Issue, ...]:
    """(field, reason) pairs as issues."""
    return tuple(Issue(field, reason, level) for field, reason in pairs)
