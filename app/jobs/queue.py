"""Puts jobs into the table, for whoever runs them."""

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError

from app.db.session import Database
from app.errors import JobNotRetryable, ReindexRunning
from app.jobs.repository import JobRepository
from app.jobs.service import JobService
from app.jobs.tables import JobRow
from app.jobs.watching import Watchers


class JobQueue:
    """Submitting jobs and running ended ones again; each is committed when the call returns."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wake = asyncio.Event()
        """Set when there may be work: a runner in this process need not wait for its next look."""
        self.watchers = Watchers()

    async def submit(
        self,
        kind: str,
        params: Mapping[str, Any],
        *,
        exclusive: bool = False,
        lane: str | None = None,
        job_id: str | None = None,
    ) -> JobRow:
        """Queue a job.

        Args:
            exclusive: at most one job of this kind may be queued or running.
            lane: of the jobs in it one runs at a time, in the order of their submission.
            job_id: up to 32 characters, unique; where something is kept under it before the job is seen by anybody.

        Raises:
            ReindexRunning: `exclusive`, and there is one already; `extra["job"]` names it.
        """
        try:
            async with self._database.unit_of_work() as session:
                row = await JobRepository(session).add(kind, params, kind if exclusive else None, lane, job_id)
        except IntegrityError as error:
            if not exclusive:
                raise
            raise await self._refused(kind) from error
        self._wake.set()
        return row

    async def retry(self, job_id: str) -> JobRow:
        """Queue a failed or cancelled job again; it goes on from its last checkpoint.

        Raises:
            JobNotFound, JobNotRetryable: nothing to run again.
            ReindexRunning: it is one of a kind, and another is queued or running.
        """
        async with self._database.unit_of_work() as session:
            row = await JobService(JobRepository(session)).get(job_id)
        try:
            async with self._database.unit_of_work() as session:
                again = await JobRepository(session).retry(job_id)
                row = await JobRepository(session).get(job_id) or row
        except IntegrityError as error:
            raise await self._refused(row.exclusive_as or row.kind) from error
        if not again:
            raise JobNotRetryable(f"The job is {row.state}. Only a failed or cancelled one can be run again.")
        self._wake.set()
        self.watchers.tell(job_id)
        return row

    async def _refused(self, exclusive: str) -> ReindexRunning:
        async with self._database.unit_of_work() as session:
            other = await JobRepository(session).unfinished(exclusive)
        job_id = other.id if other else None
        where = f"see /v1/admin/jobs/{job_id}" if job_id else "it has just ended, try again"
        return ReindexRunning(f"One {exclusive} at a time: {where}.", extra={"job": job_id})
