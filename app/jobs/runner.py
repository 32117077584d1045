"""Runs jobs from the table, one at a time, in this process."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from app.db.base import now
from app.db.session import Database
from app.errors import AppError, DatabaseUnreachable, ReindexRunning
from app.jobs.repository import JobRepository
from app.jobs.states import JobState, Worker, pace
from app.jobs.tables import JobRow

log = structlog.get_logger(__name__)

HEARTBEAT_S = 10.0
REPORT_EVERY_S = 0.25


class JobCancelled(Exception):
    """Raised inside a handler at the step after someone asked to cancel its job."""


@dataclass(slots=True)
class JobContext:
    """What a handler gets besides its parameters: where to report, and its stop sign."""

    job_id: str
    database: Database
    errors: list[dict[str, Any]] = field(default_factory=list)
    _started: float = field(default_factory=monotonic)
    _reported: float = 0.0

    async def progress(self, done: int, total: int | None) -> None:
        """Report a step. Raises JobCancelled when someone asked to stop; call it between units of work."""
        moment = monotonic()
        if done != total and moment - self._reported < REPORT_EVERY_S:
            return
        self._reported = moment
        rate, eta_s = pace(done, total, moment - self._started)
        await self.write(done=done, total=total, rate=rate, eta_s=eta_s)

    async def write(self, **values: Any) -> None:
        """Store progress values and beat the heart. Raises JobCancelled."""
        async with self.database.unit_of_work() as session:
            cancelled = await JobRepository(session).report(self.job_id, values)
        if cancelled:
            raise JobCancelled


Handler = Callable[[JobContext, Mapping[str, Any]], Awaitable[dict[str, Any]]]
"""Does one kind of job: (context, params) → its result. Must be safe to run again after a crash."""


class JobRunner:
    """Claims queued jobs and runs their handlers until stopped.

    Submitting in this process wakes it at once; what other processes submit is found every `poll_s` seconds.
    """

    def __init__(self, database: Database, handlers: Mapping[str, Handler], poll_s: float = 1.0) -> None:
        self._database = database
        self._handlers = dict(handlers)
        self._poll_s = poll_s
        self._worker = Worker.this()
        self._wake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take up work, first what a process that is gone left behind."""
        if self._loop is None:
            await self._recover()
            self._loop = asyncio.create_task(self._run(), name="job-runner")

    async def stop(self) -> None:
        """Stop now; a job under way goes back to the queue."""
        if self._loop is not None:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop
            self._loop = None

    async def submit(self, kind: str, params: Mapping[str, Any], *, exclusive: bool = False) -> JobRow:
        """Queue a job, committed when this returns.

        Raises:
            ReindexRunning: `exclusive`, and one of that kind is queued or running; `extra["job"]` is its id.
        """
        try:
            async with self._database.unit_of_work() as session:
                row = await JobRepository(session).add(kind, params, kind if exclusive else None)
        except IntegrityError:
            raise await self._running(kind) from None
        self._wake.set()
        return row

    async def _running(self, kind: str) -> AppError:
        async with self._database.unit_of_work() as session:
            other = await JobRepository(session).unfinished(kind)
        job_id = other.id if other else None
        where = f"see /v1/admin/jobs/{job_id}" if job_id else "it has just ended, try again"
        return ReindexRunning(f"One {kind} at a time: {where}.", extra={"job": job_id})

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                if await self._run_next():
                    continue
                await self._recover()
            except Exception:
                # The database may be away for a while; the runner must outlive that.
                log.exception("job_runner_failed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._poll_s)

    async def _recover(self) -> None:
        async with self._database.unit_of_work() as session:
            for job_id in await JobRepository(session).requeue_orphans(self._worker):
                log.warning("job_queued_again", job=job_id, reason="its process is gone")

    async def _run_next(self) -> bool:
        """Run the oldest queued job to its end; False when there is none."""
        async with self._database.unit_of_work() as session:
            job = await JobRepository(session).claim(list(self._handlers), self._worker)
        if job is None:
            return False
        context = JobContext(job.id, self._database)
        heart = asyncio.create_task(self._beat(job.id))
        try:
            await self._finish(job, context)
        finally:
            heart.cancel()
        return True

    async def _finish(self, job: JobRow, context: JobContext) -> None:
        log.info("job_started", job=job.id, kind=job.kind)
        result: dict[str, Any] | None = None
        try:
            # Told now, not when claiming began: a claim may have waited for another writer.
            await context.write(started_at=now())
            result = await self._handlers[job.kind](context, job.params)
            state = JobState.succeeded
        except JobCancelled:
            state = JobState.cancelled
        except asyncio.CancelledError:
            async with self._database.unit_of_work() as session:
                await JobRepository(session).requeue(job.id)
            raise
        except Exception as error:
            state = JobState.failed
            context.errors.append({"reason": _told(error)})
            log.exception("job_failed", job=job.id, kind=job.kind)
        async with self._database.unit_of_work() as session:
            await JobRepository(session).finish(job.id, state, result=result, errors=context.errors)
        log.info("job_finished", job=job.id, kind=job.kind, state=str(state))

    async def _beat(self, job_id: str) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            try:
                async with self._database.unit_of_work() as session:
                    await JobRepository(session).report(job_id, {})
            except (SQLAlchemyError, DatabaseUnreachable):
                log.warning("heartbeat_missed", job=job_id, exc_info=True)


def _told(error: Exception) -> str:
    """What an admin reads: our own errors in full, others by name (the log has the rest)."""
    return error.detail if isinstance(error, AppError) else f"{type(error).__name__}: {error}"
