"""What the OpenAPI document says of errors: which may be answered, each with a body as it would come."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from app.errors import AppError, problem
from app.openapi.schemas import REF
from app.problems import PROBLEM_JSON

EXAMPLES = Path(__file__).with_name("examples.yaml")
SOMEWHERE = "/v1/…"


class FieldProblem(BaseModel):
    """One wrong field, by the name it was sent under, and why."""

    field: str
    reason: str


class ProblemDetails(BaseModel):
    """What went wrong (RFC 9457). Tell problems apart by `type`; `detail` says what was wrong here and what to do."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["https://tryon.invalid/problems/invalid-request"])
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    instance: str = Field(description="The path that was asked for.")
    errors: list[FieldProblem] = Field(default=[], description="Wrong fields, where there are any.")


@cache
def examples() -> dict[str, Any]:
    """Bodies by schema, forms by operation, and what a problem's `detail` may say, by the problem's name."""
    found: dict[str, Any] = yaml.safe_load(EXAMPLES.read_text("utf-8"))
    return found


def problems(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """What a route declares of its own errors, as FastAPI's `responses`."""
    found: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        found[int(error.status)] = with_problem(found.get(int(error.status), {}), error)
    return found


def with_problem(response: dict[str, Any], error: type[AppError]) -> dict[str, Any]:
    """`response` of the document, able to be `error` too. Whatever else it may be stays."""
    content = response.get("content", {})
    before = content.get(PROBLEM_JSON, {}).get("examples", {})
    if error.slug in before:
        return response
    told = {
        "schema": {"$ref": REF.format(model=ProblemDetails.__name__)},
        "examples": {**before, error.slug: {"$ref": f"#/components/examples/{error.slug}"}},
    }
    description = f"{response['description']}; {error.title}" if before else error.title
    return {**response, "description": description, "content": {**content, PROBLEM_JSON: told}}


def problem_examples() -> dict[str, Any]:
    """Every problem by its name, as it would come."""
    found: dict[str, Any] = {}
    for error in _kinds(AppError):
        detail = examples()["problems"].get(error.slug)
        if detail is not None:
            found.setdefault(error.slug, {"summary": error.title, "value": problem(error(detail), SOMEWHERE)})
    return found


def _kinds(error: type[AppError]) -> Iterator[type[AppError]]:
    yield error
    for kind in error.__subclasses__():
        yield from _kinds(kind)
