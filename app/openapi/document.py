"""Completes the document: what middleware may answer, headers, examples, and components that bodies brought along."""

from collections.abc import Iterator
from typing import Any

from app.admission.groups import ADMIN, SHOP
from app.errors import (
    AppError,
    Forbidden,
    IdempotencyInProgress,
    IdempotencyMismatch,
    InvalidRequest,
    NotReady,
    Overloaded,
    RequestTooLarge,
    RequestTooSlow,
    StorageFull,
    TooManyRequests,
    Unauthenticated,
)
from app.feedback.naming import ID_HEADER
from app.openapi.problems import ProblemDetails, examples, problem_examples, with_problem
from app.openapi.schemas import JSON, component, never_null

REQUEST_ID, RETRY_AFTER, CHALLENGE = "X-Request-ID", "Retry-After", "WWW-Authenticate"
HEADERS: dict[str, dict[str, Any]] = {
    REQUEST_ID: {
        "description": "The request's own, else a new one; it stands in the log.",
        "required": True,
        "schema": {"type": "string", "maxLength": 128},
    },
    RETRY_AFTER: {"description": "Seconds to wait before the next try.", "schema": {"type": "integer", "minimum": 0}},
    CHALLENGE: {"description": "How to send a key.", "schema": {"const": "Bearer"}},
    "Location": {"description": "Where it is.", "schema": {"type": "string", "format": "uri-reference"}},
    "ETag": {"description": "For If-None-Match or If-Match.", "schema": {"type": "string"}},
}
FASTAPIS_OWN = "HTTPValidationError"
"""How FastAPI would answer 422; we answer a problem."""

ON_STATUS = {"401": CHALLENGE, "429": RETRY_AFTER, "503": RETRY_AFTER}


def header(*names: str) -> dict[str, Any]:
    """What a route declares of the headers of an answer."""
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}}


def complete(document: dict[str, Any]) -> None:
    """Fill in what FastAPI cannot know, in place."""
    components = document.setdefault("components", {})
    components["headers"] = HEADERS
    components["examples"] = problem_examples()
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(method, path, operation)
    schemas |= component(ProblemDetails)["$defs"]
    schemas |= _brought(document["paths"])
    components["schemas"] = {k: schemas[k] for k in sorted(schemas) if k not in (FASTAPIS_OWN, "ValidationError")}


def _complete(method: str, path: str, operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        _plain(parameter)
    operation.setdefault("security", [])
    responses: dict[str, Any] = {k: v for k, v in operation["responses"].items() if FASTAPIS_OWN not in str(v)}
    for error in _around(method, path, operation):
        status = str(int(error.status))
        responses[status] = with_problem(responses.get(status, {}), error)
    for status, response in responses.items():
        names = (REQUEST_ID, ON_STATUS[status]) if status in ON_STATUS else (REQUEST_ID,)
        response["headers"] = {**response.get("headers", {}), **header(*names)["headers"]}
        _exemplify(response, operation["operationId"])
    operation["responses"] = dict(sorted(responses.items()))
    _exemplify(operation.get("requestBody", {}), operation["operationId"])


def _around(method: str, path: str, operation: dict[str, Any]) -> Iterator[type[AppError]]:
    """What may be answered before the route is reached, or whatever the route is."""
    yield from (InvalidRequest, AppError)  # control characters in the address; a bug
    if not path.startswith(SHOP):
        return
    named = {parameter["name"] for parameter in operation.get("parameters", ())}
    yield from (Unauthenticated, TooManyRequests, Overloaded, NotReady)
    if path.startswith(ADMIN) or ID_HEADER in named:
        yield Forbidden
    if "requestBody" in operation:
        yield from (RequestTooLarge, RequestTooSlow)
    if "Idempotency-Key" in named:
        yield from (IdempotencyInProgress, IdempotencyMismatch)
    if path.startswith(ADMIN) and method != "get":
        yield StorageFull


def _plain(parameter: dict[str, Any]) -> None:
    """A parameter is never null: it is there or not. One that holds JSON says so in OpenAPI's own way."""
    parameter["schema"] = schema = never_null(parameter["schema"])
    if "contentSchema" in schema:
        parameter["content"] = {JSON: {"schema": schema["contentSchema"]}}
        del parameter["schema"]


def _exemplify(body: dict[str, Any], operation_id: str) -> None:
    """An example for each body of a request or an answer that has none."""
    for media_type, content in body.get("content", {}).items():
        if "examples" in content or "example" in content:
            continue
        if media_type.startswith("multipart/"):
            content["example"] = examples()["forms"][operation_id]
            continue
        kinds = content.get("schema", {})
        names = [kind["$ref"].rpartition("/")[2] for kind in kinds.get("anyOf", [kinds]) if "$ref" in kind]
        if names:
            content["examples"] = {name: {"value": _example_of(name)} for name in names}


def _example_of(name: str) -> Any:
    """Of a schema; a page is one of what it holds."""
    if not name.startswith("Page_"):
        return examples()["schemas"][name]
    return {"items": [examples()["schemas"][name.removeprefix("Page_").rstrip("_")]], "next": None}


def _brought(node: Any) -> dict[str, Any]:
    """Takes every `$defs` out of `node` and returns what they define."""
    if isinstance(node, list):
        return {name: schema for one in node for name, schema in _brought(one).items()}
    if not isinstance(node, dict):
        return {}
    found = node.pop("$defs", {}) if isinstance(node.get("$defs"), dict) else {}
    for one in [*node.values(), *found.values()]:
        found = found | _brought(one)
    return dict(found)
