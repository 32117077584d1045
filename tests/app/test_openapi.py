"""The OpenAPI document: complete, true to the code, and the one that is kept in docs/."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource

from app.commands.openapi import rendered
from app.main import create_app
from app.openapi.problems import examples
from app.settings import Settings
from tests.app.conftest import STAND_IN

KEPT = Path(__file__).parents[2] / "docs" / "openapi.json"
DOCUMENT = create_app(Settings(), encoder=STAND_IN).openapi()
OPERATIONS = [
    pytest.param(operation, id=operation["operationId"])
    for operations in DOCUMENT["paths"].values()
    for operation in operations.values()
]
PROBLEM_JSON = "application/problem+json"
UNTYPED = ("properties", "patternProperties", "additionalProperties")


def bodies(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(media type, content) of the request and of every answer."""
    for body in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from body.get("content", {}).items()


def schemas(node: Any) -> Iterator[dict[str, Any]]:
    """Every schema below `node`, examples and defaults left out."""
    if isinstance(node, list):
        for one in node:
            yield from schemas(one)
    if isinstance(node, dict):
        if {"type", "properties"} & node.keys():
            yield node
        for name, value in node.items():
            if name not in ("example", "examples", "default"):
                yield from schemas(value)


def test_the_document_kept_here_is_the_services_own() -> None:
    assert KEPT.read_text("utf-8") == rendered(DOCUMENT), "write it anew: tryon openapi --out docs/openapi.json"


def test_it_is_valid_openapi() -> None:
    validate(DOCUMENT)


def test_operations_have_names_of_their_own() -> None:
    ids = [operation.values[0]["operationId"] for operation in OPERATIONS]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_says_what_it_is(operation: dict[str, Any]) -> None:
    assert operation["summary"] != operation["operationId"].replace("_", " ").title()
    assert operation["description"]
    assert set(operation["tags"]) <= {tag["name"] for tag in DOCUMENT["tags"]}
    assert all(parameter.get("description") for parameter in operation.get("parameters", ()))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_says_how_it_fails(operation: dict[str, Any]) -> None:
    """Only by statuses that are named, each a problem with an example of its own."""
    assert "default" not in operation["responses"]
    failures = {status: answer for status, answer in operation["responses"].items() if int(status) >= 400}
    assert {"422", "500"} <= failures.keys()
    if operation.get("security"):
        assert {"401", "429", "503"} <= failures.keys()
    if "requestBody" in operation:
        assert {"408", "413"} <= failures.keys()
    for status, answer in failures.items():
        told = answer["content"].get(PROBLEM_JSON)
        assert told or status == "503", f"{status} is no problem"
        for reference in (told or {}).get("examples", {}).values():
            name = reference["$ref"].rpartition("/")[2]
            assert DOCUMENT["components"]["examples"][name]["value"]["status"] == int(status)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_body_has_an_example_that_fits(operation: dict[str, Any]) -> None:
    for media_type, content in bodies(operation):
        schema = content["schema"]
        if schema.get("format") == "binary":
            continue
        given = [content["example"]] if "example" in content else []
        given += [example["value"] for example in content.get("examples", {}).values() if "value" in example]
        assert given or media_type == PROBLEM_JSON, f"{media_type} without an example"
        for example in given:
            checker(schema).validate(example)


def test_every_example_is_shown() -> None:
    shown = json.dumps(DOCUMENT["paths"])
    assert all(f'/{name}"' in shown for name in DOCUMENT["components"]["examples"])
    ids = {operation.values[0]["operationId"] for operation in OPERATIONS}
    assert examples()["forms"].keys() <= ids
    assert all(name in DOCUMENT["components"]["schemas"] for name in examples()["schemas"])


def test_no_schema_is_untyped() -> None:
    """No object that says nothing of what it holds; a problem alone may hold more than it names."""
    for schema in schemas(DOCUMENT["paths"]):
        assert schema.get("type") != "object" or any(name in schema for name in UNTYPED), schema
    for name, component in DOCUMENT["components"]["schemas"].items():
        for schema in schemas(component):
            assert schema.get("type") != "object" or any(given in schema for given in UNTYPED), (name, schema)
            assert schema.get("additionalProperties") is not True or name == "ProblemDetails", (name, schema)


def checker(schema: dict[str, Any]) -> Draft202012Validator:
    """References lead into the document."""
    inside = json.loads(json.dumps(schema).replace('"#/', '"document#/'))
    document = json.loads(json.dumps(DOCUMENT).replace('"$ref": "#/', '"$ref": "document#/'))
    registry = Registry().with_resource("document", Resource.opaque(document))
    return Draft202012Validator(inside, registry=registry)
