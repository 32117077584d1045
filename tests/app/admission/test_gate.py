"""How much is worked on at once: what the gate lets in, on machines that are simulated."""

import heapq
import math
import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.admission.gate import BURST, FRESH_S, Adaptive, Gate, Ticket
from app.admission.settings import AdmissionSettings
from app.errors import Overloaded, TooManyRequests


def test_what_is_too_much_is_refused_and_one_address_has_a_share() -> None:
    clock = [0.0]
    gate = Gate(AdmissionSettings(most=4, least=2, share=0.5, receiving=3), lambda: clock[0])
    mine = [gate.enter("a"), gate.enter("a")]
    with pytest.raises(TooManyRequests):
        gate.enter("a")
    other = gate.enter("b")
    with pytest.raises(Overloaded) as refused:
        gate.enter(None)
    assert refused.value.retry_after_s == 1
    for ticket in (*mine, other):
        gate.received(ticket)
    backend = gate.enter(None)
    gate.received(backend)
    with pytest.raises(Overloaded):
        gate.enter("c")
    for ticket in (*mine, other, backend):
        gate.leave(ticket, answered=True)
    assert (gate.receiving, gate.working, dict(gate.by_address)) == (0, 0, {})


def test_where_work_takes_too_long_less_is_let_in_and_more_again_after() -> None:
    """A machine that does 10 a second, asked for answers within 2 seconds, settles at 20 at work."""
    adaptive = Adaptive(least=4, most=128, target_s=2.0)
    for _ in range(200):
        at_work = int(adaptive.limit)
        adaptive.finished(at_work / 10, at_work)
    assert 16 <= adaptive.limit <= 24
    for _ in range(4_000):
        adaptive.finished(0.1, int(adaptive.limit))
    assert adaptive.limit > 80


@given(st.lists(st.tuples(st.floats(0, 1e4), st.integers(1, 1000)), max_size=50))
def test_the_limit_stays_between_its_bounds(answers: list[tuple[float, int]]) -> None:
    adaptive = Adaptive(least=3, most=9, target_s=1.0)
    for took, at_work in answers:
        adaptive.finished(took, at_work)
        assert 3 <= adaptive.limit <= 9


@dataclass
class Machine:
    """Does two photos at a time behind a gate, each in a tenth of a second alone; its clock is its own."""

    gate: Gate = field(init=False)
    now: float = 0.0
    settings: AdmissionSettings = field(default_factory=AdmissionSettings)
    _under_way: list[tuple[float, int, Ticket]] = field(default_factory=list)
    _free: list[float] = field(default_factory=lambda: [0.0, 0.0])

    def __post_init__(self) -> None:
        self.gate = Gate(self.settings, lambda: self.now)

    def asked(self, per_s: float, seconds: float, photo_s: float = 0.1) -> list[float | None]:
        """How long each of a Poisson process took; None: it was refused."""
        draw, due, end = random.Random(5), self.now, self.now + seconds
        took: list[float | None] = []
        while (due := due + draw.expovariate(per_s)) < end:
            self._until(due)
            try:
                ticket = self.gate.enter(None, "photo")
            except Overloaded:
                took.append(None)
                continue
            self.gate.received(ticket)
            done = max(due, heapq.heappop(self._free)) + photo_s * draw.uniform(0.8, 1.2)
            heapq.heappush(self._free, done)
            heapq.heappush(self._under_way, (done, len(took), ticket))
            took.append(done - due)
        return took

    def _until(self, moment: float) -> None:
        while self._under_way and self._under_way[0][0] <= moment:
            self.now, _, ticket = heapq.heappop(self._under_way)
            self.gate.leave(ticket, answered=True)
        self.now = moment


@pytest.mark.parametrize("known", [True, False])
def test_of_three_times_as_many_as_it_can_do_as_many_are_answered_soon_as_if_no_more_had_come(known: bool) -> None:
    machine = Machine()
    if known:
        machine.asked(1, 60)
    machine.asked(45, 10)  # until it has settled
    took = machine.asked(45, 60)
    soon = [one for one in took if one is not None and one <= 0.4]
    assert len(soon) >= 0.9 * 15 * 60, "of 20 that it can do in a second it can do 15 without a queue to speak of"
    assert len(soon) >= 0.9 * len([one for one in took if one is not None])
    after = machine.asked(5, 60)
    assert None not in after and max(one for one in after if one is not None) < 0.4


def burst(adaptive: Adaptive, count: int) -> None:
    """So many at once, each of which takes as long as all of those before it together."""
    for place in range(1, count + 1):
        adaptive.finished(0.1 * place, at_work=place, at_end=count - place + 1)


def test_a_burst_that_is_soon_over_does_not_keep_out_the_next() -> None:
    adaptive = Adaptive(least=2, most=64, target_s=5, slowdown=2)
    for _ in range(30):
        adaptive.finished(0.1, 1, 1)
    for _ in range(20):
        burst(adaptive, BURST)
        assert adaptive.limit >= BURST


def test_a_queue_that_stays_makes_the_limit_smaller_though_nobody_was_refused() -> None:
    adaptive = Adaptive(least=2, most=64, target_s=5, slowdown=2)
    for _ in range(30):
        adaptive.finished(0.1, 1, 1)
    for _ in range(40):
        adaptive.finished(0.1 * BURST, BURST, BURST)
    assert adaptive.limit < BURST / 2


def test_in_a_rush_the_limit_grows_slowly_and_after_it_soon() -> None:
    adaptive = Adaptive(least=2, most=64, target_s=5, slowdown=2)
    adaptive.finished(0.1, 1, 1)
    adaptive.limit = 2
    for _ in range(100):
        adaptive.refused()
        adaptive.finished(0.15, 2, 2)
    assert 2 < adaptive.limit < 4
    for _ in range(100):
        adaptive.finished(0.1, 1, 1)
    assert adaptive.limit >= BURST


def test_a_machine_that_becomes_slower_lets_in_what_it_still_can_do() -> None:
    machine = Machine()
    machine.asked(1, 60)
    machine.asked(5, 60, photo_s=0.4)
    took = machine.asked(3, 120, photo_s=0.4)
    assert took.count(None) <= 0.05 * len(took)


def test_one_that_is_slow_by_itself_keeps_nobody_out() -> None:
    adaptive = Adaptive(least=2, most=64, target_s=5, slowdown=3)
    for _ in range(20):
        adaptive.finished(0.1, at_work=1, at_end=1)
    for _ in range(3):
        adaptive.finished(9.0, at_work=2, at_end=1)
    assert adaptive.limit == BURST


def test_a_limit_that_nobody_came_near_does_not_grow() -> None:
    adaptive = Adaptive(least=2, most=64, target_s=5, slowdown=3)
    for _ in range(1_000):
        adaptive.finished(0.1, at_work=1)
    assert adaptive.limit == BURST
    for _ in range(1_000):
        adaptive.finished(0.1, at_work=int(adaptive.limit))
    assert adaptive.limit > 40


def test_one_address_alone_is_let_in_more_and_more_where_all_is_well() -> None:
    """As behind a proxy that is not trusted: everybody seems to be one."""
    clock = [0.0]
    gate = Gate(AdmissionSettings(), lambda: clock[0])

    def round_of(tickets: list[Ticket]) -> None:
        for ticket in tickets:
            gate.received(ticket)
        clock[0] += 0.1
        for ticket in tickets:
            gate.leave(ticket, answered=True)

    round_of([gate.enter("a")])
    for _ in range(500):
        share = math.ceil(gate.settings.share * gate.adaptive.limit)
        tickets = [gate.enter("a") for _ in range(share)]
        with pytest.raises(TooManyRequests):
            gate.enter("a")
        round_of(tickets)
    assert gate.adaptive.limit > 4 * BURST


def test_after_a_rush_a_burst_is_let_in_again() -> None:
    machine = Machine()
    machine.asked(1, 60)
    machine.asked(90, 20)
    assert machine.gate.adaptive.limit < BURST
    machine.asked(4, 30)
    assert BURST <= machine.gate.adaptive.limit < BURST + 1


def test_who_comes_in_the_same_moment_is_counted_and_who_takes_long_to_send_is_not() -> None:
    clock = [0.0]
    gate = Gate(AdmissionSettings(most=2, least=2), lambda: clock[0])
    slow = [gate.enter(None), gate.enter(None)]
    with pytest.raises(Overloaded):
        gate.enter(None)
    clock[0] = FRESH_S
    quick = gate.enter(None)
    gate.received(quick)
    assert gate.receiving == 2
    for ticket in (*slow, quick):
        gate.leave(ticket, answered=True)
    assert (gate.receiving, gate.working) == (0, 0)


def test_words_are_not_held_to_what_photos_take_nor_photos_to_what_words_do() -> None:
    adaptive = Adaptive(least=2, most=64, target_s=5, slowdown=3)
    for _ in range(20):
        adaptive.finished(0.5, 1, 1, "photo")
        adaptive.finished(0.05, 1, 1, "words")
    assert adaptive.may_take_s("photo") == pytest.approx(1.5)
    assert adaptive.may_take_s("words") == pytest.approx(0.15)
    for _ in range(20):
        adaptive.finished(1.2, 8, 8, "photo")
    assert adaptive.limit > BURST
    for _ in range(20):
        adaptive.finished(1.2, 8, 8, "words")
    assert adaptive.limit < 8
