"""Waiting for jobs by what the database says, never by a fixed time."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from app.db.session import Database
from app.jobs.repository import JobRepository
from app.jobs.states import JobState
from app.jobs.tables import JobRow

WaitFor = Callable[[str, JobState], Awaitable[JobRow]]


@pytest.fixture
def wait_for(database: Database) -> WaitFor:
    """`await wait_for(job_id, state)`: the job once it is in that state; fails after ten seconds."""

    async def wait(job_id: str, state: JobState) -> JobRow:
        async with asyncio.timeout(10):
            while True:
                async with database.unit_of_work() as session:
                    row = await JobRepository(session).get(job_id)
                assert row is not None
                if row.state == state:
                    return row
                assert not JobState(row.state).final, f"{row.state}: {row.errors}"
                await asyncio.sleep(0.01)

    return wait
