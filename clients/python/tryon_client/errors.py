"""What can go wrong, as the service tells it (RFC 9457)."""

import contextlib

import httpx
from pydantic import ValidationError

from tryon_client.base import Answer


class FieldProblem(Answer):
    """One wrong field, and why."""

    field: str
    reason: str


class ProblemDetails(Answer):
    """The body of an answer that is an error."""

    type: str = "about:blank"
    title: str = ""
    status: int = 0
    detail: str = ""
    instance: str = ""
    errors: list[FieldProblem] = []


class TryonError(Exception):
    """Anything that this client raises by itself; connections that fail raise `httpx.TransportError`."""


class Problem(TryonError):
    """The service said no. `slug` names what happened, `detail` says what to do, `retry_after_s` when."""

    def __init__(self, response: httpx.Response) -> None:
        told = _details(response)
        self.status = response.status_code
        self.slug = told.type.rpartition("/")[2]
        self.title = told.title
        self.detail = told.detail
        self.errors = told.errors
        self.request_id = response.headers.get("x-request-id", "")
        self.retry_after_s = _seconds(response.headers.get("retry-after", ""))
        super().__init__(f"{self.status} {self.slug}: {self.detail}")


def media_type(response: httpx.Response) -> str:
    """What the body is, without its character set."""
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def _details(response: httpx.Response) -> ProblemDetails:
    """What is no problem+json comes from something between us and the service, such as a proxy."""
    if media_type(response) == "application/problem+json":
        with contextlib.suppress(ValidationError):
            return ProblemDetails.model_validate_json(response.content)
    return ProblemDetails(title=response.reason_phrase, detail=response.text[:500])


def _seconds(text: str) -> float | None:
    """`Retry-After` in seconds (RFC 9110, section 10.2.3), which is how the service writes it."""
    return float(text) if text.isascii() and text.isdigit() else None
