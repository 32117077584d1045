"""Admin routes that only look: the catalogue with its problems, one item in full, any of its pictures."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.catalog.endpoints import FiltersDep, LocaleDep
from app.catalog.inspection.repository import Look, Problem, words_of
from app.catalog.inspection.schemas import InspectedItems, ItemInspection
from app.catalog.inspection.service import InspectionService
from app.catalog.paths import EndsLiterally, ItemId
from app.catalog.service import render
from app.dependencies import AdminDep, ContainerDep, SessionDep
from app.errors import ItemNotFound, PictureNotFound
from app.openapi.problems import problems
from app.openapi.schemas import picture
from app.paging import CursorQuery, LimitQuery
from app.texts import CleanText

router = APIRouter(prefix="/v1/admin", tags=["admin"], route_class=EndsLiterally)


def inspection_service(session: SessionDep, container: ContainerDep) -> InspectionService:
    return InspectionService(session, container.engine.spec)


InspectionDep = Annotated[InspectionService, Depends(inspection_service)]


@router.get("/items", summary="The catalogue with its problems")
async def inspect_items(
    _who: AdminDep,
    service: InspectionDep,
    filters: FiltersDep,
    locale: LocaleDep,
    q: Annotated[CleanText | None, Query(max_length=200, description="Words of id, title, brand or group.")] = None,
    problem: Annotated[Problem | None, Query(description="Only items that have it.")] = None,
    cursor: CursorQuery = None,
    limit: LimitQuery = 48,
) -> InspectedItems:
    """The catalogue by id, with stock, problems and, on the first page, facets and how many have each problem."""
    return await service.page(Look(service.spec, words_of(q), problem), filters, cursor, limit, locale)


@router.get(
    "/items/{item_id:path}/picture",
    summary="Any picture of an item",
    response_class=Response,
    responses=problems(ItemNotFound, PictureNotFound) | {200: picture("image/webp", "The picture.")},
)
async def inspect_picture(
    _who: AdminDep,
    item_id: ItemId,
    container: ContainerDep,
    position: Annotated[int, Query(ge=0, lt=2**31, description="Which, counted from 0.")] = 0,
    width: Annotated[int | None, Query(ge=16, le=2048, description="Pixels, at most; its own when left out.")] = None,
) -> Response:
    """Any picture of an item as WebP, counted from 0, at most `width` pixels wide."""
    # A session of its own, closed before the picture is drawn: drawing is slow and needs no database.
    async with container.database.unit_of_work() as session:
        stored = await InspectionService(session, container.engine.spec).picture(item_id, position)
    data = await asyncio.to_thread(render, container.blobs, stored.blob_key, width, container.settings.limits)
    return Response(data, media_type="image/webp", headers={"Cache-Control": "private, max-age=3600"})


@router.get("/items/{item_id:path}", summary="Everything known of an item", responses=problems(ItemNotFound))
async def inspect_item(_who: AdminDep, item_id: ItemId, service: InspectionDep, locale: LocaleDep) -> ItemInspection:
    """Everything known of an item: what its feed said, what was inferred, its vectors by model."""
    return await service.item(item_id, locale)
