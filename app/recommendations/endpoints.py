"""HTTP in, plain values through, HTTP out."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Header, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.asking import Gone, hung_up, never
from app.catalog.repository import ItemRepository
from app.container import Container
from app.db.scrub import scrub
from app.dependencies import ContainerDep, SessionDep, ShopDep, shop_caller
from app.errors import (
    FieldError,
    HeatmapUnavailable,
    HeatmapWithoutPhoto,
    InvalidRequest,
    PhotoTooLarge,
    RecommendationNotFound,
    ShopperNotFound,
    SuggestionNotFound,
    UnreadablePhoto,
    UnsupportedPhoto,
)
from app.etags import etag_of, matches
from app.feedback.endpoints import NamedDep, ShopperDep
from app.feedback.memory import Memory
from app.feedback.naming import TOKEN_HEADER, Naming, shopper_named
from app.feedback.repository import ShopperRepository
from app.idempotency.claims import Claim, KeyHeader, claimed, hash_of
from app.locales import AcceptLanguage, best_locale
from app.openapi.document import header
from app.openapi.parameters import path_id
from app.openapi.problems import problems
from app.openapi.schemas import picture
from app.paging import CursorQuery, LimitQuery, Page
from app.recommendations.form import Ask, form_schema, read_form
from app.recommendations.heatmap import DRAWING, overlay
from app.recommendations.relevance import packed
from app.recommendations.repository import RecommendationRepository
from app.recommendations.schemas import RecommendationOut
from app.recommendations.service import RecommendationRequest, RecommendationService
from app.texts import CleanText
from models.contracts import Weights

router = APIRouter(prefix="/v1/recommendations", tags=["recommendations"])
ROUTE = "POST /v1/recommendations"

RecommendationId = Annotated[str, path_id("As POST /v1/recommendations gave it.", "rec_8sN2vQ")]
UNSEEN = "The caller has it already."


@dataclass(frozen=True, slots=True)
class Form:
    """The checked form of one request, and the photos' bytes."""

    ask: Ask
    photos: list[bytes]

    def request(self, locale: str, shopper_id: str | None) -> RecommendationRequest:
        ask = self.ask
        return RecommendationRequest(
            photos=tuple(self.photos),
            description=ask.description,
            avoid=ask.avoid,
            photo_kind=ask.photo_kind,
            filters=ask.filters,
            budget=ask.budget.amount if ask.budget else None,
            examples=tuple((example.item_id, example.weight) for example in ask.examples),
            weights=Weights(image=ask.image_weight, text=ask.text_weight),
            fusion=ask.fusion,
            limit=ask.limit,
            outfits=ask.outfits,
            min_score=ask.min_score,
            mode=ask.mode,
            locale=locale,
            shopper_id=shopper_id,
        )


async def checked_form(request: Request, who: ShopDep, container: ContainerDep) -> Form:
    """Nothing is read from a caller who may not call."""
    return Form(*await read_form(request, container.settings))


FormDep = Annotated[Form, Depends(checked_form)]


async def asking(form: FormDep, who: ShopDep, by_header: NamedDep, container: ContainerDep) -> str | None:
    """Who asks, where the form or a header says so. Raises InvalidRequest when they name two, ShopperNotFound."""
    naming = Naming(form.ask.shopper_token, form.ask.shopper_id, ("shopper_token", "shopper_id"))
    found = await shopper_named(naming, who, container.database)
    if found is not None and by_header not in (None, found):
        reason = f"and the header {TOKEN_HEADER} name two shoppers; send one of them"
        raise InvalidRequest(f"shopper_token {reason}.", fields=[FieldError("shopper_token", reason)])
    return found if found is not None else by_header


AskingDep = Annotated[str | None, Depends(asking)]


async def held_key(
    who: ShopDep,
    form: FormDep,
    shopper_id: AskingDep,
    container: ContainerDep,
    idempotency_key: KeyHeader = None,
) -> AsyncIterator[Claim | None]:
    parts = [("shopper", (shopper_id or "").encode())]
    parts += [("ask", form.ask.model_dump_json().encode()), *(("photo", photo) for photo in form.photos)]
    async with claimed(container.database, idempotency_key, ROUTE, who.key_id, hash_of(parts)) as claim:
        yield claim


# scope="function", and before the session among the parameters: a commit that fails frees the key.
ClaimDep = Annotated[Claim | None, Depends(held_key, scope="function")]


def service_of(container: Container, session: AsyncSession, gone: Gone = never) -> RecommendationService:
    return RecommendationService(
        recommendations=RecommendationRepository(session),
        items=ItemRepository(session),
        shoppers=ShopperRepository(session),
        memory=Memory.of(session, container.popularity, container.settings.feedback),
        engine=container.engine,
        tagger=container.tagger,
        live=container.live,
        settings=container.settings,
        advisor=container.advisor,
        observer=container.instruments,
        gone=gone,
    )


def asked_service(request: Request, container: ContainerDep, session: SessionDep) -> RecommendationService:
    return service_of(container, session, partial(hung_up, request))


ServiceDep = Annotated[RecommendationService, Depends(asked_service)]


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    summary="Recommend garments and outfits",
    responses=problems(ShopperNotFound, PhotoTooLarge, UnsupportedPhoto, UnreadablePhoto) | {201: header("Location")},
    openapi_extra={"requestBody": form_schema()},
)
async def recommend(
    *,
    form: FormDep,
    shopper_id: AskingDep,
    claim: ClaimDep,
    service: ServiceDep,
    session: SessionDep,
    container: ContainerDep,
    response: Response,
    background: BackgroundTasks,
    accept_language: AcceptLanguage = None,
) -> RecommendationOut:
    """Ranked garments and complete outfits for photos, words or both: say one of them at least, or give examples.

    The answer is stored: fetch it again by its id. What was understood of the words stands in `query`.
    """
    if claim and claim.replay:
        answered = await service.get(claim.replay["id"])
    else:
        locale = best_locale(form.ask.locale, accept_language, container.settings.shop.locale)
        answered = await service.recommend(form.request(locale, shopper_id))
        if claim:
            await claim.finish(session, HTTPStatus.CREATED, {"id": answered.id})
        background.add_task(container.photos.keep, answered.id, form.photos)
    response.headers["Location"] = f"/v1/recommendations/{answered.id}"
    return answered


@router.get("", summary="A shopper's answers", responses=problems(ShopperNotFound))
async def list_recommendations(
    shopper_id: ShopperDep, service: ServiceDep, cursor: CursorQuery = None, limit: LimitQuery = 20
) -> Page[RecommendationOut]:
    """A shopper's answers as they were given, newest first. The shopper is named by header, never in the address."""
    return await service.history(shopper_id, cursor, limit)


@router.get(
    "/{recommendation_id}",
    summary="An answer, again",
    responses=problems(RecommendationNotFound),
    dependencies=[Depends(shop_caller)],
)
async def get_recommendation(recommendation_id: RecommendationId, service: ServiceDep) -> RecommendationOut:
    """What was answered then; only `item.gone` may differ."""
    return await service.get(recommendation_id)


@router.get(
    "/{recommendation_id}/heatmap",
    summary="What mattered in the photo",
    response_class=Response,
    responses=problems(RecommendationNotFound, SuggestionNotFound, HeatmapWithoutPhoto, HeatmapUnavailable)
    | {200: picture("image/png", "The overlay.") | header("ETag"), 304: {"description": UNSEEN} | header("ETag")},
)
async def get_heatmap(
    *,
    _who: ShopDep,
    recommendation_id: RecommendationId,
    container: ContainerDep,
    item_id: Annotated[CleanText, Query(min_length=1, max_length=128, description="A suggested item.")],
    width: Annotated[int, Query(ge=16, le=1024, description="Pixels, at most.")] = 480,
    if_none_match: Annotated[str | None, Header(description="ETags that the caller has.")] = None,
) -> Response:
    """What in the (first) photo mattered for that suggestion: a transparent PNG of its shape, to be laid over it."""
    # A session of its own, closed before the picture is drawn: drawing needs no database.
    async with container.database.unit_of_work() as session:
        found = await service_of(container, session).relevance(recommendation_id, item_id)
    headers = {"ETag": etag_of(DRAWING, packed(found), width), "Cache-Control": "private, max-age=3600"}
    if matches(if_none_match, headers["ETag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    data = await asyncio.to_thread(overlay, found, width)
    return Response(data, media_type="image/png", headers=headers)


@router.delete(
    "/{recommendation_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Erase an answer",
    responses=problems(RecommendationNotFound),
    dependencies=[Depends(shop_caller)],
)
async def erase_recommendation(recommendation_id: RecommendationId, container: ContainerDep) -> None:
    """Erase an answer and everything that hangs on it."""
    async with container.database.unit_of_work() as session:
        await service_of(container, session).erase(recommendation_id)
    await container.photos.forget([recommendation_id])
    await scrub(container.database)
