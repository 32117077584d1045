"""Addresses under `/v1/items/`, where an id is the feed's own and may itself hold slashes, or end like a route.

A slash that is percent-encoded belongs to the id: `/v1/items/a%2Fimage` is the item `a/image`, `/v1/items/a/image` the
picture of `a`. Whoever (or whose proxy) encodes none still reaches every item: where there is no item `a`, the second
address is the item `a/image` too.
"""

from collections.abc import MutableMapping
from typing import Annotated, Any

from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.routing import Match

from app.catalog.repository import ItemRepository
from app.catalog.service import item_out
from app.openapi.parameters import path_id

ItemId = Annotated[str, path_id("The feed's own id, its slashes percent-encoded.", "1042")]


class EndsLiterally(APIRoute):
    """A route whose last word must stand in the address as it is, behind a slash that nobody encoded."""

    def matches(self, scope: MutableMapping[str, Any]) -> tuple[Match, MutableMapping[str, Any]]:
        match, child = super().matches(scope)
        end = self.path.rpartition("/")[2]
        raw: bytes | None = scope.get("raw_path")
        if match is Match.NONE or end.startswith("{") or raw is None or raw.endswith(f"/{end}".encode()):
            return match, child
        return Match.NONE, {}


async def item_spelt(items: ItemRepository, item_id: str, end: str, locale: str) -> JSONResponse | None:
    """The item whose own id is the whole address `item_id/end`; None where there is an item `item_id`, or neither."""
    if await items.get(item_id) is not None:
        return None
    whole = await items.get(f"{item_id}/{end}")
    return None if whole is None else JSONResponse(item_out(whole, locale).model_dump(mode="json"))
