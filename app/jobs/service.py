"""Use cases over jobs."""

import datetime as dt
from dataclasses import dataclass

from app.errors import JobNotFound
from app.jobs.repository import JobQuery, JobRepository
from app.jobs.tables import JobRow
from app.paging import bad_cursor, decode_cursor, encode_cursor
from app.times import in_utc


@dataclass(frozen=True, slots=True)
class JobService:
    """Reading and cancelling jobs."""

    jobs: JobRepository

    async def page(self, cursor: str | None, limit: int, query: JobQuery) -> tuple[list[JobRow], str | None]:
        """Jobs, newest first, and the cursor of the next page. Raises InvalidRequest for a foreign cursor."""
        rows = await self.jobs.page(_position(cursor) if cursor else None, limit + 1, query)
        shown = rows[:limit]
        following = encode_cursor(shown[-1].created_at.isoformat(), shown[-1].id) if len(rows) > limit else None
        return shown, following

    async def get(self, job_id: str) -> JobRow:
        """Raises JobNotFound."""
        row = await self.jobs.get(job_id)
        if row is None:
            raise JobNotFound(f"There is no job '{job_id[:64]}'. GET /v1/admin/jobs lists them.")
        return row

    async def cancel(self, job_id: str) -> JobRow:
        """The job, cancelled or asked to stop; a finished one as it is. Raises JobNotFound."""
        await self.get(job_id)
        await self.jobs.cancel(job_id)
        return await self.get(job_id)


def _position(cursor: str) -> tuple[dt.datetime, str]:
    moment, job_id = decode_cursor(cursor, parts=2)
    try:
        return in_utc(dt.datetime.fromisoformat(moment)), job_id
    except ValueError:
        raise bad_cursor() from None
