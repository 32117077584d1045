"""What a capacity run found, and which of its targets that misses. Pure, but for the search, which asks."""

import statistics
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bench.open_load import Answered

SLOWER = 4.0
"""Times the unloaded median: so long the slowest twentieth may take."""

WITHIN = 0.95
OVERLOAD = 3.0
GOODPUT = 0.9
RECOVERY_S = 2.0
GROWN = 1.10
"""Resident memory after the overload, of that before."""

SLOPE = 0.05
"""Share of the resident memory by which it may grow in an hour of the soak, by its line of least squares."""

MORE_FILES = 16
"""File descriptors by which the end of the soak may differ from its beginning: connections come and go."""

SETTLED = 0.2
"""Of the soak: what fills once (pools, memory that the allocator keeps) has filled after it."""

REFUSED = (429, 503)
STEP = 1.5
CLOSE = 1.08
BUSY = 0.85


@dataclass(frozen=True, slots=True)
class Sample:
    """The service's own account of itself: seconds, bytes, file descriptors, seconds of processor time so far."""

    at_s: float
    resident: float
    files: int
    cpu_s: float
    stages: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """By stage of a recommendation: seconds in all, and how many."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One rate: requests a second, how many were sent, the share answered within the bound, milliseconds, shares."""

    per_s: float
    sent: int
    within: float
    p50_ms: float
    p95_ms: float
    refused: int
    cpu: float
    """Of all cores, by the service alone."""

    machine: float
    """Of all cores, by everything."""

    stages_ms: Mapping[str, float]

    @property
    def holds(self) -> bool:
        """A refusal is an answer that never came: p95 counts it so."""
        return self.within >= WITHIN


@dataclass(frozen=True, slots=True)
class Overload:
    """What became of three times as much as it can do."""

    sent: int
    seconds: float
    goodput: float
    p95_ms: float
    statuses: Mapping[int, int]
    before: float
    after: float
    peak: float
    recovered_s: float | None


@dataclass(frozen=True, slots=True)
class Soak:
    """Long and quiet: resident memory's slope, bytes an hour."""

    seconds: float
    sent: int
    errors: int
    slope: float
    resident: float
    files: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """The whole run; rates are requests a second, the bare model's photos a second."""

    bare_per_s: float
    bare_batch: int
    unloaded_ms: float
    trials: Sequence[Trial]
    capacity: Trial
    overload: Overload
    soak: Soak | None = None


def percentile_ms(took_s: Sequence[float], share: float) -> float:
    """Of seconds; infinity where there are none."""
    if not took_s:
        return float("inf")
    ordered = sorted(took_s)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def within(answers: Sequence[Answered], bound_s: float) -> int:
    """How many were answered, and soon enough."""
    return sum(one.good and one.took_s <= bound_s for one in answers)


def statuses(answers: Sequence[Answered]) -> dict[int, int]:
    return dict(sorted(Counter(one.status for one in answers).items()))


def recovered(probes: Sequence[Answered], ended_s: float, bound_s: float) -> float | None:
    """Seconds from the end of an overload until somebody who came after it had a timely answer."""
    good = [one.due_s + one.took_s - ended_s for one in probes if one.good and one.took_s <= bound_s]
    return min(good, default=None)


def slope_per_hour(samples: Sequence[Sample]) -> float:
    """Bytes an hour, by least squares, once it has settled; 0 for fewer than two moments."""
    if not samples:
        return 0.0
    first, last = samples[0].at_s, samples[-1].at_s
    settled = [one for one in samples if one.at_s >= first + SETTLED * (last - first)]
    if len(settled) < 2:
        return 0.0
    line = statistics.linear_regression([one.at_s for one in settled], [one.resident for one in settled])
    return line.slope * 3600


def spent_ms(before: Sample, after: Sample) -> dict[str, float]:
    """By stage: milliseconds of a recommendation, on average, between two looks; the longest first."""
    spent = {}
    for stage, (seconds, number) in after.stages.items():
        had_s, had = before.stages.get(stage, (0.0, 0.0))
        if number > had:
            spent[stage] = (seconds - had_s) / (number - had) * 1000
    return dict(sorted(spent.items(), key=lambda one: -one[1]))


def bound_by(trial: Trial) -> str:
    """What it is that does not go any faster, in words."""
    stages = {name: spent for name, spent in trial.stages_ms.items() if name != "total"}
    longest = max(stages, key=lambda name: stages[name], default="nothing")
    share = stages.get(longest, 0.0) / (sum(stages.values()) or 1.0)
    where = f"{longest}, {share:.0%} of the stages' time"
    if trial.machine >= BUSY:
        return f"the processor ({trial.machine:.0%} busy, {trial.cpu:.0%} the service); longest: {where}"
    return f"waiting, not the processor ({trial.machine:.0%} busy); longest: {where}"


async def highest(tried: Callable[[float], Awaitable[Trial]], first: float, steps: int) -> list[Trial]:
    """Rates tried on the way to the highest that holds: apart by STEP until it is between two, then halved."""
    trials, low, high = list[Trial](), 0.0, float("inf")
    rate = first
    while len(trials) < steps and (not low or high > low * CLOSE):
        trial = await tried(rate)
        trials.append(trial)
        low, high = (max(low, rate), high) if trial.holds else (low, min(high, rate))
        rate = (low * high) ** 0.5 if low and high < float("inf") else low * STEP if low else high / STEP
    return trials


def best(trials: Sequence[Trial]) -> Trial | None:
    """The highest rate that held below the lowest that did not."""
    failed = min((one.per_s for one in trials if not one.holds), default=float("inf"))
    return max((one for one in trials if one.holds and one.per_s < failed), key=lambda one: one.per_s, default=None)


def missed(found: Found) -> list[str]:
    """Which targets, and by what."""
    over, floor, bound = found.overload, GOODPUT * found.capacity.per_s, SLOWER * found.unloaded_ms
    other = {code: many for code, many in over.statuses.items() if not (200 <= code < 300 or code in REFUSED)}
    targets = [
        (over.goodput >= floor, f"goodput {over.goodput:.1f}/s at {OVERLOAD:.0f} x capacity is below {floor:.1f}/s"),
        (over.p95_ms <= bound, f"p95 {over.p95_ms:.0f} ms of those that were let in is above {bound:.0f} ms"),
        (not other, f"answers under overload that are neither 2xx nor 429 nor 503: {other}"),
        (over.after <= GROWN * over.before, f"memory grew {over.after / over.before:.2f} times under overload"),
        (
            over.recovered_s is not None and over.recovered_s <= RECOVERY_S,
            f"no answer within {bound:.0f} ms in {RECOVERY_S:.0f} s after the overload",
        ),
    ]
    if (soak := found.soak) is not None:
        most = SLOPE * soak.resident
        targets += [
            (not soak.errors, f"{soak.errors} errors in the soak"),
            (soak.slope <= most, f"memory grows {soak.slope / 1e6:.1f} MB an hour, more than {most / 1e6:.1f}"),
            (abs(soak.files[1] - soak.files[0]) <= MORE_FILES, f"file descriptors went {soak.files}"),
        ]
    return [reason for met, reason in targets if not met]
