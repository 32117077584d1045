"""`tryon jobs` over a real database, with no service running."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import cli
from app.db.migrate import upgrade
from app.db.session import Database
from app.jobs.queue import JobQueue
from app.jobs.repository import JobRepository
from app.jobs.states import Claim, JobState, Worker
from app.settings import Settings


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a reindex that failed; another waits behind it."""
    monkeypatch.setenv("TRYON_DATA_DIR", str(tmp_path))

    async def made() -> str:
        database = Database.of(Settings())
        await upgrade(database)
        failed = (await JobQueue(database).submit("reindex", {})).id
        async with database.unit_of_work() as session:
            row = await JobRepository(session).claim(["reindex"], Worker.this())
            assert row is not None
            claim = Claim(failed, row.worker, row.attempts)
            await JobRepository(session).finish(claim, JobState.failed, [{"reason": "the disk is full"}])
        await JobQueue(database).submit("import", {})
        await database.close()
        return failed

    return asyncio.run(made())


def tryon(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["jobs", *arguments])


def test_jobs_are_listed_shown_run_again_and_cancelled(job: str) -> None:
    listed = json.loads(tryon("list", "--json").output)
    assert [(one["kind"], one["state"]) for one in listed] == [("import", "queued"), ("reindex", "failed")]
    assert [one["id"] for one in json.loads(tryon("list", "--state", "failed", "--json").output)] == [job]
    assert "the disk is full" in tryon("show", job).output
    assert json.loads(tryon("retry", job, "--json").output)["state"] == "queued"
    assert json.loads(tryon("cancel", job, "--json").output)["state"] == "cancelled"


def test_watching_what_has_ended_tells_its_end_and_fails_with_it(job: str) -> None:
    watched = tryon("watch", job, "--json")
    assert watched.exit_code == 1
    events = [json.loads(line) for line in watched.output.splitlines()]
    assert [event["event"] for event in events] == ["error", "finished"]
    assert tryon("watch", job).exit_code == 1


def test_a_job_that_is_none_is_said_so(job: str) -> None:
    for command in ("show", "watch", "cancel", "retry"):
        result = tryon(command, "nope")
        assert result.exit_code == 1
        assert "There is no job 'nope'" in str(result.exception)
