"""Who calls, and what their key lets them do."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.keys import KeyRepository
from app.errors import Forbidden, Unauthenticated
from app.settings import AuthSettings

Scope = Literal["shop", "server", "admin"]

GRANTS: dict[str, frozenset[str]] = {
    "shop": frozenset({"shop"}),
    "server": frozenset({"shop", "server"}),
    "admin": frozenset({"shop", "server", "admin"}),
    "anonymous": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: the key's id, or `anonymous`, and its grants."""

    key_id: str
    grants: frozenset[str]


async def authenticate(header: str | None, session: AsyncSession, settings: AuthSettings) -> Principal:
    """The caller behind an `Authorization` header (RFC 6750). Raises Unauthenticated for a key we do not know."""
    if header is None:
        grants = GRANTS["shop"] if settings.anonymous_shop else GRANTS["anonymous"]
        return Principal("anonymous", grants)
    scheme, _, secret = header.partition(" ")
    if scheme.casefold() != "bearer" or not secret.strip():
        raise Unauthenticated("Send the key as 'Authorization: Bearer <key>'.")
    row = await KeyRepository(session).by_secret(secret.strip())
    if row is None:
        raise Unauthenticated("This key is unknown or revoked. Make one with 'tryon keys create'.")
    return Principal(row.id, GRANTS[row.scope])


def require(who: Principal, scope: Scope) -> Principal:
    """`who`, when allowed. Raises Unauthenticated without a key and Forbidden with the wrong one."""
    if scope in who.grants:
        return who
    if who.key_id == "anonymous":
        raise Unauthenticated("This route needs a key: send 'Authorization: Bearer <key>'.")
    raise Forbidden(f"This route needs a key with scope '{scope}'.")
