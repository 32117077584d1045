"""What an engine says of itself to whoever counts: a seam, so that `models` need no metrics library."""

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

Stage: TypeAlias = Literal["prepare", "wait", "forward", "finish"]
STAGES: tuple[Stage, ...] = ("prepare", "wait", "forward", "finish")

Drop: TypeAlias = Literal["late", "cancelled", "refused"]
DROPS: tuple[Drop, ...] = ("late", "cancelled", "refused")


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


@dataclass(frozen=True, slots=True)
class Looked:
    """Where a query's inputs were found.

    Attributes:
        hits: in this process's cache.
        shared: in the cache that all processes share.
        joined: on their way for another request already.
        misses: nowhere; they are encoded.
    """

    hits: int = 0
    shared: int = 0
    joined: int = 0
    misses: int = 0


class EngineWatcher(Protocol):
    """Told from the engine's threads while callers wait: it must be quick and raise nothing."""

    def ran(self, batch: Ran) -> None:
        """A forward pass ended."""

    def looked_up(self, looked: Looked) -> None:
        """A query's inputs were looked for in the cache."""

    def spent(self, stage: Stage, seconds: float, *, bulk: bool) -> None:
        """A stage ended: of one input (`prepare`, `wait`) or of a batch (`forward`, `finish`)."""

    def dropped(self, why: Drop) -> None:
        """An input never reached the model."""

    def ran_out(self, size: int) -> None:
        """Memory ran out over so many inputs; fewer are tried at a time."""

    def shared_away(self) -> None:
        """The shared cache did not answer, or not in time."""


class Unwatched:
    """Nobody counts."""

    def ran(self, batch: Ran) -> None:
        """Forgotten."""

    def looked_up(self, looked: Looked) -> None:
        """Forgotten."""

    def spent(self, stage: Stage, seconds: float, *, bulk: bool) -> None:
        """Forgotten."""

    def dropped(self, why: Drop) -> None:
        """Forgotten."""

    def ran_out(self, size: int) -> None:
        """Forgotten."""

    def shared_away(self) -> None:
        """Forgotten."""


@dataclass(frozen=True, slots=True)
class Load:
    """What an engine holds at this moment.

    Attributes:
        waiting, bulk_waiting: inputs in its two queues or being prepared for them, each up to `queue_limit`.
        batch_limit: inputs that go together at the most; smaller than the setting after memory ran out.
        cached, cached_bytes: encodings in the cache; `cache_bytes` is its limit.
    """

    waiting: int
    bulk_waiting: int
    queue_limit: int
    batch_limit: int
    cached: int
    cached_bytes: int
    cache_bytes: int
