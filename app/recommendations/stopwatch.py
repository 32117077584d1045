"""Where a request's time went."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

STAGES = ("decode", "preprocess", "encode", "search", "rank", "persist")


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Milliseconds by stage; a stage entered again adds up."""

    started: float = field(default_factory=perf_counter)
    spent: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        before = perf_counter()
        try:
            yield
        finally:
            self.spent[name] += (perf_counter() - before) * 1000

    def timings_ms(self) -> dict[str, float]:
        """Every stage and the total so far, to the hundredth."""
        total = (perf_counter() - self.started) * 1000
        return {name: round(value, 2) for name, value in (*self.spent.items(), ("total", total))}
