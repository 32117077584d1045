"""Use cases: queue an import, and page through what became of its rows."""

import asyncio
import uuid
from dataclasses import dataclass

from app.catalog.feeds.mapping import ColumnMapping
from app.catalog.importing.outcomes import RowOutcome
from app.errors import FieldError, ImportFailed, InvalidRequest
from app.imports.files import ImportFiles
from app.imports.job import IMPORT
from app.imports.repository import OutcomeRepository
from app.imports.schemas import ImportOptions
from app.jobs.queue import JobQueue
from app.jobs.service import JobService
from app.jobs.tables import JobOutcomeRow, JobRow
from app.paging import decode_number, encode_cursor


@dataclass(frozen=True, slots=True)
class ImportService:
    """Queues imports."""

    jobs: JobQueue
    files: ImportFiles

    def new_id(self) -> str:
        """The id of a job to come, under which its files lie before anybody sees it."""
        return uuid.uuid4().hex

    async def queue(self, job_id: str, wanted: ImportOptions) -> JobRow:
        """Queue an import of what lies under `job_id`, or of what its `url` gives. One runs at a time, others wait."""
        params = wanted.model_dump(mode="json")
        if (feed := await asyncio.to_thread(self.files.feed, job_id)) is not None:
            params["feed"] = feed.name
        return await self.jobs.submit(IMPORT, params, lane=IMPORT, job_id=job_id)


@dataclass(frozen=True, slots=True)
class OutcomeService:
    """Reading what became of a job's rows."""

    jobs: JobService
    outcomes: OutcomeRepository

    async def page(
        self, job_id: str, outcome: RowOutcome | None, cursor: str | None, limit: int
    ) -> tuple[list[JobOutcomeRow], str | None]:
        """Rows in the order of the feed, and the cursor of the next page.

        Raises:
            JobNotFound: there is no such job.
            InvalidRequest: a foreign cursor.
        """
        await self.jobs.get(job_id)
        rows = await self.outcomes.page(job_id, outcome, decode_number(cursor) if cursor else 0, limit + 1)
        shown = rows[:limit]
        return shown, encode_cursor(str(shown[-1].position)) if len(rows) > limit else None


def check_mapping(options: ImportOptions) -> None:
    """Raises InvalidRequest for a mapping that names a field we do not have."""
    try:
        ColumnMapping.of({**options.mapping})
    except ImportFailed as error:
        raise InvalidRequest(error.detail, fields=[FieldError("mapping", error.detail)]) from error
