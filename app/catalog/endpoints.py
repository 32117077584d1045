"""GET /v1/items, one item, its picture."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ValidationError

from app.catalog.narrowing.attributes import private_names
from app.catalog.paths import EndsLiterally, ItemId, item_spelt
from app.catalog.repository import ItemRepository
from app.catalog.schemas import FILTERS_EXAMPLE, Filters, ItemOut, ItemsOut
from app.catalog.service import CatalogService, item_out, render
from app.dependencies import ContainerDep, SessionDep, ShopDep
from app.errors import FieldError, InvalidRequest, ItemNotFound, PictureNotFound
from app.etags import etag_of, matches
from app.locales import AcceptLanguage, best_locale
from app.openapi.document import header
from app.openapi.problems import problems
from app.openapi.schemas import JsonText, picture
from app.paging import CursorQuery, LimitQuery
from app.settings import Locale

router = APIRouter(prefix="/v1", tags=["catalogue"], route_class=EndsLiterally)

RENDERING = "webp-1"
"""Part of every ETag: change it when the same file would be drawn otherwise."""


def catalog_service(session: SessionDep, container: ContainerDep) -> CatalogService:
    return CatalogService(ItemRepository(session), private_names(container.settings))


ServiceDep = Annotated[CatalogService, Depends(catalog_service)]


def wanted_locale(
    container: ContainerDep,
    locale: Annotated[Locale | None, Query(description="en or zh; else Accept-Language, else the shop's.")] = None,
    accept_language: AcceptLanguage = None,
) -> Locale:
    return best_locale(locale, accept_language, container.settings.shop.locale)


LocaleDep = Annotated[Locale, Depends(wanted_locale)]


def parsed_filters(
    filters: Annotated[
        str | None,
        JsonText(Filters, FILTERS_EXAMPLE),
        Query(max_length=20_000, description="What an item must be, as a JSON object."),
    ] = None,
) -> Filters:
    """Raises InvalidRequest naming each wrong field."""
    if not filters:
        return Filters()
    try:
        return Filters.parse(filters)
    except ValidationError as error:
        fields = [FieldError(".".join(("filters", *map(str, e["loc"]))), e["msg"]) for e in error.errors()]
    except ValueError as error:
        fields = [FieldError("filters", str(error))]
    raise InvalidRequest("; ".join(f"{f.field} {f.reason}" for f in fields[:3]) + ".", fields=fields)


FiltersDep = Annotated[Filters, Depends(parsed_filters)]


@router.get("/items", summary="The catalogue")
async def list_items(
    _who: ShopDep,
    service: ServiceDep,
    filters: FiltersDep,
    locale: LocaleDep,
    cursor: CursorQuery = None,
    limit: LimitQuery = 24,
) -> ItemsOut:
    """The catalogue by id, filtered, with facet counts on the first page."""
    return await service.page(filters, cursor, limit, locale)


@router.get(
    "/items/{item_id:path}/image",
    summary="An item's picture",
    response_class=Response,
    responses=problems(ItemNotFound, PictureNotFound)
    | {
        200: picture("image/webp", "The picture.") | header("ETag"),
        304: {"description": "The caller has it already."} | header("ETag"),
    },
)
async def get_item_image(
    _who: ShopDep,
    request: Request,
    item_id: ItemId,
    container: ContainerDep,
    locale: LocaleDep,
    width: Annotated[int | None, Query(ge=16, le=2048, description="Pixels, at most; its own when left out.")] = None,
) -> Response:
    """The item's first picture as WebP, at most `width` pixels wide."""
    # A session of its own, closed before the picture is drawn: drawing is slow and needs no database.
    async with container.database.unit_of_work() as session:
        if (other := await item_spelt(ItemRepository(session), item_id, "image", locale)) is not None:
            return other
        stored = await CatalogService(ItemRepository(session)).first_picture(item_id)
    etag = etag_of(RENDERING, stored.sha256, width)
    headers = {"ETag": etag, "Cache-Control": "public, max-age=3600"}
    if matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    data = await asyncio.to_thread(render, container.blobs, stored.blob_key, width, container.settings.limits)
    return Response(data, media_type="image/webp", headers=headers)


@router.get("/items/{item_id:path}", summary="An item", responses=problems(ItemNotFound))
async def get_item(_who: ShopDep, item_id: ItemId, service: ServiceDep, locale: LocaleDep) -> ItemOut:
    """One item, as suggestions show it."""
    # Keep this route last: a feed's own id may hold slashes, so it takes whatever is left of the path.
    return item_out(await service.item(item_id), locale)
