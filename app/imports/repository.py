"""The only SQL about what became of a feed's rows. Never commits."""

import dataclasses
from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.importing.outcomes import RowOutcome, RowReport
from app.jobs.tables import JobOutcomeRow


class OutcomeRepository:
    """Outcomes by row, in the order of the feed."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, job_id: str, rows: Sequence[RowReport]) -> None:
        """Keep them; a position counts once for a job."""
        if rows:
            await self._session.execute(insert(JobOutcomeRow), [_values(job_id, row) for row in rows])

    async def page(self, job_id: str, outcome: RowOutcome | None, after: int, limit: int) -> list[JobOutcomeRow]:
        """Up to `limit` rows of a job behind position `after`; of one outcome, or of all."""
        rows = select(JobOutcomeRow).where(JobOutcomeRow.job_id == job_id, JobOutcomeRow.position > after)
        if outcome is not None:
            rows = rows.where(JobOutcomeRow.outcome == outcome.value)
        return list(await self._session.scalars(rows.order_by(JobOutcomeRow.position).limit(limit)))


def _values(job_id: str, row: RowReport) -> dict[str, object]:
    return {
        "job_id": job_id,
        "position": row.position,
        "line": row.line,
        "item_id": row.item_id,
        "outcome": row.outcome.value,
        "issues": [dataclasses.asdict(issue) for issue in row.issues],
    }
