"""Who calls, and what their key lets them do."""

from dataclasses import dataclass
from typing import Literal

from app.auth.known import KnownKey
from app.auth.settings import AuthSettings
from app.db.base import now
from app.errors import Forbidden, Unauthenticated

Scope = Literal["shop", "server", "admin"]

GRANTS: dict[str, frozenset[str]] = {
    "shop": frozenset({"shop"}),
    "server": frozenset({"shop", "server"}),
    "admin": frozenset({"shop", "server", "admin"}),
    "anonymous": frozenset(),
}

ANONYMOUS = "anonymous"
KEY_CHARS = 256
"""Longer than any key we ever made: more is not looked at."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: the key's id and recognisable prefix, or `anonymous`, and its grants."""

    key_id: str
    grants: frozenset[str]
    prefix: str = ""


def nobody(settings: AuthSettings) -> Principal:
    """Who calls without a key."""
    return Principal(ANONYMOUS, GRANTS["shop"] if settings.anonymous_shop else GRANTS[ANONYMOUS])


def secret_in(header: str) -> str:
    """The key in an `Authorization` header (RFC 6750). Raises Unauthenticated for anything else."""
    scheme, _, secret = header.partition(" ")
    secret = secret.strip()
    if scheme.casefold() != "bearer" or not secret:
        raise Unauthenticated("Send the key as 'Authorization: Bearer <key>'.")
    if len(secret) > KEY_CHARS or not secret.isascii() or not secret.isprintable():
        raise Unauthenticated(UNKNOWN)
    return secret


UNKNOWN = "This key is unknown. Make one with 'tryon keys create'."


def bearer_of(key: KnownKey | None) -> Principal:
    """The caller with that key. Raises Unauthenticated when it is none, revoked or expired."""
    if key is None:
        raise Unauthenticated(UNKNOWN)
    if key.ended(now()):
        ended = "was revoked" if key.revoked else "has expired"
        raise Unauthenticated(f"This key {ended}. Make another with 'tryon keys create'.")
    return Principal(key.id, GRANTS[key.scope], key.prefix)


def require(who: Principal, scope: Scope) -> Principal:
    """`who`, when allowed. Raises Unauthenticated without a key and Forbidden with the wrong one."""
    if scope in who.grants:
        return who
    if who.key_id == ANONYMOUS:
        raise Unauthenticated("This route needs a key: send 'Authorization: Bearer <key>'.")
    raise Forbidden(f"This route needs a key with scope '{scope}'.")
