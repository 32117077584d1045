"""Runs jobs from the table in this process; any number of processes may do so at once."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError

from app.db.base import now
from app.db.session import OUTAGES, Database
from app.jobs.context import Handler, JobCancelled, JobContext, JobLost
from app.jobs.failures import told, transient
from app.jobs.queue import JobQueue
from app.jobs.repository import JobRepository
from app.jobs.settings import JobSettings
from app.jobs.states import Claim, JobState, Worker, pause
from app.jobs.tables import JobRow

log = structlog.get_logger(__name__)

KEEP_HOUSE_S = 3600.0
AWAY_S = 1.0
FORGET_AT_ONCE = 5_000


class JobRunner(JobQueue):
    """A queue whose jobs are also run here: claims them and runs their handlers until stopped.

    Submitting in this process wakes it at once; what other processes submit is found every `poll_s` seconds.
    """

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        settings: JobSettings,
        *,
        around: Callable[[str], AbstractContextManager[object]] = contextlib.nullcontext,
    ) -> None:
        """Args: around: entered for each attempt, by the job's kind."""
        super().__init__(database)
        self._handlers = dict(handlers)
        self._around = around
        self._settings = settings
        self._worker = Worker.this()
        self._running: dict[str, JobContext] = {}
        self._claiming = asyncio.Lock()
        """A job between its claim and its place in `_running` would look as if its process were gone."""
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """Of the jobs that can be run here."""
        return tuple(self._handlers)

    async def start(self) -> None:
        """Take up work, first what a process that is gone left behind."""
        if not self._tasks:
            self._stopping = False
            await self._recover()
            loops = [self._keep(), *(self._run() for _ in range(self._settings.concurrency))]
            self._tasks = [asyncio.create_task(loop, name="job-runner") for loop in loops]

    async def stop(self) -> None:
        """Stop now; jobs under way go back to the queue."""
        tasks, self._tasks = self._tasks, []
        self._stopping = True
        while tasks:
            for task in tasks:
                task.cancel()  # again and again: one that ends at the same moment as a handler's may count for that
            _, waiting = await asyncio.wait(tasks, timeout=1)
            tasks = list(waiting)

    async def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                if await self._run_next():
                    continue
            except OUTAGES as error:
                log.warning("job_runner_waits", reason=told(error))
            except Exception:  # a fault of ours: without the runner no job would be taken up until a restart
                log.exception("job_runner_failed")
            with contextlib.suppress(TimeoutError):  # Python 3.11's wait_for may swallow the wish to stop
                async with asyncio.timeout(self._settings.poll_s):
                    await self._wake.wait()

    async def _keep(self) -> None:
        """Take up jobs of processes that are gone, and forget old ones."""
        forget_at = asyncio.get_running_loop().time()
        while not self._stopping:
            try:
                await self._recover()
                if asyncio.get_running_loop().time() >= forget_at:
                    forget_at += KEEP_HOUSE_S
                    await self._forget_old()
            except OUTAGES as error:
                log.warning("jobs_not_looked_after", reason=told(error))
            except Exception:  # a fault of ours: what others left behind must still be taken up
                log.exception("jobs_not_looked_after")
            await asyncio.sleep(self._settings.poll_s)

    async def _recover(self) -> None:
        rules = self._settings
        lease = dt.timedelta(seconds=rules.lease_s)
        async with self._claiming, self._database.unit_of_work() as session:
            found = await JobRepository(session).recover(
                self._worker, self._running, lease, rules.attempts, rules.backoff_s
            )
        for job_id in found.queued:
            log.warning("job_queued_again", job=job_id, reason="its process is gone")
        for job_id in found.failed:
            log.error("job_given_up", job=job_id, reason=f"its process ended {rules.attempts} times")
        if found.queued:
            self._wake.set()

    async def _forget_old(self) -> None:
        moment = now() - dt.timedelta(days=self._settings.keep_days)
        async with self._database.unit_of_work() as session:
            old = await JobRepository(session).finished_before(moment, FORGET_AT_ONCE)
        for job_id in old:
            gone = FORGET_AT_ONCE
            while gone == FORGET_AT_ONCE:
                async with self._database.unit_of_work() as session:
                    gone = await JobRepository(session).forget_outcomes(job_id, FORGET_AT_ONCE)
            async with self._database.unit_of_work() as session:
                await JobRepository(session).forget(job_id)
        if old:
            log.info("old_jobs_forgotten", jobs=len(old))

    async def _run_next(self) -> bool:
        """Run the oldest queued job to its end; False when there is none."""
        async with self._claiming:
            job = await self._claim()
            if job is None:
                return False
            context = self._context(job)
            self._running[job.id] = context
        try:
            await self._attempt(job, context)
        finally:
            if self._running.get(job.id) is context:
                del self._running[job.id]
            self._wake.set()  # the next of its lane may run now
        return True

    def _context(self, job: JobRow) -> JobContext:
        claim = Claim(job.id, job.worker, job.attempts)
        return JobContext(
            claim, self._database, restored=job.checkpoint or {}, errors=list(job.errors), changed=self.watchers.tell
        )

    async def _claim(self) -> JobRow | None:
        try:
            async with self._database.unit_of_work() as session:
                return await JobRepository(session).claim(list(self._handlers), self._worker)
        except IntegrityError:
            # Another worker took one of that lane in this very moment; it was faster, and there may be other work.
            async with self._database.unit_of_work() as session:
                return await JobRepository(session).claim(list(self._handlers), self._worker)

    async def _attempt(self, job: JobRow, context: JobContext) -> None:
        log.info("job_started", job=job.id, kind=job.kind, attempt=job.attempts)
        work = asyncio.ensure_future(self._work(job, context))
        heart = asyncio.create_task(self._beat(context, work))
        try:
            await self._outcome(job, context, work)
        except JobLost:
            log.warning("job_lost", job=job.id, kind=job.kind, reason="silent too long, another worker has it")
        finally:
            heart.cancel()

    async def _work(self, job: JobRow, context: JobContext) -> dict[str, Any]:
        # Told now, not when claiming began: a claim may have waited for another writer.
        await context.write(started_at=now(), stage="", done=0, total=None, rate=None, eta_s=None)
        with self._around(job.kind):
            return await self._handlers[job.kind](context, job.params)

    async def _outcome(self, job: JobRow, context: JobContext, work: "asyncio.Future[dict[str, Any]]") -> None:
        """Wait for the handler and write down how it ended. Raises JobLost where that is no longer ours to say."""
        try:
            state, result = JobState.succeeded, await work
        except JobLost:
            raise
        except JobCancelled:
            state, result = JobState.cancelled, None
        except asyncio.CancelledError:
            if context.lost:
                raise JobLost(job.id) from None
            try:
                await self._settle(context, lambda jobs: jobs.give_back(context.claim, errors=context.errors), tries=1)
            except Exception as error:  # the process ends; whoever takes over sees it by the missing heart-beat
                log.warning("job_not_given_back", job=job.id, reason=told(error))
            raise
        except Exception as error:  # whatever a handler raises is how its job ended
            await self._failed(job, context, error)
            return
        await self._end(job, context, state, result)

    async def _end(self, job: JobRow, context: JobContext, state: JobState, result: dict[str, Any] | None) -> None:
        def finish(jobs: JobRepository) -> Awaitable[bool]:
            return jobs.finish(context.claim, state, context.errors, **context.latest, result=result)

        await self._settle(context, finish)
        log.info("job_finished", job=job.id, kind=job.kind, state=str(state))

    async def _failed(self, job: JobRow, context: JobContext, error: Exception) -> None:
        attempt, limit = context.claim.attempt, self._settings.attempts
        if transient(error) and attempt < limit:
            after = pause(attempt, self._settings.backoff_s)
            reason = f"attempt {attempt} of {limit}: {told(error)}"
            context.errors.append({"reason": reason, "attempt": attempt})
            log.warning("job_tried_again", job=job.id, kind=job.kind, reason=reason, after_s=after.total_seconds())
            errors = context.errors
            await self._settle(context, lambda jobs: jobs.give_back(context.claim, after=after, errors=errors))
            return
        context.errors.append({"reason": told(error)})
        log.error("job_failed", job=job.id, kind=job.kind, exc_info=error)
        await self._end(job, context, JobState.failed, None)

    async def _settle(
        self, context: JobContext, write: Callable[[JobRepository], Awaitable[bool]], tries: int | None = None
    ) -> None:
        """Write down how a job ended, as often as it takes: the database may be away. Raises JobLost."""
        while True:
            try:
                async with self._database.unit_of_work() as session:
                    held = await write(JobRepository(session))
                break
            except Exception as error:
                tries = tries and tries - 1
                if tries == 0 or not transient(error):
                    raise
                log.warning("job_end_not_written_yet", job=context.job_id, reason=told(error))
                await asyncio.sleep(AWAY_S)
        self.watchers.tell(context.job_id)
        if not held:
            raise JobLost(context.job_id)

    async def _beat(self, context: JobContext, work: "asyncio.Future[dict[str, Any]]") -> None:
        while True:
            await asyncio.sleep(self._settings.heartbeat_s)
            try:
                await context.beat()
            except OUTAGES as error:
                log.warning("heartbeat_missed", job=context.job_id, reason=told(error))
            if context.lost:
                work.cancel()
                return
