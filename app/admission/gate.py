"""How much is worked on at once: past it a request is refused at its head, before its body is read.

The limit follows Little's law (1961): what is worked on = what gets done in a second x how long each takes. Where
answers take longer than they should, it becomes what gets done in the time that they should take; where they do not and
it is used up, it grows by one for as many answers as it counts.
"""

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from app.admission.settings import AdmissionSettings
from app.errors import Overloaded, TooManyRequests

SMOOTHING = 0.2
"""Weight of the newest answer in the average: a single slow one is no overload."""

USED_UP = 0.8
LONGEST_WAIT_S = 30


@dataclass(slots=True)
class Adaptive:
    """A limit between `least` and `most` at which answers take about `target_s` seconds at the most."""

    least: int
    most: int
    target_s: float
    limit: float = 0.0
    took_s: float = 0.0

    def __post_init__(self) -> None:
        self.limit = float(self.most)

    def finished(self, took_s: float, at_work: int) -> None:
        """One of `at_work` requests was answered after `took_s` seconds."""
        self.took_s = took_s if not self.took_s else (1 - SMOOTHING) * self.took_s + SMOOTHING * took_s
        if self.took_s > self.target_s:
            self.limit = max(self.least, min(self.limit, at_work * self.target_s / self.took_s))
        elif at_work >= USED_UP * self.limit:
            self.limit = min(self.most, self.limit + 1 / self.limit)


@dataclass(slots=True)
class Ticket:
    """One request inside: it is receiving its body until `received`, then worked on until it leaves."""

    address: str | None
    began: float | None = None


@dataclass(slots=True)
class Gate:
    """Counts costly requests inside one process, of one event loop. `address` None: its share is not limited."""

    settings: AdmissionSettings
    clock: Callable[[], float] = time.monotonic
    adaptive: Adaptive = field(init=False)
    receiving: int = 0
    working: int = 0
    by_address: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.adaptive = Adaptive(self.settings.least, self.settings.most, self.settings.target_s)

    def enter(self, address: str | None) -> Ticket:
        """Raises Overloaded, and TooManyRequests for an address that has its share already."""
        if self.working >= int(self.adaptive.limit) or self.receiving >= self.settings.receiving:
            wait = min(LONGEST_WAIT_S, max(1, math.ceil(self.adaptive.took_s)))
            raise Overloaded(f"Too much is being worked on. Try again in {wait} seconds.", retry_after_s=wait)
        if address is not None:
            most = math.ceil(self.settings.share * self.adaptive.limit)
            if self.by_address[address] >= most:
                raise TooManyRequests(
                    f"From this address {most} such requests are being worked on. Wait for one of them.",
                    retry_after_s=1,
                )
            self.by_address[address] += 1
        self.receiving += 1
        return Ticket(address)

    def received(self, ticket: Ticket) -> None:
        """All of its body is here, or nobody wants it: work begins."""
        if ticket.began is None:
            ticket.began = self.clock()
            self.receiving -= 1
            self.working += 1

    def leave(self, ticket: Ticket, *, answered: bool) -> None:
        """Answered or given up. Only answers tell how long work takes: a refusal is quick whatever the load."""
        if ticket.began is None:
            self.receiving -= 1
        else:
            if answered:
                self.adaptive.finished(self.clock() - ticket.began, self.working)
            self.working -= 1
        if ticket.address is not None:
            self.by_address[ticket.address] -= 1
            if not self.by_address[ticket.address]:
                del self.by_address[ticket.address]
