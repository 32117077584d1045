"""`tryon jobs`: list, show, watch, cancel and run again what the workers do, straight from the database."""

import contextlib
import json
from typing import Annotated

import typer
from rich.table import Table

from app.commands.console import Json, err, out, stages
from app.commands.databases import with_database, with_session
from app.db.session import Database
from app.jobs.events import follow
from app.jobs.queue import JobQueue
from app.jobs.repository import JobQuery, JobRepository
from app.jobs.schemas import JobOut
from app.jobs.service import JobService
from app.jobs.states import JobState
from app.jobs.watching import Watchers

jobs = typer.Typer(no_args_is_help=True, help="List, show, watch, cancel and retry jobs.")

SHOWN = 20
Id = Annotated[str, typer.Argument(metavar="JOB", help="The job's id, as 'tryon jobs list' shows it.")]


@jobs.command("list")
def list_(
    kind: Annotated[str | None, typer.Option(help="Only jobs of this kind: reindex, import.")] = None,
    state: Annotated[JobState | None, typer.Option(help="Only jobs in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 20,
    as_json: Json = False,
) -> None:
    """Show jobs, newest first."""

    rows, _ = with_session(lambda session: JobService(JobRepository(session)).page(None, limit, JobQuery(kind, state)))
    found = [JobOut.of(row) for row in rows]
    if as_json:
        out.print_json(json.dumps([job.model_dump(mode="json") for job in found]))
        return
    table = Table("id", "kind", "state", "stage", "done", "created", "attempts")
    for job in found:
        done = f"{job.done:,}" if job.total is None else f"{job.done:,} of {job.total:,}"
        created = f"{job.created_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(job.id, job.kind, str(job.state), job.stage, done, created, str(job.attempts))
    out.print(table)


@jobs.command()
def show(job_id: Id, as_json: Json = False) -> None:
    """Show one job with its errors and its result."""
    _print(with_database(lambda _, database: _get(database, job_id)), as_json)


@jobs.command()
def watch(job_id: Id, as_json: Json = False) -> None:
    """Follow a job to its end, whichever process runs it. Exits with 1 unless it succeeds.

    With --json each event is a line of its own.
    """
    job = with_database(lambda _, database: _watched(database, job_id, as_json))
    if not as_json:
        _print(job, as_json=False)
    if job.state is not JobState.succeeded:
        raise typer.Exit(1)


@jobs.command()
def cancel(job_id: Id, as_json: Json = False) -> None:
    """End a queued job at once, a running one at its next step."""

    row = with_session(lambda session: JobService(JobRepository(session)).cancel(job_id))
    _print(JobOut.of(row), as_json)


@jobs.command()
def retry(job_id: Id, as_json: Json = False) -> None:
    """Queue a failed or cancelled job again; a service or worker takes it up from where it was."""

    row = with_database(lambda _, database: JobQueue(database).retry(job_id))
    _print(JobOut.of(row), as_json)


async def _get(database: Database, job_id: str) -> JobOut:
    async with database.unit_of_work() as session:
        row = await JobService(JobRepository(session)).get(job_id)
    return JobOut.of(row)


async def _watched(database: Database, job_id: str, as_json: bool) -> JobOut:
    """The job when it has ended. Raises JobNotFound."""
    job = await _get(database, job_id)
    with contextlib.nullcontext() if as_json else stages() as advance:
        stage = job.stage or job.kind
        async for event in follow(database, Watchers(), job_id, 0):
            data = json.loads(event.data or "{}")
            if as_json:
                typer.echo(json.dumps({"event": event.event, **data}))
            elif event.event == "stage":
                stage = data["stage"]
            elif event.event == "error":
                err.print(data["reason"], markup=False)
            elif advance is not None and data["total"]:
                advance(stage, data["done"], data["total"])
    return await _get(database, job_id)


def _print(job: JobOut, as_json: bool) -> None:
    if as_json:
        out.print_json(job.model_dump_json())
        return
    told = job.model_dump(mode="json")
    errors, result = told.pop("errors"), told.pop("result")
    table = Table(show_header=False)
    for name, value in told.items():
        if value not in (None, ""):
            table.add_row(name, str(value))
    for name, value in (result or {}).items():
        table.add_row(f"result: {name}", str(value))
    out.print(table)
    for error in errors[:SHOWN]:
        err.print(f"  {error.get('item', '')} {error['reason']}".rstrip(), markup=False)
    if len(errors) > SHOWN:
        err.print(f"  and {len(errors) - SHOWN:,} more; --json has them all")
