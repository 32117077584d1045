"""The only SQL about jobs. Never commits."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.base import now
from app.jobs.states import JobState, Worker, orphaned
from app.jobs.tables import JobRow


class JobRepository:
    """Jobs: added by anyone, claimed by one worker each."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, kind: str, params: Mapping[str, Any], exclusive: str | None = None) -> JobRow:
        """A queued job. Raises sqlalchemy's IntegrityError when one with the same `exclusive` is not finished."""
        row = JobRow(id=uuid.uuid4().hex, kind=kind, params=dict(params), exclusive=exclusive)
        self._session.add(row)
        await self._session.flush()
        return row

    async def get(self, job_id: str) -> JobRow | None:
        return await self._session.get(JobRow, job_id, populate_existing=True)

    async def unfinished(self, exclusive: str) -> JobRow | None:
        return (await self._session.scalars(select(JobRow).where(JobRow.exclusive == exclusive))).one_or_none()

    async def page(self, after: tuple[dt.datetime, str] | None, limit: int) -> list[JobRow]:
        """Newest first; those behind `after` = (created_at, id)."""
        query = select(JobRow).order_by(JobRow.created_at.desc(), JobRow.id.desc()).limit(limit)
        if after is not None:
            moment, job_id = after
            behind = or_(JobRow.created_at < moment, (JobRow.created_at == moment) & (JobRow.id < job_id))
            query = query.where(behind)
        return list(await self._session.scalars(query))

    async def claim(self, kinds: Sequence[str], worker: Worker) -> JobRow | None:
        """The oldest queued job of `kinds`, now running here; None when there is none.

        One statement, so two workers never get the same job: PostgreSQL skips rows others hold, SQLite has one writer.
        """
        oldest = (
            select(JobRow.id)
            .where(JobRow.state == JobState.queued, JobRow.kind.in_(kinds))
            .order_by(JobRow.created_at, JobRow.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        taken = (
            update(JobRow)
            .where(JobRow.id == oldest, JobRow.state == JobState.queued)
            .values(state=JobState.running, worker=str(worker), heartbeat=now(), done=0)
            .returning(JobRow)
            .execution_options(synchronize_session=False)
        )
        return (await self._session.scalars(taken)).one_or_none()

    async def report(self, job_id: str, values: Mapping[str, Any]) -> bool:
        """Write progress and heartbeat; True when someone asked to cancel."""
        written = (
            update(JobRow)
            .where(JobRow.id == job_id)
            .values(heartbeat=now(), **values)
            .returning(JobRow.cancel_requested)
            .execution_options(synchronize_session=False)
        )
        return bool((await self._session.scalars(written)).one_or_none())

    async def finish(self, job_id: str, state: JobState, **values: Any) -> None:
        await self._session.execute(
            update(JobRow)
            .where(JobRow.id == job_id)
            .values(state=state, exclusive=None, eta_s=None, finished_at=now(), **values)
            .execution_options(synchronize_session=False)
        )

    async def requeue(self, job_id: str) -> None:
        """Put a running job back: it starts again, and finds what it had finished."""
        await self._session.execute(
            update(JobRow)
            .where(JobRow.id == job_id, JobRow.state == JobState.running)
            .values(state=JobState.queued, worker="", started_at=None, heartbeat=None, rate=None, eta_s=None)
            .execution_options(synchronize_session=False)
        )

    async def requeue_orphans(self, me: Worker) -> list[str]:
        """Put back running jobs whose process is gone; their ids."""
        running = list(await self._session.scalars(select(JobRow).where(JobRow.state == JobState.running)))
        moment = now()
        lost = [row.id for row in running if orphaned(row.worker, row.heartbeat, me, moment)]
        for job_id in lost:
            await self.requeue(job_id)
        return lost

    async def cancel(self, job_id: str) -> None:
        """End a queued job; ask a running one to stop at its next step; leave a finished one."""
        ended = (
            update(JobRow)
            .where(JobRow.id == job_id, JobRow.state == JobState.queued)
            .values(state=JobState.cancelled, exclusive=None, finished_at=now(), cancel_requested=True)
        )
        asked = (
            update(JobRow).where(JobRow.id == job_id, JobRow.state == JobState.running).values(cancel_requested=True)
        )
        for statement in (ended, asked):
            await self._session.execute(statement.execution_options(synchronize_session=False))
