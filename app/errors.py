"""What can go wrong, by name; and, in one table, what HTTP says about it (RFC 9457 problem details)."""

import errno
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

TYPE_BASE = "https://tryon.invalid/problems/"
"""Problem types are names, not pages: `.invalid` (RFC 2606) never resolves."""

NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
"""How the system says that a disk is full, a quota used up, a file too large: what `StorageFull` tells a caller of."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: its name as the caller sent it, and why."""

    field: str
    reason: str


class AppError(Exception):
    """Something the caller should hear about. `detail` names what was wrong and what to do."""

    slug: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong here"
    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(
        self,
        detail: str,
        *,
        fields: Sequence[FieldError] = (),
        retry_after_s: int | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = tuple(fields)
        self.retry_after_s = retry_after_s
        self.extra = dict(extra or {})


class InvalidRequest(AppError):
    slug, title, status = "invalid-request", "The request is not valid", HTTPStatus.UNPROCESSABLE_ENTITY


class UnreadablePhoto(AppError):
    slug, title, status = "unreadable-photo", "A photo could not be read", HTTPStatus.UNPROCESSABLE_ENTITY


class UnsupportedPhoto(AppError):
    slug, title, status = "unsupported-photo", "This is no photo we can read", HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class PhotoTooLarge(AppError):
    slug, title, status = "photo-too-large", "A photo is too large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class RequestTooLarge(AppError):
    slug, title, status = "request-too-large", "The request is too large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class RequestTooSlow(AppError):
    slug, title, status = "request-too-slow", "The request took too long to arrive", HTTPStatus.REQUEST_TIMEOUT


class Unauthenticated(AppError):
    slug, title, status = "unauthenticated", "A key is needed", HTTPStatus.UNAUTHORIZED


class Forbidden(AppError):
    slug, title, status = "forbidden", "This key may not do that", HTTPStatus.FORBIDDEN


class RecommendationNotFound(AppError):
    slug, title, status = "recommendation-not-found", "No such recommendation", HTTPStatus.NOT_FOUND


class SuggestionNotFound(AppError):
    slug, title, status = "suggestion-not-found", "That item was not suggested in this answer", HTTPStatus.NOT_FOUND


class HeatmapWithoutPhoto(AppError):
    slug, title, status = "heatmap-without-photo", "This answer was to words alone", HTTPStatus.NOT_FOUND


class HeatmapUnavailable(AppError):
    slug, title, status = "heatmap-unavailable", "This answer has no heat map", HTTPStatus.NOT_FOUND


class PhotoNotKept(AppError):
    slug, title, status = "photo-not-kept", "This photo is not kept", HTTPStatus.NOT_FOUND


class ItemNotFound(AppError):
    slug, title, status = "item-not-found", "No such item", HTTPStatus.NOT_FOUND


class ItemNotWorn(AppError):
    slug, title, status = "item-not-worn", "Nobody wears this item", HTTPStatus.CONFLICT


class ItemNotIndexed(AppError):
    slug, title, status = "item-not-indexed", "This item is not indexed yet", HTTPStatus.CONFLICT


class EditConflict(AppError):
    slug, title, status = "edit-conflict", "The item is being changed by others", HTTPStatus.CONFLICT


class PreconditionFailed(AppError):
    slug, title, status = "precondition-failed", "The item is no longer that one", HTTPStatus.PRECONDITION_FAILED


class PictureNotFound(AppError):
    slug, title, status = "picture-not-found", "This item has no picture", HTTPStatus.NOT_FOUND


class ShopperNotFound(AppError):
    slug, title, status = "shopper-not-found", "No such shopper", HTTPStatus.NOT_FOUND


class JobNotFound(AppError):
    slug, title, status = "job-not-found", "No such job", HTTPStatus.NOT_FOUND


class JobNotRetryable(AppError):
    slug, title, status = "job-not-retryable", "This job cannot be run again", HTTPStatus.CONFLICT


class IndexVersionNotFound(AppError):
    slug, title, status = "index-version-not-found", "No such index version", HTTPStatus.NOT_FOUND


class IndexDamaged(AppError):
    slug, title, status = "index-damaged", "That index is damaged", HTTPStatus.CONFLICT


class ReindexRunning(AppError):
    slug, title, status = "reindex-running", "A reindex is already running", HTTPStatus.CONFLICT


class ModelMismatch(AppError):
    slug, title, status = "model-mismatch", "That index belongs to another model", HTTPStatus.CONFLICT


class IdempotencyMismatch(AppError):
    slug, title = "idempotency-mismatch", "This Idempotency-Key was used with another request"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class IdempotencyInProgress(AppError):
    slug, title = "idempotency-in-progress", "A request with this Idempotency-Key is still running"
    status = HTTPStatus.CONFLICT


class TooManyRequests(AppError):
    slug, title, status = "too-many-requests", "Too many of these from here", HTTPStatus.TOO_MANY_REQUESTS


class Overloaded(AppError):
    slug, title, status = "overloaded", "Too busy right now", HTTPStatus.SERVICE_UNAVAILABLE


class StorageFull(AppError):
    slug, title, status = "storage-full", "There is no room for this", HTTPStatus.INSUFFICIENT_STORAGE


class NotReady(AppError):
    slug, title, status = "not-ready", "The service is not ready", HTTPStatus.SERVICE_UNAVAILABLE


class DatabaseUnreachable(NotReady):
    """No connection could be made; raised at the seam, whatever the driver called it."""


class ConfigurationFault(AppError):
    """The service cannot, or must not, start with these settings."""


class ImportFailed(AppError):
    """The command line's: a catalogue that cannot be read at all."""

    slug, title, status = "import-failed", "The catalogue could not be read", HTTPStatus.UNPROCESSABLE_ENTITY


def problem(error: AppError, instance: str) -> dict[str, Any]:
    """The body of an `application/problem+json` answer."""
    body: dict[str, Any] = {
        "type": TYPE_BASE + error.slug,
        "title": error.title,
        "status": int(error.status),
        "detail": error.detail,
        "instance": instance,
        **error.extra,
    }
    if error.fields:
        body["errors"] = [{"field": f.field, "reason": f.reason} for f in error.fields]
    return body
