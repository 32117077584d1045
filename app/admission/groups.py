"""What a request is for, told from its method and path before anything else is known of it. Pure."""

import re
from enum import StrEnum
from typing import Literal

from starlette.types import Scope

ADMIN, SHOP = "/v1/admin/", "/v1/"
OPERATIONS = frozenset({"/healthz", "/readyz", "/metrics"})
FORMS = frozenset({("POST", "/v1/recommendations"), ("POST", "/v1/tags")})
"""What takes photos."""

LOOKS = re.compile(r"/v1/items/.+/(similar|outfits)")


class Group(StrEnum):
    """Kinds of requests that have a rate of their own."""

    recommendations = "recommendations"
    tags = "tags"
    events = "events"
    shoppers = "shoppers"
    others = "others"


BY_PATH = {
    "/v1/recommendations": Group.recommendations,
    "/v1/tags": Group.tags,
    "/v1/events": Group.events,
    "/v1/shoppers": Group.shoppers,
}


def path_of(scope: Scope) -> str:
    """The path inside this application, however it is mounted."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def group_of(method: str, path: str) -> Group | None:
    """None for what monitors ask, which is always let in."""
    if path in OPERATIONS:
        return None
    return BY_PATH.get(path, Group.others) if method == "POST" else Group.others


def is_costly(method: str, path: str) -> bool:
    """Whether a model or a search works for it."""
    return (method, path) in FORMS or (method != "POST" and LOOKS.fullmatch(path) is not None)


def scope_for(path: str) -> Literal["admin", "shop"] | None:
    """What a key needs below that path; None: nothing, or the route itself says. No admin route can forget it."""
    if path.startswith(ADMIN):
        return "admin"
    return "shop" if path.startswith(SHOP) else None
