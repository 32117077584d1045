"""What the handler of a job is given: where to report and write down how far it came, and its stop signs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.session import Database
from app.jobs.repository import JobRepository
from app.jobs.states import Claim, pace

REPORT_EVERY_S = 0.25


class JobCancelled(Exception):
    """Raised inside a handler at the step after someone asked to cancel its job."""


class JobLost(Exception):
    """Raised inside a handler whose job was given to another worker: nothing it does counts any more."""


def _nobody_watches(job_id: str) -> None:
    """Told of every change by default."""


@dataclass(slots=True)
class JobContext:
    """Handed to a handler beside its parameters.

    Every method below raises JobCancelled when someone asked to stop and JobLost when another worker has the job by
    now: call them between units of work, and let both pass.

    Attributes:
        restored: what the last `checkpoint` of this job held, {} on a first run.
        errors: for the admin, shown as they come (with the next report) and kept over attempts.
    """

    claim: Claim
    database: Database
    restored: Mapping[str, Any] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    changed: Callable[[str], None] = _nobody_watches
    lost: bool = False
    cancelled: bool = False
    latest: dict[str, Any] = field(default_factory=dict)
    """The last progress, whether or not it was written yet."""
    _written_errors: int = -1
    _since: float = field(default_factory=monotonic)
    _from: int | None = None
    _reported: float = 0.0

    @property
    def job_id(self) -> str:
        return self.claim.job_id

    async def stage(self, name: str) -> None:
        """Begin a part of the work (`encode`, `build`, …): progress counts from nothing again."""
        self._since, self._from, self._reported = monotonic(), None, 0.0
        self.latest = {}
        await self.write(stage=name, done=0, total=None, rate=None, eta_s=None)

    async def progress(self, done: int, total: int | None) -> None:
        """Report a step. Written a few times a second at most, and when `done` reaches `total`."""
        moment = monotonic()
        if self._from is None:  # a resumed job is as fast as what it does now
            self._from, self._since = done, moment
        left = None if total is None else total - self._from
        rate, eta_s = pace(done - self._from, left, moment - self._since)
        self.latest = {"done": done, "total": total, "rate": rate, "eta_s": eta_s}
        self._check_flags()
        if done != total and moment - self._reported < REPORT_EVERY_S:
            return
        self._reported = moment
        await self.write(**self.latest)

    async def checkpoint(self, values: Mapping[str, Any]) -> None:
        """Keep `values` (JSON) in place of the last ones, durably: `restored` holds them if the job has to go on."""
        await self.write(checkpoint=dict(values))

    async def checkpoint_in(self, session: AsyncSession, values: Mapping[str, Any]) -> None:
        """As `checkpoint`, in the handler's own transaction: what it did and how far it came are kept both or neither.

        The job's row stays locked until that commits, so call it last. JobLost rolls the transaction back: two workers
        never do the same step twice.
        """
        cancelled = await JobRepository(session).report(self.claim, {"checkpoint": dict(values), **self.latest})
        self._note(cancelled)
        if self.lost:
            raise JobLost(self.job_id)

    async def write(self, **values: Any) -> None:
        """Store columns of the job, and errors that are new; beats the heart."""
        errors = self.errors if len(self.errors) != self._written_errors else None
        async with self.database.unit_of_work() as session:
            cancelled = await JobRepository(session).report(self.claim, values, errors)
        self._written_errors = len(self.errors)
        self._note(cancelled)
        self.changed(self.job_id)
        self._check_flags()

    async def beat(self) -> None:
        """Say that the worker lives, and see whether it still has the job. Raises nothing of the above."""
        async with self.database.unit_of_work() as session:
            self._note(await JobRepository(session).beat(self.claim))

    def _note(self, cancelled: bool | None) -> None:
        self.lost = self.lost or cancelled is None
        self.cancelled = self.cancelled or bool(cancelled)

    def _check_flags(self) -> None:
        if self.lost:
            raise JobLost(self.job_id)
        if self.cancelled:
            raise JobCancelled(self.job_id)


Handler = Callable[[JobContext, Mapping[str, Any]], Awaitable[dict[str, Any]]]
"""Does one kind of job: (context, params) → its result. Must be safe to run again after a crash."""
