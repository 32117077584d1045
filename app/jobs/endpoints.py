"""Admin routes: reindex, jobs, index versions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.dependencies import AdminDep, ContainerDep, SessionDep
from app.errors import FieldError, InvalidRequest
from app.jobs.repository import JobRepository
from app.jobs.schemas import IndexOut, JobOut, ReindexIn
from app.jobs.service import IndexService, JobService
from app.paging import CursorQuery, LimitQuery, Page

router = APIRouter(prefix="/v1", tags=["admin"])

REINDEX = "reindex"


def job_service(session: SessionDep) -> JobService:
    return JobService(JobRepository(session))


def index_service(container: ContainerDep) -> IndexService:
    return IndexService(container.snapshots, container.live, container.engine.spec, container.settings.index_dir)


JobServiceDep = Annotated[JobService, Depends(job_service)]
IndexServiceDep = Annotated[IndexService, Depends(index_service)]


@router.post("/admin/reindex", status_code=202)
async def start_reindex(
    _who: AdminDep, container: ContainerDep, response: Response, body: ReindexIn | None = None
) -> JobOut:
    """Encode what lacks a vector, build an index beside the live one, verify it, switch. One at a time."""
    wanted = body or ReindexIn()
    loaded = container.engine.spec.name
    if wanted.model is not None and wanted.model != loaded:
        reason = f"is not the loaded model '{loaded}'; start the service with TRYON_MODEL__NAME={wanted.model}"
        raise InvalidRequest(f"model {reason}, then reindex.", fields=[FieldError("model", reason)])
    params = {"force": wanted.force, "reencode": wanted.reencode}
    job = await container.jobs.submit(REINDEX, params, exclusive=True)
    response.headers["Location"] = f"/v1/admin/jobs/{job.id}"
    return JobOut.of(job)


@router.get("/admin/jobs")
async def list_jobs(
    _who: AdminDep, service: JobServiceDep, cursor: CursorQuery = None, limit: LimitQuery = 24
) -> Page[JobOut]:
    """Jobs, newest first."""
    rows, following = await service.page(cursor, limit)
    return Page(items=[JobOut.of(row) for row in rows], next=following)


@router.get("/admin/jobs/{job_id}")
async def get_job(_who: AdminDep, job_id: str, service: JobServiceDep) -> JobOut:
    return JobOut.of(await service.get(job_id))


@router.post("/admin/jobs/{job_id}/cancel")
async def cancel_job(_who: AdminDep, job_id: str, service: JobServiceDep) -> JobOut:
    """A queued job ends at once, a running one at its next step."""
    return JobOut.of(await service.cancel(job_id))


@router.get("/admin/indexes")
async def list_indexes(_who: AdminDep, service: IndexServiceDep) -> Page[IndexOut]:
    """Index versions on disk, newest first."""
    return Page(items=await service.versions())


@router.post("/admin/indexes/{version}/activate")
async def activate_index(_who: AdminDep, version: str, service: IndexServiceDep) -> IndexOut:
    """Switch to another version, for example back to the one before."""
    return await service.activate(version)
