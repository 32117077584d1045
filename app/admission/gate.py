"""How much is worked on at once: past it a request is refused at its head, before its body is read.

The limit follows Little's law (1961): what is worked on = what gets done in a second x how long each takes. Where
answers take longer than they may, it becomes what gets done in the time that they may take; where they do not, it grows
by one for as many answers as it counts: up to a burst such as comes in quiet times too, and past that only where it is
used, for a limit that nobody came near says nothing (congestion window validation, RFC 7661). What they may take is
told from those that were alone: a queue that stays longer than a few times that gains nothing and makes everybody late.
One that is soon gone is a burst, and makes the limit no smaller (a standing queue is what matters: CoDel, RFC 8289).
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

STRAIN_SMOOTHING = 0.1
"""Of the newest in how strained all are: a burst that is over in a moment is no overload either."""

ALONE_SMOOTHING = 0.1
"""Of the newest in how long one takes that is alone, which changes seldom."""

BLINK_S = 0.1
"""What is answered so soon is soon enough, however quick it could be."""

UNKNOWN = 64
"""So many answers in a crowd of a kind that was never alone, and for a moment others wait, to learn what it takes."""

DRIFT = 1.01
"""Times, with each answer that takes too long though no less can be let in: one alone takes longer than was thought."""

USED = 0.5
"""Of the limit: from there on it counts as used, as in RFC 7661. By default one address alone comes that far."""

BURST = 8
"""So many may come at once, as long as nothing presses: shoppers do not come one by one."""

REST = BURST
"""So many answers after somebody was refused it is still a rush. Were it longer, a rush would cost those after it."""

SLOWLY = 30
"""Times slower the limit grows in a rush: else it is soon as large as in quiet times, and whoever came is late."""

FRESH_S = 0.25
"""Bodies that began to arrive so lately will be at work in a moment; slower ones are the network's matter."""

LONGEST_WAIT_S = 30


@dataclass(slots=True)
class Adaptive:
    """A limit between `least` and `most` at which answers take about as long as they may.

    That is `slowdown` times what they take alone, each kind by itself, and `target_s` seconds at the most.
    """

    least: int
    most: int
    target_s: float
    slowdown: float = math.inf
    limit: float = 0.0
    took_s: float = 0.0
    alone_s: dict[str, float] = field(default_factory=dict)
    _learning: bool = False
    _strain: float = 0.0
    """Times that answers take of what they may."""
    _among: float = 0.0
    _unknown: int = 0
    _without_pause: int = 0
    """Answers since nobody was left at work."""
    _since_refusal: int = REST

    def __post_init__(self) -> None:
        self.limit = float(min(self.most, max(self.least, BURST)))

    @property
    def room(self) -> int:
        """How many may be worked on now."""
        return 1 if self._learning else int(self.limit)

    def may_take_s(self, kind: str) -> float:
        """How long an answer of that kind may take."""
        alone_s = self.alone_s.get(kind)
        return min(self.target_s, max(BLINK_S, self.slowdown * alone_s)) if alone_s else self.target_s

    def finished(self, took_s: float, at_work: int, at_end: int = 0, kind: str = "") -> None:
        """One of a kind was answered after `took_s` seconds; `at_work` at its beginning, `at_end` at its end."""
        crowd = max(at_work, at_end)
        self._learn(took_s, crowd, kind)
        self.took_s = _smooth(self.took_s, took_s)
        strain = took_s / self.may_take_s(kind)
        # Where hardly anybody was there it was slow by itself: fewer would not make it quicker.
        strain = strain if crowd > self.least else min(strain, 1.0)
        self._strain = _smooth(self._strain, strain, STRAIN_SMOOTHING)
        # Those who were there when it began are those whom it waited for: who left since says nothing of its time.
        self._among = _smooth(self._among, at_work, STRAIN_SMOOTHING)
        self._without_pause = 0 if at_end == 1 else self._without_pause + 1
        self._since_refusal += 1
        self._adapt(used=crowd >= USED * self.room)

    def refused(self) -> None:
        """Somebody was not let in: as many as may be are at work."""
        self._since_refusal = 0

    def _adapt(self, *, used: bool) -> None:
        rush = self._since_refusal <= REST
        if self._strain > 1:
            if rush or self._without_pause > BURST:  # a burst is late too, but soon over: nobody is to pay for it
                self.limit = max(self.least, min(self.limit, self._among / self._strain))
        elif self.limit < BURST or used:
            self.limit = min(self.most, self.limit + 1 / self.limit / (SLOWLY if rush else 1))

    def _learn(self, took_s: float, crowd: int, kind: str) -> None:
        """How long one takes that is alone."""
        known = self.alone_s.get(kind)
        if crowd <= 1:
            self.alone_s[kind] = _smooth(known or 0.0, took_s, ALONE_SMOOTHING)
            self._learning = False
        elif known is None and crowd > self.least and self.slowdown < math.inf:
            self._unknown += 1
            self._learning = self._learning or self._unknown % UNKNOWN == 0
        elif known is not None and self._strain > 1 and self.limit <= self.least:
            self.alone_s[kind] = DRIFT * known


def _smooth(before: float, newest: float, weight: float = SMOOTHING) -> float:
    return newest if not before else (1 - weight) * before + weight * newest


@dataclass(slots=True, eq=False)
class Ticket:
    """One request inside: it is receiving its body until `received`, then worked on until it leaves."""

    address: str | None
    kind: str
    entered: float
    began: float | None = None
    among: int = 0


@dataclass(slots=True)
class Gate:
    """Counts costly requests inside one process, of one event loop. `address` None: its share is not limited."""

    settings: AdmissionSettings
    clock: Callable[[], float] = time.monotonic
    adaptive: Adaptive = field(init=False)
    working: int = 0
    by_address: Counter[str] = field(default_factory=Counter)
    _arriving: set[Ticket] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.adaptive = Adaptive(
            self.settings.least, self.settings.most, self.settings.target_s, self.settings.slowdown
        )

    @property
    def receiving(self) -> int:
        """Requests whose bodies are on their way."""
        return len(self._arriving)

    def enter(self, address: str | None, kind: str = "") -> Ticket:
        """Args: kind: of those that take about as long.

        Raises Overloaded, and TooManyRequests for an address that has its share already.
        """
        now = self.clock()
        full = self._busy(now) >= self.adaptive.room
        if full or self.receiving >= self.settings.receiving:
            if full:
                self.adaptive.refused()
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
        ticket = Ticket(address, kind, now)
        self._arriving.add(ticket)
        return ticket

    def received(self, ticket: Ticket) -> None:
        """All of its body is here, or nobody wants it: work begins."""
        if ticket.began is None:
            ticket.began = self.clock()
            self._arriving.discard(ticket)
            self.working += 1
            ticket.among = self.working

    def leave(self, ticket: Ticket, *, answered: bool) -> None:
        """Answered or given up. Only answers tell how long work takes: a refusal is quick whatever the load."""
        if ticket.began is None:
            self._arriving.discard(ticket)
        else:
            if answered:
                took_s = self.clock() - ticket.began
                self.adaptive.finished(took_s, ticket.among, self.working, ticket.kind)
            self.working -= 1
        if ticket.address is not None:
            self.by_address[ticket.address] -= 1
            if not self.by_address[ticket.address]:
                del self.by_address[ticket.address]

    def _busy(self, now: float) -> int:
        """How many are worked on, or will be before anybody who enters now is."""
        return self.working + sum(now - one.entered < FRESH_S for one in self._arriving)
