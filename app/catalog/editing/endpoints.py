"""Admin routes that change items: PUT, PATCH, DELETE, and a batch. What they answer is durable and searchable."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile

from app.catalog.editing.editor import Also, Editor
from app.catalog.editing.embedding import Embedder
from app.catalog.editing.operations import MOST_PICTURES, Operation, Result, invalid
from app.catalog.editing.schemas import BatchIn, BatchOut, ChangeOut, ItemForm, ItemIn, parsed_item
from app.catalog.paths import ItemId
from app.dependencies import AdminDep, ContainerDep
from app.errors import (
    EditConflict,
    ItemNotFound,
    PhotoTooLarge,
    PreconditionFailed,
    UnreadablePhoto,
    UnsupportedPhoto,
)
from app.idempotency.claims import Claim, KeyHeader, claimed, hash_of
from app.multipart import read_multipart
from app.openapi.document import header
from app.openapi.problems import problems
from app.openapi.schemas import BINARY, JSON, component, form_body

router = APIRouter(prefix="/v1/admin", tags=["admin"])

MERGE_PATCH = "application/merge-patch+json"
IfMatch = Annotated[str | None, Header(description="Only where the item has this ETag (RFC 9110, section 13.1.1).")]


def editor_of(container: ContainerDep) -> Editor:
    embedder = Embedder(container.engine, container.settings, container.tagger)
    return Editor.over(container.settings, container.database, container.blobs, embedder)


EditorDep = Annotated[Editor, Depends(editor_of)]


@dataclass(frozen=True, slots=True)
class OneChange:
    """What comes with a change of one item, whatever its method."""

    who: AdminDep
    container: ContainerDep
    editor: EditorDep
    response: Response
    if_match: IfMatch = None
    idempotency_key: KeyHeader = None

    async def made(self, route: str, operation: Operation) -> ChangeOut:
        """Raises the operation's error, so that it has its own status."""
        database, key = self.container.database, self.idempotency_key
        async with claimed(database, key, route, self.who.key_id, _hash(operation) if key else "") as claim:
            if claim and claim.replay:
                changed = ChangeOut.model_validate(claim.replay["results"][0])
            else:
                result = (await self.editor.apply([operation], _finishing(claim)))[0]
                if result.error is not None:
                    raise result.error
                changed = ChangeOut.of(result)
        if changed.outcome == "created":
            self.response.status_code = HTTPStatus.CREATED
        self.response.headers["Location"] = f"/v1/items/{quote(changed.id, safe='')}"
        if changed.etag:
            self.response.headers["ETag"] = changed.etag
        return changed


OneChangeDep = Annotated[OneChange, Depends()]


PUT_BODY = form_body(ItemForm, {"picture": {"type": "array", "items": BINARY}}, json=component(ItemIn))
PATCH_BODY = {"required": True, "content": {kind: {"schema": component(ItemIn)} for kind in (MERGE_PATCH, JSON)}}
WRITTEN = header("Location", "ETag")
REFUSALS = problems(EditConflict, PreconditionFailed, PhotoTooLarge, UnsupportedPhoto, UnreadablePhoto)


@router.put(
    "/items/{item_id:path}",
    summary="Write an item",
    responses=REFUSALS | {200: WRITTEN, 201: {"model": ChangeOut, "description": "The item is new.", **WRITTEN}},
    openapi_extra={"requestBody": PUT_BODY},
)
async def put_item(request: Request, item_id: ItemId, change: OneChangeDep) -> ChangeOut:
    """Write an item whole, new or not: JSON, or a form with the same JSON as `item` and files as `picture`.

    Its words and pictures are embedded before it is written. An item keeps its pictures where none are given.
    """
    return await change.made("PUT item", await _put_operation(request, item_id, change.if_match))


@router.patch(
    "/items/{item_id:path}",
    summary="Change an item",
    responses=REFUSALS | problems(ItemNotFound) | {200: WRITTEN},
    openapi_extra={"requestBody": PATCH_BODY},
)
async def patch_item(request: Request, item_id: ItemId, change: OneChangeDep) -> ChangeOut:
    """Change some fields of an item (JSON merge patch, RFC 7396); null empties a field.

    Price, stock and attributes wait for nothing; words and pictures are embedded first.
    """
    operation = parsed_item(await request.body()).operation("patch", item_id, change.if_match)
    return await change.made("PATCH item", operation)


@router.delete(
    "/items/{item_id:path}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Remove an item",
    responses=problems(ItemNotFound, EditConflict, PreconditionFailed),
)
async def delete_item(_who: AdminDep, item_id: ItemId, editor: EditorDep, if_match: IfMatch = None) -> None:
    """Remove an item: no answer shows it from now on. Stored answers mark it as gone."""
    result = (await editor.apply([Operation("delete", item_id, if_match=if_match)]))[0]
    if result.error is not None:
        raise result.error


@router.post("/items:batch", summary="Change many items")
async def change_items(
    who: AdminDep,
    body: BatchIn,
    container: ContainerDep,
    editor: EditorDep,
    idempotency_key: KeyHeader = None,
) -> BatchOut:
    """Up to 1,000 changes at once, each with its result; those that can be done are one commit."""
    asked = hash_of([("body", body.model_dump_json().encode())]) if idempotency_key else ""
    async with claimed(container.database, idempotency_key, "POST items:batch", who.key_id, asked) as claim:
        if claim and claim.replay:
            return BatchOut.model_validate(claim.replay)
        return BatchOut.of(await editor.apply(body.all(), _finishing(claim)))


async def _put_operation(request: Request, item_id: str, if_match: str | None) -> Operation:
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return parsed_item(await request.body()).operation("upsert", item_id, if_match)
    form = await read_multipart(request, most_fields=MOST_PICTURES + 1, what="the item as JSON in 'item'")
    strange = sorted({name for name in form if name not in ("item", "picture")})
    given = form.get("item")
    if strange or not isinstance(given, str):
        unknown = [(name[:64], "is unknown; known are item and picture") for name in strange]
        raise invalid([*unknown, *([] if isinstance(given, str) else [("item", "must be the item as JSON text")])])
    operation = parsed_item(given.encode()).operation("upsert", item_id, if_match)
    files = [one for one in form.getlist("picture") if isinstance(one, UploadFile) and (one.filename or one.size)]
    if not files:
        return operation
    if operation.pictures:
        raise invalid([("picture", "and 'pictures' of the item both bring pictures; use one of them")])
    return Operation("upsert", item_id, operation.fields, tuple([await one.read() for one in files]), if_match)


def _finishing(claim: Claim | None) -> Also | None:
    """Remembers what became of the changes in the commit that makes them; a request that failed may be sent again."""
    if claim is None:
        return None

    async def finish(session: AsyncSession, results: Sequence[Result]) -> None:
        if len(results) > 1 or results[0].error is None:
            await claim.finish(session, HTTPStatus.OK, BatchOut.of(results).model_dump(mode="json"))

    return finish


def _hash(operation: Operation) -> str:
    pictures = [one if isinstance(one, bytes) else one.encode() for one in operation.pictures or ()]
    said = json.dumps([operation.id, operation.fields, operation.if_match, operation.pictures is None], sort_keys=True)
    return hash_of([("item", said.encode()), *(("picture", one) for one in pictures)])
