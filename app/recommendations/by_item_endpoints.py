"""GET /v1/items/{id}/similar and /outfits: before the catalogue's own routes, which take whatever is left of a path."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import JSONResponse

from app.catalog.endpoints import FiltersDep, LocaleDep
from app.catalog.paths import EndsLiterally, ItemId, item_spelt
from app.catalog.repository import ItemRepository
from app.dependencies import ContainerDep, SessionDep, ShopDep
from app.errors import ItemNotFound, ItemNotIndexed, ItemNotWorn, ShopperNotFound
from app.feedback.endpoints import NamedDep
from app.feedback.memory import Memory
from app.feedback.naming import ID_HEADER, TOKEN_HEADER
from app.openapi.problems import problems
from app.recommendations.by_item import ByItemService
from app.recommendations.schemas import LooksOut, SimilarOut

router = APIRouter(prefix="/v1/items", tags=["catalogue"], route_class=EndsLiterally)


def service_of(container: ContainerDep, session: SessionDep) -> ByItemService:
    memory = Memory.of(session, container.popularity, container.settings.feedback)
    return ByItemService(ItemRepository(session), memory, container.live, container.engine.spec, container.settings)


def for_whom(shopper_id: NamedDep, response: Response) -> str | None:
    """The shopper, where a header names one: such an answer is theirs alone, and nobody between us may keep it."""
    if shopper_id is not None:
        response.headers["Cache-Control"] = "private, no-store"
    response.headers["Vary"] = f"{TOKEN_HEADER}, {ID_HEADER}"
    return shopper_id


WhomDep = Annotated[str | None, Depends(for_whom)]


ServiceDep = Annotated[ByItemService, Depends(service_of)]

REFUSALS = problems(ItemNotFound, ShopperNotFound, ItemNotWorn, ItemNotIndexed)


@router.get("/{item_id:path}/similar", response_model=SimilarOut, summary="What is like an item", responses=REFUSALS)
async def list_similar(
    _who: ShopDep,
    item_id: ItemId,
    service: ServiceDep,
    filters: FiltersDep,
    locale: LocaleDep,
    shopper_id: WhomDep,
    limit: Annotated[int, Query(ge=1, le=50, description="Suggestions at most.")] = 12,
) -> SimilarOut | JSONResponse:
    """What is most like an item already indexed, itself and its variants left out. Percent-encode an id's slashes.

    For a shopper named by header their taste and size count, and what they turned down or have stays out.
    """
    other = await item_spelt(service.items, item_id, "similar", locale)
    return other or await service.similar(item_id, filters, limit, locale, shopper_id)


@router.get("/{item_id:path}/outfits", response_model=LooksOut, summary="Looks around an item", responses=REFUSALS)
async def list_outfits(
    _who: ShopDep,
    item_id: ItemId,
    service: ServiceDep,
    filters: FiltersDep,
    locale: LocaleDep,
    shopper_id: WhomDep,
    limit: Annotated[int, Query(ge=1, le=6, description="Looks at most.")] = 3,
) -> LooksOut | JSONResponse:
    """Complete looks around an item already indexed. Percent-encode an id's slashes. A shopper is named by header."""
    other = await item_spelt(service.items, item_id, "outfits", locale)
    return other or await service.outfits(item_id, filters, limit, locale, shopper_id)
