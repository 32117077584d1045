"""GET /v1/items/{id}/similar and /outfits: before the catalogue's own routes, which take whatever is left of a path."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from app.catalog.endpoints import FiltersDep, LocaleDep
from app.catalog.paths import EndsLiterally, item_spelt
from app.catalog.repository import ItemRepository
from app.dependencies import ContainerDep, SessionDep, ShopDep
from app.recommendations.by_item import ByItemService
from app.recommendations.schemas import LooksOut, SimilarOut

router = APIRouter(prefix="/v1/items", tags=["catalogue"], route_class=EndsLiterally)


def service_of(container: ContainerDep, session: SessionDep) -> ByItemService:
    return ByItemService(ItemRepository(session), container.live, container.engine.spec, container.settings)


ServiceDep = Annotated[ByItemService, Depends(service_of)]


@router.get("/{item_id:path}/similar", response_model=SimilarOut)
async def similar(
    _who: ShopDep,
    item_id: str,
    service: ServiceDep,
    filters: FiltersDep,
    locale: LocaleDep,
    limit: Annotated[int, Query(ge=1, le=50, description="Suggestions at most.")] = 12,
) -> SimilarOut | JSONResponse:
    """What is most like an item already indexed, itself and its variants left out. Percent-encode an id's slashes."""
    other = await item_spelt(service.items, item_id, "similar", locale)
    return other or await service.similar(item_id, filters, limit, locale)


@router.get("/{item_id:path}/outfits", response_model=LooksOut)
async def outfits(
    _who: ShopDep,
    item_id: str,
    service: ServiceDep,
    filters: FiltersDep,
    locale: LocaleDep,
    limit: Annotated[int, Query(ge=1, le=6, description="Looks at most.")] = 3,
) -> LooksOut | JSONResponse:
    """Complete looks around an item already indexed. Percent-encode an id's slashes."""
    other = await item_spelt(service.items, item_id, "outfits", locale)
    return other or await service.outfits(item_id, filters, limit, locale)
