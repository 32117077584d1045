"""Who waits for the model, and who goes next: shoppers before a catalogue, those who still want an answer."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar

from models.engine.errors import EngineLate
from models.engine.watching import EngineWatcher

T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True, eq=False)
class Entry(Generic[T, R]):
    """One input on its way, and who is told of its end.

    Attributes:
        since: when it began to wait, in the batcher's clock.
        running: its future can be cancelled no more; so it is when a batch that did not fit is tried again.
    """

    item: T
    since: float
    bulk: bool = False
    running: bool = False
    future: Future[R] = field(default_factory=Future)


@dataclass(slots=True, eq=False)
class Company(Generic[T, R]):
    """Those that came together, while they are prepared: they go on together. Its owner has the lock.

    Attributes:
        missing: of all `number`, how many are not done yet; ready: those that may go on.
    """

    number: int
    missing: int = field(init=False)
    ready: list[Entry[T, R]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.missing = self.number

    def came(self, entry: Entry[T, R], *, ready: bool) -> None:
        """One is done, for better or worse."""
        self.missing -= 1
        if ready:
            self.ready.append(entry)


class Wanted(Generic[T, R]):
    """Tells whose answer is still waited for; the others are told, counted and dropped."""

    def __init__(self, late: Callable[[T], bool], watcher: EngineWatcher) -> None:
        self._late, self._watcher = late, watcher

    def __call__(self, entry: Entry[T, R]) -> bool:
        """True at the most once for each time that the entry is to go on."""
        if entry.running:
            return True
        if entry.future.cancelled():
            self._watcher.dropped("cancelled")
            return False
        if self._late(entry.item):
            if entry.future.set_running_or_notify_cancel():
                entry.future.set_exception(EngineLate("it waited longer for the model than its time allowed"))
            self._watcher.dropped("late")
            return False
        return True


class Waiting(Generic[T, R]):
    """Two queues. Not for two threads at once: its owner has the lock."""

    def __init__(self, wanted: Wanted[T, R], cost: Callable[[T], int], most_cost: int | None) -> None:
        self._wanted, self._cost, self._most_cost = wanted, cost, most_cost
        self.together: Callable[[int], int] | None = None
        self.shoppers: deque[Entry[T, R]] = deque()
        self.bulk: deque[Entry[T, R]] = deque()

    def __bool__(self) -> bool:
        return bool(self.shoppers or self.bulk)

    def put(self, entry: Entry[T, R]) -> None:
        (self.bulk if entry.bulk else self.shoppers).append(entry)

    def put_back(self, batch: Sequence[Entry[T, R]]) -> None:
        """Before all others, in their order."""
        (self.bulk if batch[0].bulk else self.shoppers).extendleft(reversed(batch))

    def drop_unwanted(self) -> None:
        """Make room: nobody waits for these shoppers' inputs any more."""
        self.shoppers = deque(entry for entry in self.shoppers if self._wanted(entry))

    def take(self, most: int, most_bulk: int) -> list[Entry[T, R]]:
        """The next batch, within the sizes and the cost; empty where all who waited had given up.

        `together`, where it is set, says of how many that cost something how many go in it; the rest goes along.
        """
        queue, most = (self.shoppers, most) if self.shoppers else (self.bulk, most_bulk)
        costly = self._costly(queue, most)
        return list(self._taken(queue, most, costly if self.together is None else self.together(costly)))

    def better_with(self, coming: int, most: int) -> bool:
        """Whether a batch of shoppers' inputs gains by so many who are on their way: it would be a larger one."""
        here = self._costly(self.shoppers, most)
        if self.together is None or not 0 < here < most:
            return False
        return self.together(min(here + coming, most)) > self.together(here)

    def _costly(self, queue: deque[Entry[T, R]], most: int) -> int:
        """How many cost something; no further than `most`, for others wait for the lock."""
        return sum(1 for _ in islice((entry for entry in queue if self._cost(entry.item)), most))

    def _taken(self, queue: deque[Entry[T, R]], most: int, costly: int) -> Iterator[Entry[T, R]]:
        count = cost = 0
        while queue and count < most:
            adds = self._cost(queue[0].item)
            if adds and not costly:
                return
            if count and self._most_cost is not None and cost + adds > self._most_cost:
                return
            entry = queue.popleft()
            if self._wanted(entry) and (entry.running or entry.future.set_running_or_notify_cancel()):
                entry.running = True
                count, cost, costly = count + 1, cost + adds, costly - bool(adds)
                yield entry
