"""Admin routes: index versions."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app.dependencies import AdminDep, ContainerDep
from app.indexes.schemas import IndexOut
from app.indexes.service import IndexService
from app.paging import Page

router = APIRouter(prefix="/v1", tags=["admin"])


def index_service(container: ContainerDep) -> IndexService:
    return IndexService(container.snapshots, container.settings.index_dir, container.models)


IndexServiceDep = Annotated[IndexService, Depends(index_service)]


@router.get("/admin/indexes")
async def list_indexes(_who: AdminDep, service: IndexServiceDep) -> Page[IndexOut]:
    """Index versions on disk, newest first."""
    return Page(items=await service.versions())


@router.post("/admin/indexes/{version}/activate")
async def activate_index(_who: AdminDep, version: str, service: IndexServiceDep) -> IndexOut:
    """Verify another version and switch to it, for example back to the one before."""
    return await service.activate(version)
