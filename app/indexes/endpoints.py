"""Admin routes: index versions."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app.dependencies import AdminDep, ContainerDep
from app.errors import IndexDamaged, IndexVersionNotFound, ModelMismatch
from app.indexes.schemas import IndexOut
from app.indexes.service import IndexService
from app.openapi.parameters import path_id
from app.openapi.problems import problems
from app.paging import Page

router = APIRouter(prefix="/v1", tags=["admin"])


def index_service(container: ContainerDep) -> IndexService:
    return IndexService(container.snapshots, container.settings.index_dir, container.models)


IndexServiceDep = Annotated[IndexService, Depends(index_service)]
Version = Annotated[str, path_id("As GET /v1/admin/indexes lists it.", "20260321T084210-1f3a")]


@router.get("/admin/indexes", summary="Index versions")
async def list_indexes(_who: AdminDep, service: IndexServiceDep) -> Page[IndexOut]:
    """Index versions on disk, newest first."""
    return Page(items=await service.versions())


@router.post(
    "/admin/indexes/{version}/activate",
    summary="Switch to another index",
    responses=problems(IndexVersionNotFound, IndexDamaged, ModelMismatch),
)
async def activate_index(_who: AdminDep, version: Version, service: IndexServiceDep) -> IndexOut:
    """Verify another version and switch to it, for example back to the one before."""
    return await service.activate(version)
