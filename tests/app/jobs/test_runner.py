"""The job table and its runner on real databases."""

import asyncio
import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from app.db.base import now
from app.db.session import Database
from app.errors import InvalidRequest, ReindexRunning
from app.jobs.context import JobContext
from app.jobs.repository import JobQuery, JobRepository
from app.jobs.runner import JobRunner
from app.jobs.service import JobService
from app.jobs.settings import JobSettings
from app.jobs.states import JobState, Worker, orphaned, pace
from app.jobs.tables import JobRow
from tests.app.jobs.conftest import WaitFor

SLOW = JobSettings(poll_s=60)
"""So slow that only being woken explains that a test passes."""


async def count(context: JobContext, params: Mapping[str, Any]) -> dict[str, Any]:
    for step in range(params["to"]):
        await context.progress(step + 1, params["to"])
    return {"counted": params["to"]}


async def fail(context: JobContext, params: Mapping[str, Any]) -> dict[str, Any]:
    raise RuntimeError("no luck")


def a_worker(number: int) -> Worker:
    return Worker("host", "machine", number, 0.0, f"t{number}")


class Gate:
    """A job that reports steps until it is let go."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.open = asyncio.Event()

    async def run(self, context: JobContext, params: Mapping[str, Any]) -> dict[str, Any]:
        self.entered.set()
        while not self.open.is_set():
            await context.write(done=1)
            await asyncio.sleep(0)
        return {}


async def test_runs_what_is_submitted_at_once_and_keeps_the_outcome(database: Database, wait_for: WaitFor) -> None:
    runner = JobRunner(database, {"count": count, "fail": fail}, SLOW)
    await runner.start()
    try:
        good = await runner.submit("count", {"to": 3})
        bad = await runner.submit("fail", {})
        done = await wait_for(good.id, JobState.succeeded)
        failed = await wait_for(bad.id, JobState.failed)
    finally:
        await runner.stop()
    assert (done.done, done.total, done.result, done.eta_s) == (3, 3, {"counted": 3}, None)
    assert done.started_at and done.finished_at and done.created_at <= done.started_at <= done.finished_at
    assert [error["reason"] for error in failed.errors] == ["RuntimeError: no luck"]


async def test_one_of_a_kind_until_it_has_ended(database: Database, wait_for: WaitFor) -> None:
    gate = Gate()
    runner = JobRunner(database, {"reindex": gate.run}, SLOW)
    first = await runner.submit("reindex", {}, exclusive=True)
    with pytest.raises(ReindexRunning) as refused:
        await runner.submit("reindex", {}, exclusive=True)
    assert refused.value.extra == {"job": first.id}
    await runner.start()
    try:
        gate.open.set()
        await wait_for(first.id, JobState.succeeded)
        second = await runner.submit("reindex", {}, exclusive=True)
        await wait_for(second.id, JobState.succeeded)
    finally:
        await runner.stop()


async def test_concurrent_submits_of_one_of_a_kind_let_one_through(database: Database) -> None:
    runner = JobRunner(database, {}, SLOW)
    submits = [runner.submit("reindex", {}, exclusive=True) for _ in range(8)]
    outcomes = await asyncio.gather(*submits, return_exceptions=True)
    assert sum(isinstance(o, JobRow) for o in outcomes) == 1
    assert sum(isinstance(o, ReindexRunning) for o in outcomes) == 7


async def test_each_job_is_claimed_once_however_many_workers_reach_for_it(database: Database) -> None:
    runner = JobRunner(database, {}, SLOW)
    submitted = [(await runner.submit("count", {"to": 1})).id for _ in range(6)]

    async def claim(number: int) -> str | None:
        async with database.unit_of_work() as session:
            row = await JobRepository(session).claim(["count"], a_worker(number))
        return row.id if row else None

    claimed = [c for c in await asyncio.gather(*(claim(n) for n in range(9))) if c]
    assert len(claimed) == len(set(claimed))
    claimed += [c for n in range(6) if (c := await claim(n))]
    assert sorted(claimed) == sorted(submitted)


async def test_cancelling(database: Database, wait_for: WaitFor) -> None:
    gate = Gate()
    runner = JobRunner(database, {"gate": gate.run}, JobSettings(poll_s=60, concurrency=1))
    running, queued = await runner.submit("gate", {}), await runner.submit("gate", {})
    await runner.start()
    try:
        async with asyncio.timeout(10):
            await gate.entered.wait()
        for job in (queued, running):
            async with database.unit_of_work() as session:
                await JobService(JobRepository(session)).cancel(job.id)
        await wait_for(running.id, JobState.cancelled)
        ended = await wait_for(queued.id, JobState.cancelled)
        assert ended.started_at is None
    finally:
        await runner.stop()


async def test_a_stopped_runner_leaves_its_job_to_the_next(database: Database, wait_for: WaitFor) -> None:
    gate = Gate()
    first = JobRunner(database, {"gate": gate.run}, SLOW)
    job = await first.submit("gate", {}, exclusive=True)
    await first.start()
    async with asyncio.timeout(10):
        await gate.entered.wait()
    taken = await wait_for(job.id, JobState.running)
    await first.stop()
    await wait_for(job.id, JobState.queued)
    gate.open.set()
    second = JobRunner(database, {"gate": gate.run}, SLOW)
    await second.start()
    try:
        done = await wait_for(job.id, JobState.succeeded)
    finally:
        await second.stop()
    assert (done.attempts, done.exclusive, done.errors) == (1, None, [])
    assert done.worker not in ("", taken.worker), "the second one had it"


async def test_a_job_whose_process_died_is_taken_up_at_start(database: Database, wait_for: WaitFor) -> None:
    runner = JobRunner(database, {"count": count}, SLOW)
    job = await runner.submit("count", {"to": 1})
    async with database.unit_of_work() as session:
        await JobRepository(session).claim(["count"], a_worker(1))
        await session.execute(update(JobRow).values(heartbeat=now() - dt.timedelta(hours=1)))
    await runner.start()
    try:
        done = await wait_for(job.id, JobState.succeeded)
    finally:
        await runner.stop()
    assert (done.attempts, done.result) == (2, {"counted": 1})
    assert ["its process ended" in error["reason"] for error in done.errors] == [True]


async def test_lists_newest_first_page_by_page(database: Database) -> None:
    runner = JobRunner(database, {}, SLOW)
    ids = [(await runner.submit("count", {"to": 1})).id for _ in range(5)]
    async with database.unit_of_work() as session:
        service = JobService(JobRepository(session))
        seen: list[str] = []
        cursor = None
        while True:
            rows, cursor = await service.page(cursor, 2, JobQuery())
            seen += [row.id for row in rows]
            if cursor is None:
                break
        with pytest.raises(InvalidRequest):
            await service.page("WyJ4IiwgInkiXQ", 2, JobQuery())
    assert seen == ids[::-1]


def test_who_lost_a_job() -> None:
    me, moment, lease = Worker.this(), now(), dt.timedelta(seconds=30)
    parent = psutil.Process(os.getppid())
    neighbour = replace(me, pid=parent.pid, started=parent.create_time(), token="other")
    silent = moment - lease - dt.timedelta(seconds=1)

    def lost(worker: Worker | str, heartbeat: dt.datetime | None = moment) -> bool:
        return orphaned(str(worker), heartbeat, me, moment, lease)

    assert lost(me)
    assert not lost(replace(me, token="another runner of this process"))
    assert not lost(neighbour)
    assert lost(neighbour, silent)
    assert lost(neighbour, None)
    assert lost(replace(neighbour, started=parent.create_time() - 100)), "its number went to a later process"
    assert lost(replace(neighbour, pid=999_999_999))
    assert not lost(replace(neighbour, machine="another container", pid=999_999_999))
    assert lost(replace(neighbour, machine="another container"), silent)
    assert not lost("a worker of an older release")
    assert lost("a worker of an older release", silent)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.floats(0, 10**6))
def test_the_pace_is_never_negative(done: int, total: int, elapsed_s: float) -> None:
    rate, eta_s = pace(done, total, elapsed_s)
    assert (rate is None) == (eta_s is None)
    assert eta_s is None or eta_s >= 0
