"""HTTP in, plain values through, HTTP out."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.catalog.repository import ItemRepository
from app.db.scrub import scrub
from app.dependencies import ContainerDep, SessionDep, ShopDep
from app.errors import FieldError, InvalidRequest, ShopperNotFound
from app.feedback.events import Event, Outcome, Result
from app.feedback.naming import (
    ID_HEADER,
    NOBODY,
    SHOPPER_ID,
    TOKEN_HEADER,
    IdHeader,
    Naming,
    TokenHeader,
    shopper_named,
)
from app.feedback.repository import EventRepository, ShopperRepository
from app.feedback.schemas import EventsIn, EventsOut, ShopperOut, SizesIn, SizesOut
from app.feedback.service import FeedbackService
from app.idempotency.claims import Claim, KeyHeader, claimed, hash_of
from app.openapi.document import header
from app.openapi.parameters import path_id
from app.openapi.problems import problems
from app.recommendations.repository import RecommendationRepository

router = APIRouter(prefix="/v1", tags=["shoppers"])
ROUTE = "POST /v1/events"

ShopperId = Annotated[
    str,
    path_id("As POST /v1/shoppers gave it; with a server's key also the shop's.", "shp_k3Zt9w", SHOPPER_ID.pattern),
]


async def named(
    who: ShopDep, container: ContainerDep, token: TokenHeader = None, shopper_id: IdHeader = None
) -> str | None:
    """Who the shopper is, where headers say so."""
    return await shopper_named(Naming(token, shopper_id), who, container.database)


NamedDep = Annotated[str | None, Depends(named)]


async def shopper(found: NamedDep) -> str:
    """Raises InvalidRequest when nobody is named."""
    if found is None:
        reason = f"is missing: name the shopper by the token that POST /v1/shoppers gave (a server's key: {ID_HEADER})"
        raise InvalidRequest(f"{TOKEN_HEADER} {reason}.", fields=[FieldError(TOKEN_HEADER, reason)])
    return found


ShopperDep = Annotated[str, Depends(shopper)]


async def held_key(
    *,
    request: Request,
    who: ShopDep,
    shopper_id: ShopperDep,
    body: EventsIn,  # read here and nowhere else: a body that is none must not hold the key
    container: ContainerDep,
    idempotency_key: KeyHeader = None,
) -> AsyncIterator[tuple[EventsIn, Claim | None]]:
    parts = [("shopper", shopper_id.encode()), ("body", await request.body())]
    async with claimed(container.database, idempotency_key, ROUTE, who.key_id, hash_of(parts)) as claim:
        yield body, claim


# scope="function", and before the session among the parameters: a commit that fails frees the key.
SentDep = Annotated[tuple[EventsIn, Claim | None], Depends(held_key, scope="function")]


def service_of(container: ContainerDep, session: SessionDep) -> FeedbackService:
    return FeedbackService(
        shoppers=ShopperRepository(session),
        events=EventRepository(session),
        items=ItemRepository(session),
        recommendations=RecommendationRepository(session),
        popularity=container.popularity,
        settings=container.settings.feedback,
    )


ServiceDep = Annotated[FeedbackService, Depends(service_of)]


async def theirs(shopper_id: ShopperId, who: ShopDep, container: ContainerDep, token: TokenHeader = None) -> str:
    """The shopper of the path, where the caller may speak for them: with a browser's key only by their own token.

    Raises ShopperNotFound, and InvalidRequest for what is no id.
    """
    if "server" in who.grants:
        named_so = await shopper_named(
            Naming(shopper_id=shopper_id, fields=("", "shopper_id")), who, container.database
        )
        return named_so or shopper_id
    if await shopper_named(Naming(token), who, container.database) != shopper_id:
        raise ShopperNotFound(NOBODY)
    return shopper_id


TheirsDep = Annotated[str, Depends(theirs)]


@router.post("/shoppers", status_code=HTTPStatus.CREATED, summary="A new shopper", responses={201: header("Location")})
async def create_shopper(
    _who: ShopDep, service: ServiceDep, response: Response, body: SizesIn | None = None
) -> ShopperOut:
    """A new pseudonymous shopper. The token is shown this once and stored hashed.

    An `Idempotency-Key` is not looked at: it would hand a shopper to whoever repeats it. A spare shopper is harmless.
    """
    made = await service.create(body.sizes if body else {})
    response.headers["Location"] = f"/v1/shoppers/{made.id}"
    response.headers["Cache-Control"] = "no-store"
    return made


@router.get("/shoppers/{shopper_id}/sizes", summary="A shopper's sizes", responses=problems(ShopperNotFound))
async def get_sizes(shopper_id: TheirsDep, service: ServiceDep, response: Response) -> SizesOut:
    """The sizes a shopper said they wear, and those learned from what they bought and kept."""
    response.headers["Cache-Control"] = "no-store"
    return await service.sizes(shopper_id)


@router.put("/shoppers/{shopper_id}/sizes", summary="Say a shopper's sizes", responses=problems(ShopperNotFound))
async def put_sizes(shopper_id: TheirsDep, body: SizesIn, service: ServiceDep) -> SizesOut:
    """What a shopper says they wear, in place of what they said before; empty: as learned. Counts from the next answer
    on, in which `parts.size` shows it.
    """
    return await service.set_sizes(shopper_id, body.sizes)


@router.delete(
    "/shoppers/{shopper_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Erase a shopper",
    responses=problems(ShopperNotFound),
)
async def erase_shopper(shopper_id: TheirsDep, container: ContainerDep) -> None:
    """Erase everything about a shopper: token, sizes, events, answers. A browser's key needs their own token."""
    async with container.database.unit_of_work() as session:
        answers = await service_of(container, session).erase(shopper_id)
    await container.photos.forget(answers)
    await scrub(container.database)
    container.popularity.forget()


@router.post(
    "/events", status_code=HTTPStatus.ACCEPTED, summary="What a shopper did", responses=problems(ShopperNotFound)
)
async def record_events(sent: SentDep, shopper_id: ShopperDep, service: ServiceDep, session: SessionDep) -> EventsOut:
    """What a shopper did, up to 100 events; each is stored once, and what is wrong with one fails that one alone."""
    body, claim = sent
    read = body.read()
    if claim and claim.replay:
        results = [Result(Outcome(outcome), code) for outcome, code in claim.replay["results"]]
    else:
        results = await service.record(shopper_id, [event for event in read if isinstance(event, Event)])
        if claim:
            kept = [[result.outcome.value, result.code] for result in results]
            await claim.finish(session, HTTPStatus.ACCEPTED, {"results": kept})
    return EventsOut.of(body.events, read, results)
