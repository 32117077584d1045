"""Admin routes: reindex and jobs."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response
from sse_starlette import EventSourceResponse

from app.container import Container
from app.dependencies import AdminDep, ContainerDep, SessionDep
from app.idempotency.claims import Claim, KeyHeader, claimed, hash_of
from app.jobs.events import follow, seen_by
from app.jobs.repository import JobQuery, JobRepository
from app.jobs.schemas import JobOut, ReindexIn
from app.jobs.service import JobService
from app.jobs.states import JobState
from app.jobs.tables import JobRow
from app.paging import CursorQuery, LimitQuery, Page

router = APIRouter(prefix="/v1", tags=["admin"])

REINDEX = "reindex"
PING_S, SEND_S = 15, 30
"""Seconds between comments that keep proxies from hanging up, and until a reader that takes nothing is given up."""

KindQuery = Annotated[str | None, Query(max_length=32)]
LastEventHeader = Annotated[str | None, Header(max_length=20)]


def job_service(session: SessionDep) -> JobService:
    return JobService(JobRepository(session))


JobServiceDep = Annotated[JobService, Depends(job_service)]


@router.post("/admin/reindex", status_code=202)
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


@router.get("/admin/jobs")
async def list_jobs(
    _who: AdminDep,
    service: JobServiceDep,
    cursor: CursorQuery = None,
    limit: LimitQuery = 24,
    kind: KindQuery = None,
    state: JobState | None = None,
) -> Page[JobOut]:
    """Jobs, newest first: all, or those of one kind or in one state."""
    rows, following = await service.page(cursor, limit, JobQuery(kind, state))
    return Page(items=[JobOut.of(row) for row in rows], next=following)


@router.get("/admin/jobs/{job_id}")
async def get_job(_who: AdminDep, job_id: str, service: JobServiceDep) -> JobOut:
    return JobOut.of(await service.get(job_id))


@router.post("/admin/jobs/{job_id}/cancel")
async def cancel_job(_who: AdminDep, job_id: str, service: JobServiceDep) -> JobOut:
    """A queued job ends at once, a running one at its next step."""
    return JobOut.of(await service.cancel(job_id))


@router.post("/admin/jobs/{job_id}/retry", status_code=202)
async def retry_job(_who: AdminDep, job_id: str, container: ContainerDep) -> JobOut:
    """Run a failed or cancelled job again: it goes on from what it had finished."""
    return JobOut.of(await container.jobs.retry(job_id))


@router.get("/admin/jobs/{job_id}/events", response_class=EventSourceResponse)
async def watch_job(
    _who: AdminDep, job_id: str, container: ContainerDep, last_event_id: LastEventHeader = None
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
