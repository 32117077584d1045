"""The only SQL about jobs. Never commits."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Update, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.db.base import now
from app.jobs.states import Claim, JobState, Worker, orphaned, pause
from app.jobs.tables import JobOutcomeRow, JobRow

UNFINISHED = (JobState.queued, JobState.running)
ERRORS_KEPT = 1_000
"""Errors kept with a job; further ones are counted."""

NOBODY: dict[str, Any] = {"worker": "", "started_at": None, "heartbeat": None, "rate": None, "eta_s": None}
"""What a job that goes back to the queue forgets."""


@dataclass(frozen=True, slots=True)
class JobQuery:
    """Which jobs to list; None is any."""

    kind: str | None = None
    state: JobState | None = None


@dataclass(frozen=True, slots=True)
class Recovered:
    """Jobs that had lost their process: ids of those queued again, and of those given up."""

    queued: tuple[str, ...]
    failed: tuple[str, ...]


class JobRepository:
    """Jobs: added by anyone, claimed by one worker each, written to only by who holds the claim."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(
        self,
        kind: str,
        params: Mapping[str, Any],
        exclusive: str | None = None,
        lane: str | None = None,
        job_id: str | None = None,
    ) -> JobRow:
        """A queued job. Raises sqlalchemy's IntegrityError when one with the same `exclusive` is not finished."""
        row = JobRow(
            id=job_id or uuid.uuid4().hex,
            kind=kind,
            params=dict(params),
            exclusive=exclusive,
            exclusive_as=exclusive,
            lane=lane,
            sequence=1,
        )
        self._session.add(row)
        await self._session.flush()
        return row

    async def get(self, job_id: str) -> JobRow | None:
        return await self._session.get(JobRow, job_id, populate_existing=True)

    async def unfinished(self, exclusive: str) -> JobRow | None:
        return (await self._session.scalars(select(JobRow).where(JobRow.exclusive == exclusive))).one_or_none()

    async def page(self, after: tuple[dt.datetime, str] | None, limit: int, query: JobQuery) -> list[JobRow]:
        """Newest first; those behind `after` = (created_at, id)."""
        rows = select(JobRow).order_by(JobRow.created_at.desc(), JobRow.id.desc()).limit(limit)
        if after is not None:
            moment, job_id = after
            rows = rows.where(or_(JobRow.created_at < moment, (JobRow.created_at == moment) & (JobRow.id < job_id)))
        if query.kind is not None:
            rows = rows.where(JobRow.kind == query.kind)
        if query.state is not None:
            rows = rows.where(JobRow.state == query.state)
        return list(await self._session.scalars(rows))

    async def claim(self, kinds: Collection[str], worker: Worker) -> JobRow | None:
        """The oldest job of `kinds` that may run now, now running here; None when there is none.

        One statement, so two workers never get the same job: PostgreSQL skips rows others hold, SQLite has one writer.
        A lane is first come, first served: a job waits for every older one in it. Raises sqlalchemy's IntegrityError
        where another worker took a job of the same lane in this very moment: try again.
        """
        waiting = select(JobRow.id).where(JobRow.state == JobState.queued, JobRow.kind.in_(kinds)).limit(1)
        if (await self._session.scalars(waiting)).first() is None:
            return None  # idle workers only read: on SQLite the write below would keep others from writing
        moment = await self._clock()
        job, older = aliased(JobRow), aliased(JobRow)
        ahead = (
            select(older.id)
            .where(older.lane == job.lane, older.state.in_(UNFINISHED), older.id != job.id)
            .where(or_(older.state == JobState.running, older.created_at < job.created_at))
            .exists()
        )
        oldest = (
            select(job.id)
            .where(job.state == JobState.queued, job.kind.in_(kinds))
            .where(or_(job.not_before.is_(None), job.not_before <= moment))
            .where(or_(job.lane.is_(None), ~ahead))
            .order_by(job.created_at, job.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=job)
            .scalar_subquery()
        )
        taken = (
            _changing(JobRow.id == oldest, JobRow.state == JobState.queued)
            .values(state=JobState.running, worker=str(worker), heartbeat=moment, not_before=None)
            .values(attempts=JobRow.attempts + 1)
            .returning(JobRow)
        )
        return (await self._session.scalars(taken)).one_or_none()

    async def beat(self, claim: Claim) -> bool | None:
        """Say that the holder lives: whether someone asked to cancel; None when the claim is lost."""
        beaten = update(JobRow).where(*_held(claim)).values(heartbeat=await self._clock())
        return (await self._session.scalars(_quiet(beaten).returning(JobRow.cancel_requested))).one_or_none()

    async def report(
        self, claim: Claim, values: Mapping[str, Any], errors: Sequence[dict[str, Any]] | None = None
    ) -> bool | None:
        """Write what the holder has to say: whether someone asked to cancel; None when the claim is lost.

        Args:
            values: columns. A `stage` begins with this very write.
            errors: all of the job's so far; those without a `sequence` are given that of this write, in place.
        """
        values = dict(values, heartbeat=await self._clock())
        if "stage" in values:
            values["stage_at"] = JobRow.sequence + 1
        written = _changing(*_held(claim)).values(values).returning(JobRow.cancel_requested, JobRow.sequence)
        row = (await self._session.execute(written)).one_or_none()
        if row is None:
            return None
        if errors is not None:  # the row is locked since the write above: no other can come in between
            told = update(JobRow).where(JobRow.id == claim.job_id).values(errors=_stamped(errors, row.sequence))
            await self._session.execute(_quiet(told))
        return bool(row.cancel_requested)

    async def finish(self, claim: Claim, state: JobState, errors: Sequence[dict[str, Any]] = (), **values: Any) -> bool:
        """End the job; False when the claim is lost, and nothing is written."""
        values |= {"state": state, "exclusive": None, "eta_s": None, "finished_at": now()}
        return await self.report(claim, values, errors) is not None

    async def give_back(
        self, claim: Claim, *, after: dt.timedelta | None = None, errors: Sequence[dict[str, Any]] = ()
    ) -> bool:
        """Put the job back into the queue, `after` a failure not before that long. False when the claim is lost.

        Without `after` the attempt does not count: its process was asked to stop.
        """
        values = NOBODY | {"state": JobState.queued}
        if after is None:
            values["attempts"] = claim.attempt - 1
        else:
            values["not_before"] = await self._clock() + after
        return await self.report(claim, values, errors) is not None

    async def recover(
        self, me: Worker, mine: Collection[str], lease: dt.timedelta, attempts: int, backoff_s: float
    ) -> Recovered:
        """Queue running jobs again whose process is gone, at once the first time; give up those that began too often.

        Args:
            mine: ids of the jobs that this worker runs.
        """
        columns = (JobRow.id, JobRow.worker, JobRow.heartbeat, JobRow.attempts, JobRow.stage)
        running = (await self._session.execute(select(*columns).where(JobRow.state == JobState.running))).all()
        moment = await self._clock()
        queued, failed = [], []
        for row in running:
            if row.id in mine or not orphaned(row.worker, row.heartbeat, me, moment, lease):
                continue
            claim = Claim(row.id, row.worker, row.attempts)
            where = f" in stage '{row.stage}'" if row.stage else ""
            lost = {
                "reason": f"attempt {row.attempts} of {attempts}: its process ended{where}",
                "attempt": row.attempts,
            }
            told = await self._session.scalar(select(JobRow.errors).where(JobRow.id == row.id)) or []
            if row.attempts >= attempts:
                reason = f"given up: its process ended {attempts} times. See the log, then retry the job."
                if await self.finish(claim, JobState.failed, errors=[*told, lost, {"reason": reason}]):
                    failed.append(row.id)
                continue
            after = dt.timedelta() if row.attempts <= 1 else pause(row.attempts - 1, backoff_s)
            if await self.give_back(claim, after=after, errors=[*told, lost]):
                queued.append(row.id)
        return Recovered(tuple(queued), tuple(failed))

    async def cancel(self, job_id: str) -> None:
        """End a queued job; ask a running one to stop at its next step; leave a finished one."""
        ended = _changing(JobRow.id == job_id, JobRow.state == JobState.queued).values(
            state=JobState.cancelled, exclusive=None, finished_at=now(), cancel_requested=True
        )
        asked = _changing(JobRow.id == job_id, JobRow.state == JobState.running).values(cancel_requested=True)
        for statement in (ended, asked):
            await self._session.execute(statement)

    async def retry(self, job_id: str) -> bool:
        """Queue a failed or cancelled job again, with its checkpoint; False when it is neither.

        Raises sqlalchemy's IntegrityError when another one with its `exclusive` is not finished.
        """
        ended = (JobRow.id == job_id, JobRow.state.in_((JobState.failed, JobState.cancelled)))
        fresh = {"errors": [], "attempts": 0, "cancel_requested": False, "finished_at": None, "result": None}
        again = _changing(*ended).values(
            {**NOBODY, **fresh, "state": JobState.queued, "not_before": None, "exclusive": JobRow.exclusive_as}
        )
        return (await self._session.scalars(again.returning(JobRow.id))).one_or_none() is not None

    async def finished_before(self, moment: dt.datetime, limit: int) -> list[str]:
        """Ids of jobs that ended before `moment`, oldest first."""
        old = select(JobRow.id).where(JobRow.state.not_in(UNFINISHED), JobRow.finished_at < moment)
        return list(await self._session.scalars(old.order_by(JobRow.finished_at).limit(limit)))

    async def forget_outcomes(self, job_id: str, limit: int) -> int:
        """Delete up to `limit` of a job's outcomes by row; how many went. A few at a time hold up nobody."""
        some = select(JobOutcomeRow.position).where(JobOutcomeRow.job_id == job_id).limit(limit)
        gone = delete(JobOutcomeRow).where(JobOutcomeRow.job_id == job_id, JobOutcomeRow.position.in_(some))
        gone = gone.execution_options(synchronize_session=False)
        return len((await self._session.scalars(gone.returning(JobOutcomeRow.position))).all())

    async def forget(self, job_id: str) -> None:
        """Delete a finished job."""
        gone = delete(JobRow).where(JobRow.id == job_id, JobRow.state.not_in(UNFINISHED))
        await self._session.execute(gone.execution_options(synchronize_session=False))

    async def _clock(self) -> dt.datetime:
        """The database's own time where it has a server: workers on several machines disagree."""
        if self._session.get_bind().dialect.name != "postgresql":
            return now()
        moment: dt.datetime = (await self._session.execute(select(func.clock_timestamp()))).scalar_one()
        return moment


def _held(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    running = JobRow.state == JobState.running
    return JobRow.id == claim.job_id, running, JobRow.worker == claim.worker, JobRow.attempts == claim.attempt


def _changing(*where: ColumnElement[bool]) -> Update:
    """A write that whoever watches is to see."""
    return _quiet(update(JobRow).where(*where).values(sequence=JobRow.sequence + 1))


def _quiet(statement: Update) -> Update:
    return statement.execution_options(synchronize_session=False)


def _stamped(errors: Sequence[dict[str, Any]], sequence: int) -> list[dict[str, Any]]:
    """What is kept of `errors`; each new one is told, for good, which write brought it."""
    for error in errors[:ERRORS_KEPT]:
        error.setdefault("sequence", sequence)
    more = len(errors) - ERRORS_KEPT
    rest = [{"reason": f"and {more:,} more", "sequence": sequence}] if more > 0 else []
    return [*errors[:ERRORS_KEPT], *rest]
