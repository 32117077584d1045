"""POST /v1/tags."""

from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from app.asking import hung_up
from app.container import Container
from app.dependencies import ContainerDep, ShopDep
from app.errors import PhotoTooLarge, UnreadablePhoto, UnsupportedPhoto
from app.idempotency.claims import KeyHeader, claimed, hash_of
from app.locales import AcceptLanguage, best_locale
from app.openapi.problems import problems
from app.settings import Locale
from app.tags.form import TagForm, read_tag_form, tag_form_schema
from app.tags.schemas import AttributesOut, LabelsOut
from app.tags.service import TagService

router = APIRouter(prefix="/v1/tags", tags=["tags"])
ROUTE = "POST /v1/tags"


async def checked_form(request: Request, who: ShopDep, container: ContainerDep) -> TagForm:
    """Nothing is read from a caller who may not call."""
    return await read_tag_form(request, container.settings.limits)


FormDep = Annotated[TagForm, Depends(checked_form)]


@router.post(
    "",
    summary="What a photo shows",
    responses=problems(PhotoTooLarge, UnsupportedPhoto, UnreadablePhoto),
    openapi_extra={"requestBody": tag_form_schema()},
)
async def tag_photo(
    request: Request,
    who: ShopDep,
    form: FormDep,
    container: ContainerDep,
    accept_language: AcceptLanguage = None,
    idempotency_key: KeyHeader = None,
) -> LabelsOut | AttributesOut:
    """What a photo shows: the probability of each label given, or, without labels, the taxonomy's attributes."""
    locale = best_locale(form.ask.locale, accept_language, container.settings.shop.locale)
    asked = form.ask.model_copy(update={"locale": locale})
    body = hash_of([("ask", asked.model_dump_json().encode()), ("photo", form.photo)])
    async with claimed(container.database, idempotency_key, ROUTE, who.key_id, body) as claim:
        if claim and claim.replay:
            answer = LabelsOut if form.ask.labels else AttributesOut
            return answer.model_validate(claim.replay)
        told = await _told(request, container, form, locale)
        if claim:
            async with container.database.unit_of_work() as session:
                await claim.finish(session, HTTPStatus.OK, told.model_dump(mode="json"))
        return told


async def _told(request: Request, container: Container, form: TagForm, locale: Locale) -> LabelsOut | AttributesOut:
    limits, gone = container.settings.limits, partial(hung_up, request)
    service = TagService(container.engine, container.tagger, container.senses, limits, gone)
    if form.ask.labels:
        return await service.labels(form.photo, form.ask.photo_kind, form.ask.labels)
    return await service.attributes(form.photo, form.ask.photo_kind, locale)
