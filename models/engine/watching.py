"""What an engine says of itself to whoever counts: a seam, so that `models` need no metrics library."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Ran:
    """One forward pass.

    Attributes:
        size: inputs in it.
        seconds: how long it took.
        bulk: whether it was a catalogue's work and no shopper's.
        ok: False when it raised, and all its callers with it.
    """

    size: int
    seconds: float
    bulk: bool
    ok: bool


class EngineWatcher(Protocol):
    """Told from the engine's threads while callers wait: it must be quick and raise nothing."""

    def ran(self, batch: Ran) -> None:
        """A forward pass ended."""

    def looked_up(self, hits: int, misses: int) -> None:
        """A query's inputs were looked for in the cache."""


class Unwatched:
    """Nobody counts."""

    def ran(self, batch: Ran) -> None:
        """Forgotten."""

    def looked_up(self, hits: int, misses: int) -> None:
        """Forgotten."""


@dataclass(frozen=True, slots=True)
class Load:
    """What an engine holds at this moment.

    Attributes:
        waiting, bulk_waiting: inputs in its two queues, each up to `queue_limit`.
        cached, cached_bytes: encodings in the cache; `cache_bytes` is its limit.
    """

    waiting: int
    bulk_waiting: int
    queue_limit: int
    cached: int
    cached_bytes: int
    cache_bytes: int
