"""Who the shopper is. From a browser only the token tells; an id alone is the shop's own server's to use."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Header

from app.auth.principals import Principal
from app.db.session import Database
from app.errors import FieldError, Forbidden, InvalidRequest, ShopperNotFound
from app.feedback.repository import OURS, ShopperRepository

TOKEN_HEADER, ID_HEADER = "X-Shopper-Token", "X-Shopper-Id"
SHOPPER_ID = re.compile(r"[A-Za-z0-9._~:@+=-]{1,128}")
ID_FORM = "must be 1 to 128 of the characters A-Z a-z 0-9 . _ ~ : @ + = -"
TOKEN_CHARS = 128

TokenHeader = Annotated[
    str | None, Header(alias=TOKEN_HEADER, description="The shopper, by the token that POST /v1/shoppers gave.")
]
IdHeader = Annotated[
    str | None, Header(alias=ID_HEADER, description="The shopper, by id: with a key of scope server alone.")
]


@dataclass(frozen=True, slots=True)
class Naming:
    """What a caller sent to say who the shopper is; `fields` are the names it came under."""

    token: str | None = None
    shopper_id: str | None = None
    fields: tuple[str, str] = (TOKEN_HEADER, ID_HEADER)

    def __bool__(self) -> bool:
        return self.token is not None or self.shopper_id is not None


async def shopper_named(naming: Naming, who: Principal, database: Database) -> str | None:
    """The id of the shopper who is named, or None when nobody is. A session of its own, closed before work begins.

    Raises:
        Forbidden: a browser's key came with an id; said before anything is looked up.
        InvalidRequest: this names nobody, or two.
        ShopperNotFound: nobody has this token, or this is no id that we gave.
    """
    token_field, id_field = naming.fields
    if naming.shopper_id is not None and "server" not in who.grants:
        raise Forbidden(f"With this key a shopper is named by {token_field} alone; {id_field} needs scope 'server'.")
    if naming.token is not None and naming.shopper_id is not None:
        reason = f"and {id_field} cannot both be given; send one of them"
        raise InvalidRequest(f"{token_field} {reason}.", fields=[FieldError(token_field, reason)])
    if naming.shopper_id is not None:
        return await _by_id(naming.shopper_id, id_field, database)
    if naming.token is not None:
        return await _by_token(naming.token, database)
    return None


async def _by_id(shopper_id: str, field: str, database: Database) -> str:
    if not SHOPPER_ID.fullmatch(shopper_id):
        raise InvalidRequest(f"{field} {ID_FORM}.", fields=[FieldError(field, ID_FORM)])
    if shopper_id.startswith(OURS):
        async with database.unit_of_work() as session:
            if not await ShopperRepository(session).exists(shopper_id):
                raise ShopperNotFound(NOBODY)
    return shopper_id


async def _by_token(token: str, database: Database) -> str:
    async with database.unit_of_work() as session:
        found = await ShopperRepository(session).by_token(token[:TOKEN_CHARS])
    if found is None:
        raise ShopperNotFound(NOBODY)
    return found


NOBODY = "There is no such shopper: unknown, erased, or not this caller's to see."
"""The same whatever the reason, so that nothing can be learnt by guessing."""
