"""Admin routes: a feed in, and what became of its rows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import yaml
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ValidationError

from app.catalog.importing.outcomes import RowOutcome
from app.dependencies import AdminDep, ContainerDep, SessionDep
from app.errors import FieldError, InvalidRequest, JobNotFound, RequestTooLarge
from app.idempotency.claims import KeyHeader, claimed, hash_of
from app.imports.files import FEED, PICTURES, ImportFiles
from app.imports.repository import OutcomeRepository
from app.imports.schemas import ImportIn, ImportOptions, RowOut
from app.imports.service import ImportService, OutcomeService, check_mapping
from app.imports.upload import Upload, digest_of, stream_to
from app.jobs.endpoints import JobId, queued_once
from app.jobs.repository import JobRepository
from app.jobs.schemas import JobOut
from app.jobs.service import JobService
from app.multipart import field_errors, refuse
from app.openapi.document import header
from app.openapi.problems import problems
from app.openapi.schemas import BINARY, component, form_body
from app.paging import CursorQuery, LimitQuery, Page

router = APIRouter(prefix="/v1", tags=["admin"])

ROUTE = "/v1/admin/imports"
OPTIONS = tuple(ImportOptions.model_fields)
JSON_BYTES = 1_000_000


def _body_schema() -> dict[str, Any]:
    """What the OpenAPI document says of the body, which is read by hand as it may be large."""
    files = {FEED: BINARY, PICTURES: BINARY}
    return {"requestBody": form_body(ImportOptions, files, (FEED,), json=component(ImportIn))}


def import_service(container: ContainerDep) -> ImportService:
    return ImportService(container.jobs, ImportFiles(container.settings.imports_dir))


def outcome_service(session: SessionDep) -> OutcomeService:
    return OutcomeService(JobService(JobRepository(session)), OutcomeRepository(session))


ImportServiceDep = Annotated[ImportService, Depends(import_service)]
OutcomeServiceDep = Annotated[OutcomeService, Depends(outcome_service)]


@router.post(
    "/admin/imports",
    status_code=202,
    summary="Import a feed",
    responses={202: header("Location")},
    openapi_extra=_body_schema(),
)
async def start_import(
    who: AdminDep,
    request: Request,
    container: ContainerDep,
    service: ImportServiceDep,
    response: Response,
    idempotency_key: KeyHeader = None,
) -> JobOut:
    """Import a feed: a form with `feed` (and `pictures`, a zip archive), or JSON with its `url`. One at a time."""
    job_id = service.new_id()
    async with _no_leftovers(service.files, job_id):
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
            wanted, parts = await _by_address(request), []
        else:
            upload = await _uploaded(request, service.files, job_id)
            wanted = await asyncio.to_thread(_options, upload)  # a mapping may be long, and YAML is read slowly
            parts = await asyncio.to_thread(_digests, upload) if idempotency_key is not None else []
        check_mapping(wanted)
        asked = hash_of([("options", wanted.model_dump_json().encode()), *parts])
        async with claimed(container.database, idempotency_key, f"POST {ROUTE}", who.key_id, asked) as claim:
            job = await queued_once(container, claim, lambda: service.queue(job_id, wanted))
        if job.id != job_id:
            await service.files.remove(job_id)
    response.headers["Location"] = f"/v1/admin/jobs/{job.id}"
    return job


@router.get("/admin/jobs/{job_id}/rows", summary="What became of a feed's rows", responses=problems(JobNotFound))
async def list_rows(
    _who: AdminDep,
    job_id: JobId,
    service: OutcomeServiceDep,
    outcome: Annotated[RowOutcome | None, Query(description="Only rows of which this became.")] = None,
    cursor: CursorQuery = None,
    limit: LimitQuery = 24,
) -> Page[RowOut]:
    """What became of an import's rows, in the order of the feed; retired items behind them."""
    rows, following = await service.page(job_id, outcome, cursor, limit)
    return Page(items=[RowOut.of(row) for row in rows], next=following)


@asynccontextmanager
async def _no_leftovers(files: ImportFiles, job_id: str) -> AsyncIterator[None]:
    """Files of a request that fails do not stay."""
    try:
        yield
    except BaseException:
        await files.remove(job_id)
        raise


async def _by_address(request: Request) -> ImportOptions:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > JSON_BYTES:
            raise RequestTooLarge(f"JSON may have {JSON_BYTES:,} bytes here. Send a feed as a file or by its address.")
    try:
        return ImportIn.model_validate_json(bytes(body), strict=True)  # lax, true would be a share: all of it
    except ValidationError as error:
        refuse(field_errors(error))
        raise


async def _uploaded(request: Request, files: ImportFiles, job_id: str) -> Upload:
    folder = files.folder(job_id)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    upload = await stream_to(folder, request, files=(FEED, PICTURES), fields=OPTIONS)
    feed = upload.files.get(FEED)
    if feed is None or not feed.stat().st_size:
        reason = "is missing; send the feed as a file" if feed is None else "is an empty file; send the feed itself"
        raise InvalidRequest(f"{FEED} {reason}.", fields=[FieldError(FEED, reason)])
    return upload


def _options(upload: Upload) -> ImportOptions:
    """The form's text fields; `mapping` is JSON or YAML. Raises InvalidRequest."""
    given: dict[str, Any] = {name: text for name, text in upload.fields.items() if text.strip()}
    if "mapping" in given:
        try:
            given["mapping"] = yaml.safe_load(given["mapping"])
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            reason = 'is neither JSON nor YAML; write {"field": "column"}'
            raise InvalidRequest(f"mapping {reason}.", fields=[FieldError("mapping", reason)]) from error
    try:
        return ImportOptions.model_validate(given)
    except ValidationError as error:
        refuse(field_errors(error))
        raise


def _digests(upload: Upload) -> list[tuple[str, bytes]]:
    return [(name, digest_of(path)) for name, path in sorted(upload.files.items())]
