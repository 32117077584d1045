"""What monitoring asks of the database: reads alone, over the short job table."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.jobs.states import JobState
from app.jobs.tables import JobRow


@dataclass(frozen=True, slots=True)
class KindOfJob:
    """Jobs of one kind.

    Attributes:
        count: how many are in each state.
        oldest_queued: since when the one waits that waits longest and may run by now.
        longest_running: when the one began that has run longest.
        oldest_heartbeat: of those that run, the one silent longest.
        succeeded, failed: when one last ended so.
    """

    count: Mapping[JobState, int] = field(default_factory=dict)
    oldest_queued: dt.datetime | None = None
    longest_running: dt.datetime | None = None
    oldest_heartbeat: dt.datetime | None = None
    succeeded: dt.datetime | None = None
    failed: dt.datetime | None = None


class _Jobs(NamedTuple):
    """Of one kind in one state."""

    number: int = 0
    oldest: dt.datetime | None = None
    started: dt.datetime | None = None
    heartbeat: dt.datetime | None = None
    finished: dt.datetime | None = None


class MonitoringRepository:
    """Reads for monitoring, within one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def jobs(self, kinds: Collection[str]) -> dict[str, KindOfJob]:
        """By kind; those of `kinds` always, whether or not there are any."""
        job = JobRow
        query = select(
            job.kind,
            job.state,
            func.count(),
            func.min(func.coalesce(job.not_before, job.created_at)),
            func.min(job.started_at),
            func.min(job.heartbeat),
            func.max(job.finished_at),
        ).group_by(job.kind, job.state)
        found: dict[str, dict[JobState, _Jobs]] = {kind: {} for kind in kinds}
        for row in await self._session.execute(query):
            found.setdefault(row.kind, {})[JobState(row.state)] = _Jobs._make(row[2:])
        return {kind: _kind(by_state) for kind, by_state in found.items()}


def _kind(by_state: Mapping[JobState, _Jobs]) -> KindOfJob:
    of = {state: by_state.get(state, _Jobs()) for state in JobState}
    return KindOfJob(
        count={state: jobs.number for state, jobs in of.items()},
        oldest_queued=of[JobState.queued].oldest,
        longest_running=of[JobState.running].started,
        oldest_heartbeat=of[JobState.running].heartbeat,
        succeeded=of[JobState.succeeded].finished,
        failed=of[JobState.failed].finished,
    )
