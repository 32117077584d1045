"""Admin routes: reindex and jobs."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Response
from sse_starlette import EventSourceResponse

from app.container import Container
from app.dependencies import AdminDep, ContainerDep, SessionDep
from app.errors import JobNotFound, JobNotRetryable, ReindexRunning
from app.idempotency.claims import Claim, KeyHeader, claimed, hash_of
from app.jobs.events import follow, seen_by
from app.jobs.repository import JobQuery, JobRepository
from app.jobs.schemas import JobOut, ReindexIn
from app.jobs.service import JobService
from app.jobs.states import JobState
from app.jobs.tables import JobRow
from app.openapi.document import header
from app.openapi.parameters import path_id
from app.openapi.problems import problems
from app.paging import CursorQuery, LimitQuery, Page
from app.texts import CleanText

router = APIRouter(prefix="/v1", tags=["admin"])

REINDEX = "reindex"
PING_S, SEND_S = 15, 30
"""Seconds between comments that keep proxies from hanging up, and until a reader that takes nothing is given up."""

KindQuery = Annotated[
    CleanText | None, Query(max_length=32, description="Only jobs of this kind.", examples=["import", "reindex"])
]
StateQuery = Annotated[JobState | None, Query(description="Only jobs in this state.")]
LastEventHeader = Annotated[
    str | None,
    Header(max_length=20, description="Id of the last event seen.", json_schema_extra={"pattern": "^[0-9]*$"}),
]
JobId = Annotated[str, path_id("As the answer that began the job gave it.", "0d1f4c2e9b6a47d5")]
EVENT = {
    "type": "object",
    "description": "Each event. `data` is JSON: of `stage` its name, of `error` as in a job's `errors`, of `progress` "
    "where it stands, and of `finished` the whole job.",
    "properties": {
        "id": {"type": "string"},
        "event": {"enum": ["stage", "progress", "error", "finished"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["event", "data"],
}
AN_EVENT = {"id": "7", "event": "progress", "data": '{"state": "running", "stage": "encode", "done": 64, "total": 200}'}
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The stream; of events that came together only the last has an id.",
        "content": {"text/event-stream": {"schema": EVENT, "example": AN_EVENT}},
    },
    204: {"description": "Everything of this job was seen."},
}


def job_service(session: SessionDep) -> JobService:
    return JobService(JobRepository(session))


JobServiceDep = Annotated[JobService, Depends(job_service)]


@router.post(
    "/admin/reindex",
    status_code=202,
    summary="Build a new index and switch to it",
    responses=problems(ReindexRunning) | {202: header("Location")},
)
async def start_reindex(
    who: AdminDep,
    container: ContainerDep,
    response: Response,
    body: ReindexIn | None = None,
    idempotency_key: KeyHeader = None,
) -> JobOut:
    """Encode what lacks a vector, build an index beside the live one, verify it, switch. One at a time.

    With another `model` all is embedded by that one while the one in use goes on answering; both then switch together.
    """
    wanted = body or ReindexIn()
    asked = hash_of([("body", wanted.model_dump_json().encode())])
    params = wanted.model_dump(exclude_none=True)
    async with claimed(container.database, idempotency_key, f"POST {REINDEX}", who.key_id, asked) as claim:
        job = await queued_once(container, claim, lambda: container.jobs.submit(REINDEX, params, exclusive=True))
    response.headers["Location"] = f"/v1/admin/jobs/{job.id}"
    return job


async def queued_once(container: Container, claim: Claim | None, queue: Callable[[], Awaitable[JobRow]]) -> JobOut:
    """The job that a first request with this key queued, or the one that `queue` makes."""
    if claim and claim.replay:
        async with container.database.unit_of_work() as session:
            return JobOut.of(await JobService(JobRepository(session)).get(claim.replay["id"]))
    job = await queue()
    if claim:
        async with container.database.unit_of_work() as session:
            await claim.finish(session, HTTPStatus.ACCEPTED, {"id": job.id})
    return JobOut.of(job)


@router.get("/admin/jobs", summary="Jobs")
async def list_jobs(
    _who: AdminDep,
    service: JobServiceDep,
    cursor: CursorQuery = None,
    limit: LimitQuery = 24,
    kind: KindQuery = None,
    state: StateQuery = None,
) -> Page[JobOut]:
    """Jobs, newest first: all, or those of one kind or in one state."""
    rows, following = await service.page(cursor, limit, JobQuery(kind, state))
    return Page(items=[JobOut.of(row) for row in rows], next=following)


@router.get("/admin/jobs/{job_id}", summary="A job", responses=problems(JobNotFound))
async def get_job(_who: AdminDep, job_id: JobId, service: JobServiceDep) -> JobOut:
    """How far a job is, and what came of it."""
    return JobOut.of(await service.get(job_id))


@router.post("/admin/jobs/{job_id}/cancel", summary="Cancel a job", responses=problems(JobNotFound))
async def cancel_job(_who: AdminDep, job_id: JobId, service: JobServiceDep) -> JobOut:
    """A queued job ends at once, a running one at its next step."""
    return JobOut.of(await service.cancel(job_id))


@router.post(
    "/admin/jobs/{job_id}/retry",
    status_code=202,
    summary="Run a job again",
    responses=problems(JobNotFound, JobNotRetryable, ReindexRunning),
)
async def retry_job(_who: AdminDep, job_id: JobId, container: ContainerDep) -> JobOut:
    """Run a failed or cancelled job again: it goes on from what it had finished."""
    return JobOut.of(await container.jobs.retry(job_id))


@router.get(
    "/admin/jobs/{job_id}/events",
    summary="Watch a job",
    response_class=EventSourceResponse,
    responses=problems(JobNotFound) | EVENTS,
)
async def watch_job(
    _who: AdminDep, job_id: JobId, container: ContainerDep, last_event_id: LastEventHeader = None
) -> Response:
    """Server-sent events `stage`, `progress`, `error` and, at the end, `finished` with the whole job.

    Read it by fetch, with the key in its header; come back with `Last-Event-ID` to go on. 204: nothing more will come.
    """
    async with container.database.unit_of_work() as session:
        row = await JobService(JobRepository(session)).get(job_id)
    seen = seen_by(last_event_id, row)
    if JobState(row.state).final and seen == row.sequence:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return EventSourceResponse(
        follow(container.database, container.jobs.watchers, job_id, seen), ping=PING_S, send_timeout=SEND_S
    )
