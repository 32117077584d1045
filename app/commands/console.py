"""What every command shares: the two consoles, progress bars, and the option --json."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

out = Console()
err = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
"""What commands take that machines read too."""

Advance = Callable[[int, int], None]
"""Told (done, total) as work goes on."""


@contextmanager
def progress_bar(label: str) -> Iterator[Advance]:
    """A bar on stderr, so that stdout stays clean for machines."""
    with Progress(*_columns(), console=err) as bar:
        task = bar.add_task(label, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        yield advance


def awaitable(advance: Advance) -> Callable[[int, int], Awaitable[None]]:
    """`advance` for work that awaits whom it tells."""

    async def report(done: int, total: int) -> None:
        advance(done, total)

    return report


StageAdvance = Callable[[str, int, int], None]
"""Told (stage, done, total); each stage gets a bar of its own."""


@contextmanager
def stages() -> Iterator[StageAdvance]:
    """One bar a stage, on stderr, as stages begin."""
    with Progress(*_columns(), console=err) as bars:
        tasks: dict[str, TaskID] = {}

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield advance


def _columns() -> tuple[ProgressColumn, ...]:
    return (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
