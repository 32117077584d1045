"""The admin's operations, as calls. Each is a method of both clients by the same name; they need an admin's key."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from tryon_client.admin_models import (
    AuditRecord,
    Change,
    Changes,
    FeedFormat,
    Index,
    InspectedItems,
    Inspection,
    ItemFields,
    ItemProblem,
    Job,
    JobState,
    Operation,
    Row,
    RowOutcome,
)
from tryon_client.base import Page
from tryon_client.calls import JSON, Call, File, content, fields, headers, model, nothing, once, params, path
from tryon_client.models import Filters, Locale

Mapped = Mapping[str, str | Sequence[str]]
"""Our field → the feed's column, or several of them."""


def inspect_items(
    *,
    filters: Filters | None = None,
    q: str | None = None,
    problem: ItemProblem | None = None,
    locale: Locale | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call[InspectedItems]:
    """The catalogue by id, with stock and problems."""
    query = params(filters=filters, q=q, problem=problem, locale=locale, cursor=cursor, limit=limit)
    return Call("GET", "/v1/admin/items", model(InspectedItems), query)


def inspect_item(item_id: str, *, locale: Locale | None = None) -> Call[Inspection]:
    """Everything known of an item."""
    return Call("GET", path("/v1/admin/items/{}", item_id), model(Inspection), params(locale=locale))


def inspect_picture(item_id: str, *, position: int | None = None, width: int | None = None) -> Call[bytes]:
    """Any picture of an item as WebP, counted from 0."""
    query = params(position=position, width=width)
    return Call("GET", path("/v1/admin/items/{}/picture", item_id), content, query)


def put_item(
    item_id: str,
    item: ItemFields,
    *,
    pictures: Sequence[File] = (),
    if_match: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Change]:
    """Write an item whole, new or not; without pictures it keeps those it has."""
    sent = headers(If_Match=if_match) | once(idempotency_key)
    body, where = item.model_dump_json(exclude_unset=True), path("/v1/admin/items/{}", item_id)
    if not pictures:
        return Call("PUT", where, model(Change), headers=sent | JSON, json=body)
    files = tuple(("picture", picture) for picture in pictures)
    return Call("PUT", where, model(Change), headers=sent, form=(("item", body),), files=files, multipart=True)


def patch_item(
    item_id: str, item: ItemFields, *, if_match: str | None = None, idempotency_key: str | None = None
) -> Call[Change]:
    """Change those fields that are set; one that is set to None is emptied."""
    sent = headers(If_Match=if_match) | once(idempotency_key) | {"Content-Type": "application/merge-patch+json"}
    body = item.model_dump_json(exclude_unset=True)
    return Call("PATCH", path("/v1/admin/items/{}", item_id), model(Change), headers=sent, json=body)


def delete_item(item_id: str, *, if_match: str | None = None) -> Call[None]:
    """Remove an item: no answer shows it from now on. Not repeated when its answer is lost: it would be a 404."""
    where, sent = path("/v1/admin/items/{}", item_id), headers(If_Match=if_match)
    return Call("DELETE", where, nothing, headers=sent, repeatable=False)


def change_items(operations: Sequence[Operation], *, idempotency_key: str | None = None) -> Call[Changes]:
    """Up to 1,000 changes at once, each with its result."""
    body = _BatchIn(operations=list(operations)).model_dump_json(exclude_unset=True)
    return Call("POST", "/v1/admin/items:batch", model(Changes), headers=once(idempotency_key) | JSON, json=body)


def start_import(
    *,
    feed: File | None = None,
    pictures: File | None = None,
    url: str | None = None,
    format: FeedFormat | None = None,  # noqa: A002 - the operation's own name for it
    mapping: Mapped | None = None,
    dry_run: bool | None = None,
    full: bool | None = None,
    retire_up_to: float | None = None,
    idempotency_key: str | None = None,
) -> Call[Job]:
    """Import a feed: a file, with an archive of pictures if you like, or its `url`; ValueError for both or none."""
    if (feed is None) == (url is None) or (url is not None and pictures is not None):
        raise ValueError("give either a feed, with its pictures if you like, or its url")
    given: dict[str, Any] = {"format": format, "dry_run": dry_run, "full": full, "retire_up_to": retire_up_to}
    sent = once(idempotency_key)
    if feed is None:
        body = {"url": url, "mapping": mapping, **given}
        said = json.dumps({name: value for name, value in body.items() if value is not None})
        return Call("POST", "/v1/admin/imports", model(Job), headers=sent | JSON, json=said)
    columns = json.dumps(mapping) if mapping is not None else None
    files = (("feed", feed), *((("pictures", pictures),) if pictures is not None else ()))
    form = tuple(fields([*given.items(), ("mapping", columns)]))
    return Call("POST", "/v1/admin/imports", model(Job), headers=sent, form=form, files=files, multipart=True)


def start_reindex(
    *,
    model_name: str | None = None,
    force: bool = False,
    reencode: bool = False,
    idempotency_key: str | None = None,
) -> Call[Job]:
    """Encode what lacks a vector, build an index beside the live one, verify it, switch. One at a time."""
    body = {"force": force, "reencode": reencode} | ({} if model_name is None else {"model": model_name})
    sent = once(idempotency_key) | JSON
    return Call("POST", "/v1/admin/reindex", model(Job), headers=sent, json=json.dumps(body))


def list_jobs(
    *,
    kind: str | None = None,
    state: JobState | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call[Page[Job]]:
    """Jobs, newest first."""
    query = params(kind=kind, state=state, cursor=cursor, limit=limit)
    return Call("GET", "/v1/admin/jobs", model(Page[Job]), query)


def get_job(job_id: str) -> Call[Job]:
    """How far a job is, and what came of it."""
    return Call("GET", path("/v1/admin/jobs/{}", job_id), model(Job))


def cancel_job(job_id: str) -> Call[Job]:
    """A queued job ends at once, a running one at its next step."""
    return Call("POST", path("/v1/admin/jobs/{}/cancel", job_id), model(Job))


def retry_job(job_id: str) -> Call[Job]:
    """Run a failed or cancelled job again. Not repeated when its answer is lost: the job would run already."""
    return Call("POST", path("/v1/admin/jobs/{}/retry", job_id), model(Job), repeatable=False)


def list_rows(
    job_id: str,
    *,
    outcome: RowOutcome | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call[Page[Row]]:
    """What became of an import's rows, in the order of the feed."""
    query = params(outcome=outcome, cursor=cursor, limit=limit)
    return Call("GET", path("/v1/admin/jobs/{}/rows", job_id), model(Page[Row]), query)


def list_indexes() -> Call[Page[Index]]:
    """Index versions on disk, newest first."""
    return Call("GET", "/v1/admin/indexes", model(Page[Index]))


def activate_index(version: str) -> Call[Index]:
    """Verify another version and switch to it."""
    return Call("POST", path("/v1/admin/indexes/{}/activate", version), model(Index))


def list_audit(
    *,
    key: str | None = None,
    since: dt.datetime | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call[Page[AuditRecord]]:
    """What admins did, newest first. `since` needs a time zone."""
    when = None if since is None else since.isoformat()
    return Call(
        "GET", "/v1/admin/audit", model(Page[AuditRecord]), params(key=key, since=when, cursor=cursor, limit=limit)
    )


class _BatchIn(BaseModel):
    operations: list[Operation]
