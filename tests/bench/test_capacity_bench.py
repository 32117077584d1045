"""The capacity run's own judgement: arrivals, the search, what it counts as missed, what it reads off /metrics."""

import asyncio
import dataclasses
from itertools import pairwise
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from bench.capacity import soaked, table
from bench.capacity_figures import (
    Found,
    Overload,
    Sample,
    Soak,
    Trial,
    best,
    bound_by,
    highest,
    missed,
    percentile_ms,
    recovered,
    slope_per_hour,
    spent_ms,
    within,
)
from bench.open_load import Answered, Form, OpenLoop, arrivals, forms
from bench.service_watch import STAGES, parsed


def trial(per_s: float, share: float = 1.0, **more: Any) -> Trial:
    good = Trial(per_s, 100, share, 100, 200, 0, 0.5, 0.5, {"encode": 30.0, "search": 10.0, "total": 45.0})
    return dataclasses.replace(good, **more)


def found(over: dict[str, Any] | None = None, soak: dict[str, Any] | None = None) -> Found:
    overload = Overload(1800, 60, 9.5, 390, {201: 600, 503: 1200}, 5e8, 5e8, 5.1e8, 0.3)
    quiet = Soak(1800, 9000, 0, 1e6, 5e8, (40, 42))
    return Found(
        bare_per_s=20,
        bare_batch=8,
        unloaded_ms=100,
        trials=[trial(10)],
        capacity=trial(10),
        overload=dataclasses.replace(overload, **(over or {})),
        soak=dataclasses.replace(quiet, **(soak or {})),
    )


def test_a_run_that_meets_every_target_misses_none_and_is_told() -> None:
    assert missed(found()) == []
    assert table(found()).row_count == 14


@pytest.mark.parametrize(
    ("over", "soak", "reason"),
    [
        ({"goodput": 8.9}, {}, "goodput 8.9/s"),
        ({"p95_ms": 401.0}, {}, "p95 401 ms of those that were let in is above 400 ms"),
        ({"statuses": {201: 1, 500: 1}}, {}, "{500: 1}"),
        ({"statuses": {0: 1, 201: 1}}, {}, "{0: 1}"),
        ({"statuses": {201: 1, 422: 1}}, {}, "{422: 1}"),
        ({"after": 6e8}, {}, "memory grew 1.20 times"),
        ({"recovered_s": None}, {}, "no answer within 400 ms in 2 s"),
        ({"recovered_s": 2.1}, {}, "no answer within 400 ms in 2 s"),
        ({}, {"errors": 1}, "1 errors in the soak"),
        ({}, {"slope": 3e7}, "30.0 MB an hour"),
        ({}, {"files": (40, 80)}, "(40, 80)"),
    ],
)
def test_each_target_that_is_missed_is_named(over: dict[str, Any], soak: dict[str, Any], reason: str) -> None:
    reasons = missed(found(over, soak))
    assert len(reasons) == 1 and reason in reasons[0]


def test_statuses_that_an_overload_may_have() -> None:
    assert missed(found({"statuses": {200: 1, 201: 1, 429: 1, 503: 1}})) == []


def test_arrivals_are_a_seeded_poisson_process() -> None:
    moments = arrivals(50, 200, seed=3)
    assert moments == arrivals(50, 200, seed=3) != arrivals(50, 200, seed=4)
    assert moments == sorted(moments) and moments[0] > 0 and moments[-1] < 200
    assert len(moments) == pytest.approx(10_000, rel=0.05)
    gaps = [after - before for before, after in pairwise(moments)]
    mean = sum(gaps) / len(gaps)
    spread = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
    assert spread == pytest.approx(mean, rel=0.05), "as an exponential's"


async def test_who_waits_keeps_nobody_from_being_sent_and_time_counts_from_when_it_was_due() -> None:
    sent = 0
    all_sent = asyncio.Event()

    async def ask(form: Form) -> int:
        nonlocal sent
        sent += 1
        if sent == 3:
            all_sent.set()
        await all_sent.wait()
        return 201

    answers = await OpenLoop(ask, forms([b"one", b"two"])).at([0.0, 0.0, 0.0])
    assert [one.good for one in answers] == [True] * 3
    late = await OpenLoop(ask, forms([b"one"])).at([-5.0])
    assert late[0].took_s >= 5


def test_each_request_has_a_photo_and_every_second_one_words() -> None:
    asked = forms([b"one", b"two", b"three"])
    first = [next(asked) for _ in range(6)]
    assert [form[0][1][1] for form in first] == [b"one", b"two", b"three"] * 2
    assert [len(form) for form in first] == [1, 2] * 3


@pytest.mark.parametrize("limit", [3.0, 10.0, 37.0])
async def test_the_search_comes_close_to_the_limit_from_either_side(limit: float) -> None:
    async def tried(rate: float) -> Trial:
        return trial(rate, 1.0 if rate <= limit else 0.5)

    trials = await highest(tried, 10.0, steps=12)
    top = best(trials)
    assert top is not None and limit / 1.08 <= top.per_s <= limit
    assert len(await highest(tried, 10.0, steps=3)) == 3


def test_a_rate_above_one_that_failed_does_not_count() -> None:
    held = best([trial(5), trial(8, 0.94), trial(9)])
    assert held is not None and held.per_s == 5
    assert best([trial(5, 0.5)]) is None


def test_late_and_refused_answers_are_not_within_the_bound() -> None:
    answers = [Answered(0, 0.4, 201), Answered(0, 0.41, 201), Answered(0, 0.1, 503), Answered(0, 0.1, 0)]
    assert within(answers, 0.4) == 1
    assert recovered(answers, 0.0, 0.4) == pytest.approx(0.4)
    assert recovered(answers[1:], 0.0, 0.4) is None
    assert recovered([Answered(60.5, 0.2, 201)], 60, 0.4) == pytest.approx(0.7)


def test_percentiles() -> None:
    took = [number / 1000 for number in range(1, 101)]
    assert percentile_ms(took, 0.5) == pytest.approx(51)
    assert percentile_ms(took, 0.95) == pytest.approx(96)
    assert percentile_ms([], 0.95) == float("inf")


def test_the_slope_is_that_of_what_came_after_settling() -> None:
    def sample(at_s: float, resident: float) -> Sample:
        return Sample(at_s, resident, 30, 0)

    rising = [sample(at, 1e8 * min(at, 20) + 10 * at) for at in range(101)]
    assert slope_per_hour(rising) == pytest.approx(36_000)
    assert slope_per_hour(rising[:1]) == slope_per_hour([]) == 0
    quiet = soaked([Answered(0, 1, 201), Answered(0, 1, 503)], rising, 100)
    assert (quiet.errors, quiet.sent, quiet.files) == (1, 2, (30, 30))


def test_what_bounds_a_rate() -> None:
    assert bound_by(trial(1, machine=0.97)).startswith(
        "the processor (97% busy, 50% the service); longest: encode, 75%"
    )
    assert bound_by(trial(1)).startswith("waiting, not the processor")
    assert bound_by(trial(1, stages_ms={})).endswith("nothing, 0% of the stages' time")


def test_what_a_service_says_of_itself() -> None:
    registry = CollectorRegistry()
    stages = Histogram(STAGES, "Stages.", ["stage"], registry=registry)
    own = "process_resident_memory_bytes 5e8\nprocess_open_fds 42\nprocess_cpu_seconds_total 7.5\n"
    stages.labels("encode").observe(2)
    before = parsed(generate_latest(registry).decode() + own, 1.0)
    assert (before.resident, before.files, before.cpu_s) == (5e8, 42, 7.5)
    for _ in range(2):
        stages.labels("encode").observe(0.05)
    stages.labels("search").observe(0.2)
    after = parsed(generate_latest(registry).decode() + own, 2.0)
    spent = spent_ms(before, after)
    assert list(spent) == ["search", "encode"], "the longest first"
    assert list(spent.values()) == pytest.approx([200, 50])
    assert spent_ms(after, after) == {}
