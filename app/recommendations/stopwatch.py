"""Where a request's time went."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

STAGES = ("decode", "preprocess", "encode", "search", "rank", "persist")


class StageObserver(Protocol):
    """Whoever counts or traces requests. Called from several threads."""

    def stage(self, name: str) -> AbstractContextManager[object]:
        """Around the work of one stage."""

    def answered(self, spent_ms: Mapping[str, float]) -> None:
        """Milliseconds by stage of a request that was answered."""


class Unobserved:
    """Nobody counts."""

    def stage(self, name: str) -> AbstractContextManager[object]:
        return nullcontext()

    def answered(self, spent_ms: Mapping[str, float]) -> None:
        """Forgotten."""


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Milliseconds by stage; a stage entered again adds up."""

    observer: StageObserver = field(default_factory=Unobserved)
    started: float = field(default_factory=perf_counter)
    spent: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        before = perf_counter()
        try:
            with self.observer.stage(name):
                yield
        finally:
            self.spent[name] += (perf_counter() - before) * 1000

    def timings_ms(self) -> dict[str, float]:
        """Every stage and the total so far, to the hundredth."""
        total = (perf_counter() - self.started) * 1000
        return {name: round(value, 2) for name, value in (*self.spent.items(), ("total", total))}
