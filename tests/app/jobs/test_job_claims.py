"""Who may write to a job, in which order jobs run, and what becomes of one whose attempt failed."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import select, update

from app.catalog.tables import CatalogStateRow
from app.db.base import now
from app.db.session import Database
from app.errors import DatabaseUnreachable, JobNotFound, JobNotRetryable, ReindexRunning
from app.jobs.context import JobContext, JobLost
from app.jobs.repository import JobRepository
from app.jobs.runner import JobRunner
from app.jobs.settings import JobSettings
from app.jobs.states import Claim, JobState, Worker
from app.jobs.tables import JobOutcomeRow, JobRow
from tests.app.jobs.conftest import WaitFor

QUICK = JobSettings(poll_s=0.1, heartbeat_s=0.02, lease_s=60, attempts=3, backoff_s=0.01)
DEAD = Worker("elsewhere", "another machine", 1, 0.0, "gone")
LONG_AGO = now() - dt.timedelta(days=1)


@asynccontextmanager
async def running(runner: JobRunner) -> AsyncIterator[JobRunner]:
    await runner.start()
    try:
        yield runner
    finally:
        await runner.stop()


async def nothing(context: JobContext, params: Mapping[str, Any]) -> dict[str, Any]:
    return {}


async def die_while_running(database: Database, times: int) -> None:
    """What a worker leaves behind that was killed in the midst of its job, for the `times`-th time."""
    async with database.unit_of_work() as session:
        assert await JobRepository(session).claim(["work"], DEAD) is not None
        await session.execute(update(JobRow).values(heartbeat=LONG_AGO, attempts=times, stage="build"))


class Stuck:
    """A handler that waits, silently, until it is let go; then it writes into the catalogue together with how far it
    came.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.entered, self.go = asyncio.Event(), asyncio.Event()
        self.outcome: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()

    async def run(self, context: JobContext, params: Mapping[str, Any]) -> dict[str, Any]:
        self.entered.set()
        try:
            await self.go.wait()
            async with self.database.unit_of_work() as session:
                session.add(CatalogStateRow(id=1, revision=99))
                await session.flush()
                await context.checkpoint_in(session, {"row": 99})
        except BaseException as error:
            self.outcome.set_result(error)
            raise
        return {}


async def test_who_lost_the_job_writes_nothing_and_ends_nothing(database: Database, wait_for: WaitFor) -> None:
    stuck = Stuck(database)
    silent = QUICK.model_copy(update={"heartbeat_s": 30})
    async with running(JobRunner(database, {"work": stuck.run}, settings=silent)) as first:
        job = await first.submit("work", {})
        async with asyncio.timeout(10):
            await stuck.entered.wait()
        async with database.unit_of_work() as session:
            await session.execute(update(JobRow).values(heartbeat=now(), worker=str(DEAD), attempts=7))
            thief = Claim(job.id, str(DEAD), 7)
        stuck.go.set()
        assert isinstance(await asyncio.wait_for(stuck.outcome, 10), JobLost)
        async with database.unit_of_work() as session:
            row = await JobRepository(session).get(job.id)
            assert row is not None
            assert (row.state, row.worker, row.checkpoint) == ("running", str(DEAD), None)
            assert (await session.scalars(select(CatalogStateRow))).all() == [], "its transaction was rolled back"
            assert await JobRepository(session).finish(thief, JobState.succeeded)
            assert not await JobRepository(session).finish(thief, JobState.failed), "nobody ends a job twice"
    await wait_for(job.id, JobState.succeeded)


async def test_a_heartbeat_that_finds_the_job_taken_stops_the_handler(database: Database) -> None:
    stuck = Stuck(database)
    async with running(JobRunner(database, {"work": stuck.run}, settings=QUICK)) as runner:
        await runner.submit("work", {})
        async with asyncio.timeout(10):
            await stuck.entered.wait()
            async with database.unit_of_work() as session:
                await session.execute(update(JobRow).values(worker=str(DEAD), heartbeat=now()))
            assert isinstance(await stuck.outcome, asyncio.CancelledError)
    async with database.unit_of_work() as session:
        row = (await session.scalars(select(JobRow))).one()
    assert (row.state, row.worker) == ("running", str(DEAD))


async def test_a_checkpoint_and_what_it_stands_for_are_kept_together(database: Database, wait_for: WaitFor) -> None:
    restored: list[Mapping[str, Any]] = []

    async def work(context: JobContext, params: Mapping[str, Any]) -> dict[str, Any]:
        restored.append(dict(context.restored))
        await context.stage("rows")
        async with database.unit_of_work() as session:
            session.add(CatalogStateRow(id=len(restored), revision=len(restored)))
            await session.flush()
            await context.checkpoint_in(session, {"row": len(restored)})
        if len(restored) < 3:
            raise ConnectionResetError("a server went away")
        return {"rows": len(restored)}

    async with running(JobRunner(database, {"work": work}, settings=QUICK)) as runner:
        job = await wait_for((await runner.submit("work", {})).id, JobState.succeeded)
    assert restored == [{}, {"row": 1}, {"row": 2}]
    assert (job.attempts, job.checkpoint, job.stage) == (3, {"row": 3}, "rows")
    assert [error["attempt"] for error in job.errors] == [1, 2]


@pytest.mark.parametrize(
    ("error", "attempts"),
    [(OSError(28, "No space left on device"), 3), (DatabaseUnreachable("away"), 3), (ValueError("a bug"), 1)],
)
async def test_only_what_may_pass_is_tried_again(
    database: Database, wait_for: WaitFor, error: Exception, attempts: int
) -> None:
    async def work(context: JobContext, params: Mapping[str, Any]) -> dict[str, Any]:
        raise error

    async with running(JobRunner(database, {"work": work}, settings=QUICK)) as runner:
        job = await wait_for((await runner.submit("work", {})).id, JobState.failed)
    assert (job.attempts, len(job.errors)) == (attempts, attempts)
    assert job.finished_at is not None


async def test_a_job_that_kills_its_process_is_given_up(database: Database, wait_for: WaitFor) -> None:
    runner = JobRunner(database, {"work": nothing}, settings=QUICK)
    job = await runner.submit("work", {}, exclusive=True)
    await die_while_running(database, QUICK.attempts)
    async with running(runner):
        failed = await wait_for(job.id, JobState.failed)
        assert "ended 3 times" in failed.errors[-1]["reason"]
        assert "stage 'build'" in failed.errors[-2]["reason"]
        again = await runner.retry(job.id)
        assert (again.attempts, again.errors, again.exclusive) == (0, [], "work")
        assert (await wait_for(job.id, JobState.succeeded)).attempts == 1


async def test_stopping_a_worker_costs_no_attempt(database: Database, wait_for: WaitFor) -> None:
    stuck = Stuck(database)
    runner = JobRunner(database, {"work": stuck.run}, settings=QUICK)
    async with running(runner):
        job = await runner.submit("work", {})
        async with asyncio.timeout(10):
            await stuck.entered.wait()
    given_back = await wait_for(job.id, JobState.queued)
    assert (given_back.attempts, given_back.worker) == (0, "")


async def test_jobs_of_a_lane_run_one_by_one_in_order_whoever_runs_them(database: Database, wait_for: WaitFor) -> None:
    order: list[int] = []
    at_once, most = 0, 0

    async def work(context: JobContext, params: Mapping[str, Any]) -> dict[str, Any]:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        order.append(params["number"])
        await context.progress(1, 1)
        at_once -= 1
        return {}

    workers = [JobRunner(database, {"work": work}, settings=QUICK) for _ in range(3)]
    jobs = [await workers[0].submit("work", {"number": n}, lane="feeds") for n in range(6)]
    async with running(workers[0]), running(workers[1]), running(workers[2]):
        for job in jobs:
            assert (await wait_for(job.id, JobState.succeeded)).attempts == 1
    assert (order, most) == (list(range(6)), 1)


async def test_two_lanes_do_not_wait_for_each_other(database: Database, wait_for: WaitFor) -> None:
    stuck = Stuck(database)
    async with running(JobRunner(database, {"work": stuck.run, "other": nothing}, settings=QUICK)) as runner:
        await runner.submit("work", {}, lane="feeds")
        waiting = await runner.submit("other", {}, lane="feeds")
        other = await runner.submit("other", {}, lane="else")
        await wait_for(other.id, JobState.succeeded)
        async with database.unit_of_work() as session:
            row = await JobRepository(session).get(waiting.id)
        assert row is not None
        assert row.state == "queued"
        stuck.go.set()
        await wait_for(waiting.id, JobState.succeeded)


@pytest.mark.parametrize("step", ["claim", "recover"])
@pytest.mark.parametrize("error", [DatabaseUnreachable("away"), ZeroDivisionError("a bug")], ids=["outage", "bug"])
async def test_a_runner_outlives_what_goes_wrong_between_jobs(
    database: Database, wait_for: WaitFor, monkeypatch: pytest.MonkeyPatch, step: str, error: Exception
) -> None:
    honest, calls, again = getattr(JobRepository, step), 0, asyncio.Event()

    async def fails_first(self: JobRepository, *args: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise error
        again.set()
        return await honest(self, *args)

    alone = QUICK.model_copy(update={"concurrency": 1})
    async with running(JobRunner(database, {"work": nothing}, alone)) as runner:
        monkeypatch.setattr(JobRepository, step, fails_first)
        async with asyncio.timeout(10):
            await again.wait()
        await wait_for((await runner.submit("work", {})).id, JobState.succeeded)


async def test_what_cannot_be_run_again_says_why(database: Database, wait_for: WaitFor) -> None:
    async def fail(context: JobContext, params: Mapping[str, Any]) -> dict[str, Any]:
        raise RuntimeError("no")

    async with running(JobRunner(database, {"fail": fail, "work": nothing}, settings=QUICK)) as runner:
        done = await wait_for((await runner.submit("work", {})).id, JobState.succeeded)
        failed = await wait_for((await runner.submit("fail", {}, exclusive=True)).id, JobState.failed)
    with pytest.raises(JobNotFound):
        await runner.retry("nope")
    with pytest.raises(JobNotRetryable, match="succeeded"):
        await runner.retry(done.id)
    queued = await runner.submit("fail", {}, exclusive=True)
    with pytest.raises(ReindexRunning) as refused:
        await runner.retry(failed.id)
    assert refused.value.extra == {"job": queued.id}


async def test_old_jobs_are_forgotten_with_what_they_kept(database: Database, wait_for: WaitFor) -> None:
    runner = JobRunner(database, {"work": nothing}, settings=QUICK)
    old, young, waiting = [await runner.submit("work", {}) for _ in range(3)]
    async with database.unit_of_work() as session:
        long_ago = {"state": "failed", "finished_at": now() - dt.timedelta(days=QUICK.keep_days + 1)}
        await session.execute(update(JobRow).where(JobRow.id == old.id).values(long_ago))
        await session.execute(update(JobRow).where(JobRow.id == young.id).values(state="failed", finished_at=now()))
        session.add(JobOutcomeRow(job_id=old.id, position=1, line=1, outcome="failed"))
    async with running(runner):
        await wait_for(waiting.id, JobState.succeeded)
        async with asyncio.timeout(10):
            while True:
                async with database.unit_of_work() as session:
                    left = set(await session.scalars(select(JobRow.id)))
                if old.id not in left:
                    break
                await asyncio.sleep(0.01)
    assert left == {young.id, waiting.id}
    async with database.unit_of_work() as session:
        assert (await session.scalars(select(JobOutcomeRow))).all() == []


async def test_a_job_that_was_claimed_this_moment_is_no_orphan(
    database: Database, wait_for: WaitFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = JobRunner(database, {"work": nothing}, settings=QUICK)
    honest = runner._claim
    looked: list[asyncio.Task[None]] = []

    async def claim() -> JobRow | None:
        job = await honest()
        if job is not None:  # it is committed, and not yet known as one that runs here: just then the runner looks
            looked.append(asyncio.create_task(runner._recover()))
            await asyncio.wait(looked, timeout=0.2)
        return job

    monkeypatch.setattr(runner, "_claim", claim)
    job = await runner.submit("work", {})
    assert await runner._run_next()
    await looked[0]
    assert (await wait_for(job.id, JobState.succeeded)).attempts == 1
