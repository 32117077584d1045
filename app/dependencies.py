"""What endpoints ask FastAPI for: the container, a session that commits before the answer leaves, a caller."""

from collections.abc import AsyncIterator
from typing import Annotated, cast

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from app.admission.address import address_of
from app.admission.door import PRINCIPAL
from app.auth.principals import Principal, require
from app.container import Container
from app.errors import Unauthenticated


def container_of(request: Request) -> Container:
    return cast(Container, request.app.state.container)


ContainerDep = Annotated[Container, Depends(container_of)]


async def unit_of_work(container: ContainerDep) -> AsyncIterator[AsyncSession]:
    async with container.database.unit_of_work() as session:
        yield session


# scope="function": the commit happens, or fails, before the client hears 201.
SessionDep = Annotated[AsyncSession, Depends(unit_of_work, scope="function")]


bearer = HTTPBearer(scheme_name="key", description="Made by 'tryon keys create'.", auto_error=False)
"""Only for the OpenAPI document: the door reads the header itself, to say what is wrong with it."""


async def caller(
    request: Request,
    container: ContainerDep,
    _documented: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
) -> Principal:
    """Who calls, as the door found out, or as it is asked here where there is none. Raises Unauthenticated."""
    who: Principal | Unauthenticated | None = request.scope.get(PRINCIPAL)
    if who is None:
        who = await container.admission.caller(request.headers.get("authorization"), address_of(request.scope))
    if isinstance(who, Unauthenticated):
        raise who
    return who


CallerDep = Annotated[Principal, Depends(caller)]


def shop_caller(who: CallerDep) -> Principal:
    return require(who, "shop")


def admin_caller(who: CallerDep) -> Principal:
    return require(who, "admin")


ShopDep = Annotated[Principal, Depends(shop_caller)]
AdminDep = Annotated[Principal, Depends(admin_caller)]
