"""The client against docs/openapi.json: every operation, each of its parameters and fields, and every model."""

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from tryon_client import AsyncTryon, Tryon, admin, admin_models, models, shop
from tryon_client.base import Answer, Asked, FacetValue, Money

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text("utf-8"))
SCHEMAS = DOCUMENT["components"]["schemas"]
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}
CALLS = {name: getattr(shop, name, None) or getattr(admin, name, None) for name in OPERATIONS}
WATCHED = "watch_job"
"""Server-sent events are no call: both clients have a method of their own."""

OTHERWISE = {
    "accept-language": "locale says it",
    "if-none-match": "nothing is kept here",
    "last-event-id": "the watch's own",
}
NAMES = {"photo": "photos", "picture": "pictures", "item": "item", "model": "model_name"}
"""Ours for the service's, where one stands for several or means something in Python."""

OURS = {
    "AppliedFilters": "FiltersOut", "AuditRecord": "AuditOut", "Change": "ChangeOut",
    "Changes": "BatchOut", "Correction": "CorrectionOut", "Event": "EventIn", "EventResult": "EventResultOut",
    "EventResults": "EventsOut", "FacetValue": "FacetValue", "FieldIssue": "FieldIssue", "Fusion": "FusionOut",
    "GivenExample": "ExampleOut", "Health": "Healthy", "ImportResult": "ImportResult", "Index": "IndexOut",
    "IndexModel": "IndexModelOut", "Inferred": "InferredOut", "InspectedItem": "InspectedItem",
    "InspectedItems": "InspectedItems", "Inspection": "ItemInspection", "Issue": "IssueOut", "Item": "ItemOut",
    "ItemFields": "ItemIn", "ItemSize": "SizeOut", "Items": "ItemsOut", "Job": "JobOut", "JobError": "JobError",
    "JobParams": "JobParams", "Label": "LabelOut", "Labels": "LabelsOut", "LookPiece": "LookPieceOut",
    "Looks": "LooksOut", "Model": "ModelOut", "Money": "Money", "Note": "NoteOut", "Operation": "OperationIn",
    "Outfit": "OutfitOut", "Picture": "PictureOut", "PriceRange": "PriceRange", "PriceWithin": "PriceWithin",
    "Query": "QueryOut", "Readiness": "Ready", "Reason": "ReasonOut", "Recommendation": "RecommendationOut",
    "ReindexResult": "ReindexResult", "Row": "RowOut", "Shopper": "ShopperOut", "Similar": "SimilarOut",
    "Sizes": "SizesOut", "SkippedIndex": "SkippedIndex", "StoredVector": "EmbeddingOut",
    "Suggestion": "SuggestionOut", "TaggedAttribute": "TagOut", "TaggedAttributes": "AttributesOut",
    "Timings": "TimingsOut", "Variant": "VariantOut", "Attribute": "AttributeOut",
}  # fmt: skip
INLINE = {"Filters", "Example", "Price", "Size"}
"""Shown inside a field, as their component is not one of FastAPI's."""


def ours() -> dict[str, type[BaseModel]]:
    found = {name: kind for module in (models, admin_models) for name, kind in vars(module).items()}
    found |= {"Money": Money, "FacetValue": FacetValue}
    return {
        name: kind
        for name, kind in found.items()
        if inspect.isclass(kind) and issubclass(kind, BaseModel) and kind not in (Answer, Asked)
    }


def body_fields(operation: dict[str, Any]) -> Iterator[str]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        schema = content["schema"]
        schema = SCHEMAS[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        for one in schema.get("anyOf", [schema]):
            named = SCHEMAS[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
            yield from named.get("properties", {})


THEIRS = {theirs: name for name, theirs in OURS.items()}


def shape(schema: dict[str, Any], known: dict[str, Any]) -> Any:
    """What a schema comes down to: types and our names of models, without bounds."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return "string" if "enum" in known[name] else THEIRS.get(name, name)
    if "anyOf" in schema:
        return frozenset(shape(one, known) for one in schema["anyOf"])
    match "string" if {"enum", "const"} & schema.keys() else schema.get("type"):
        case "array":
            return "list", shape(schema["items"], known)
        case "object" if "properties" in schema:
            return schema["title"].removesuffix("In")
        case "object":
            values = schema.get("additionalProperties") or next(iter(schema["patternProperties"].values()))
            return "map", shape(values, known)
        case kind:
            return kind


def test_every_operation_is_a_method_of_both_clients() -> None:
    for name in OPERATIONS:
        assert callable(getattr(Tryon, name)), name
        assert callable(getattr(AsyncTryon, name)), name
    made = {name for module in (shop, admin) for name, call in vars(module).items() if _is_call(call)}
    assert made == OPERATIONS.keys() - {WATCHED}


def _is_call(thing: Any) -> bool:
    return inspect.isfunction(thing) and "Call[" in str(thing.__annotations__.get("return", ""))


@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() - {WATCHED}))
def test_each_goes_where_the_document_says_with_all_it_may_carry(name: str) -> None:
    method, path, operation = OPERATIONS[name]
    given = inspect.signature(CALLS[name]).parameters
    ids = dict.fromkeys(re.findall(r"{(\w+)}", path), "a/b")
    assert list(given)[: len(ids)] == list(ids)
    for parameter in operation.get("parameters", ()):
        known = parameter["name"].replace("-", "_").lower().removeprefix("x_")
        assert known in given or parameter["name"] in OTHERWISE, parameter["name"]
    wanted = set(body_fields(operation))
    if not {"item", "events", "operations"} & given.keys():
        assert {field for field in wanted if field not in given and NAMES.get(field) not in given} == set()
    call = CALLS[name](**ids, **needed(given, ids))
    template = re.sub(r"{\w+}", "a%2Fb", path)
    assert (call.method, call.path) == (method, template)


def needed(given: Any, ids: Any) -> dict[str, Any]:
    """A value for every argument that has no default."""
    some = {
        "item": admin_models.ItemFields(title="x"), "operations": [admin_models.Operation(op="delete", id="x")],
        "events": [models.Event(event_id="e", event="view", item_id="i")], "photo": b"x", "item_id": "x",
        "sizes": {"top": ["M"]},
    }  # fmt: skip
    return {
        name: some[name]
        for name, parameter in given.items()
        if name not in ids and parameter.default is inspect.Parameter.empty
    }


@pytest.mark.parametrize("name", sorted(ours().keys() - INLINE))
def test_each_model_is_as_its_schema(name: str) -> None:
    kind, theirs = ours()[name], SCHEMAS[OURS[name]]
    mine = kind.model_json_schema()
    shapes = {field: shape(schema, mine.get("$defs", {})) for field, schema in mine["properties"].items()}
    assert shapes == {field: shape(schema, SCHEMAS) for field, schema in theirs["properties"].items()}
    required = set(mine.get("required", ()))
    if issubclass(kind, Asked):
        assert required == set(theirs.get("required", ()))
    else:
        assert required <= set(theirs.get("required", ()))


def test_filters_and_examples_are_as_the_form_has_them() -> None:
    form = OPERATIONS["recommend"][2]["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
    for kind, theirs in (
        (models.Filters, form["filters"]["contentSchema"]),
        (models.Example, form["examples"]["contentSchema"]["items"]),
    ):
        mine = kind.model_json_schema()
        assert {field: shape(schema, mine.get("$defs", {})) for field, schema in mine["properties"].items()} == {
            field: shape(schema, SCHEMAS) for field, schema in theirs["properties"].items()
        }


def test_every_model_is_held_against_one() -> None:
    assert ours().keys() - INLINE == OURS.keys()
