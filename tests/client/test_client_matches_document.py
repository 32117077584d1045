"""The client against docs/openapi.json: every operation, all that it may carry and what it answers, field for field."""

import datetime as dt
import inspect
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel, TypeAdapter

from tests.client.document import COMPONENTS, OPERATIONS, Fact, Schema, facts
from tryon_client import AsyncTryon, Tryon, admin, admin_models, base, errors, models, shop, watching
from tryon_client.calls import Call

CALLS: dict[str, Callable[..., Call[Any]]] = {
    name: call
    for module in (shop, admin)
    for name, call in vars(module).items()
    if inspect.isfunction(call) and call.__module__ == module.__name__ and not name.startswith("_")
}
WATCHED = "watch_job"
"""Server-sent events are no call: both clients have a method of their own."""

OTHERWISE = {
    "accept-language": "locale says it",
    "if-none-match": "nothing is kept here",
    "last-event-id": "the watch's own",
}
NAMES = {"photo": "photos", "picture": "pictures", "model": "model_name"}
"""Ours for the service's, where one stands for several or means something to pydantic."""

STRICTER = {"put_sizes": {"sizes"}}
"""What the service would do without, and the client asks for."""

AS_TEXT = {"budget": COMPONENTS["Money"]}
"""A text in the form, which may be such an object's JSON."""

WAYS: dict[str, list[dict[str, Any]]] = {
    "put_item": [{"pictures": ()}, {}],
    "start_import": [{"url": None}, {"feed": None, "pictures": None}],
}
"""What is left out where an operation may be asked for in several ways, each with a body of its own."""

HARMLESS = {"create_shopper", "cancel_job", "activate_index"}
"""POSTs without an Idempotency-Key that may be sent again when an answer is lost."""

GIVEN: dict[str, Any] = {
    "photo": b"x", "photos": [b"x"], "pictures": [b"x"], "feed": b"x", "item": admin_models.ItemFields(title="x"),
    "operations": [admin_models.Operation(op="delete", id="x")], "sizes": {"top": ["M"]}, "labels": ["x", "y"],
    "events": [models.Event(event_id="e", event="view", item_id="i")], "filters": models.Filters(brand=["x"]),
    "budget": base.Money(amount="1", currency="EUR"), "examples": [models.Example(item_id="x")],
    "mapping": {"title": "name"}, "since": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
}  # fmt: skip
"""A value for each argument that takes no plain one."""


def ours(hint: Any, *, words: bool) -> set[Fact]:
    schema = TypeAdapter(hint).json_schema()
    return set(facts(schema, schema.get("$defs", {}), words=words))


def bodies(operation: Schema) -> dict[str, Schema]:
    """Media type → the object that is sent."""
    found = {kind: body["schema"] for kind, body in operation.get("requestBody", {}).get("content", {}).items()}
    found = {kind: next(iter(schema.get("anyOf", [schema]))) for kind, schema in found.items()}
    return {
        kind: COMPONENTS[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        for kind, schema in found.items()
    }


def called(name: str, **given: Any) -> Call[Any]:
    """With every argument that one of its ways takes, unless given otherwise."""
    every = {argument: GIVEN.get(argument, "7") for argument in inspect.signature(CALLS[name]).parameters}
    return CALLS[name](**every | (given or WAYS.get(name, [{}])[0]))


def argument_of(parameter: Schema) -> str:
    return str(parameter["name"]).replace("-", "_").lower().removeprefix("x_")


def carried(name: str) -> Iterator[tuple[str, Schema, bool]]:
    """All that the document lets an operation carry: by the client's name, its schema, whether it must be there."""
    _, _, operation = OPERATIONS[name]
    arguments = inspect.signature(CALLS[name]).parameters
    for parameter in operation.get("parameters", ()):
        schema = parameter.get("schema") or parameter["content"]["application/json"]["schema"]
        if parameter["name"] not in OTHERWISE:
            yield argument_of(parameter), schema, parameter.get("required", False)
    sent = bodies(operation).values()
    if "item" in arguments:
        yield "item", COMPONENTS["ItemIn"], True
    for body in sent:
        for field, schema in body["properties"].items() if body["title"] != "ItemIn" else ():
            must = all(field in one.get("required", ()) for one in sent)
            if field != "item":
                name = field if field in arguments else NAMES.get(field, field)
                yield name, AS_TEXT.get(name, schema), must


def test_every_operation_is_a_method_of_both_clients() -> None:
    assert CALLS.keys() == OPERATIONS.keys() - {WATCHED}
    for name in OPERATIONS:
        for client in (Tryon, AsyncTryon):
            assert getattr(client, name).__name__ == name


@pytest.mark.parametrize("name", CALLS)
def test_each_takes_what_the_document_lets_it_carry_and_nothing_else(name: str) -> None:
    arguments, hints = inspect.signature(CALLS[name]).parameters, get_type_hints(CALLS[name])
    theirs: dict[str, set[Fact]] = {}
    for argument, schema, _ in carried(name):
        theirs.setdefault(argument, set()).update(facts(schema, words=True))
    null = {("", "null")}
    assert {argument: ours(hints[argument], words=True) - null for argument in arguments} == {
        argument: found - null for argument, found in theirs.items()
    }
    must = {argument for argument, _, required in carried(name) if required} | STRICTER.get(name, set())
    assert {one.name for one in arguments.values() if one.default is inspect.Parameter.empty} == must


@pytest.mark.parametrize(("name", "left_out"), [(name, way) for name in CALLS for way in WAYS.get(name, [{}])])
def test_what_is_given_is_sent_where_the_document_says(name: str, left_out: dict[str, Any]) -> None:
    method, path, operation = OPERATIONS[name]
    ids = dict.fromkeys(re.findall(r"{(\w+)}", path), "a/b")
    arguments = inspect.signature(CALLS[name]).parameters
    assert list(arguments)[: len(ids)] == list(ids)
    call = called(name, **ids, **left_out)
    assert (call.method, call.path) == (method, re.sub(r"{\w+}", "a%2Fb", path))
    fields: set[str] = set()
    if media := bodies(operation):
        kind = "multipart/form-data" if call.multipart else call.headers["Content-Type"]
        fields = set(media[kind]["properties"])
        sent = {field for field, _ in (*call.form, *call.files)} if call.multipart else set(json.loads(call.json or ""))
        assert sent == ({"title"} if media[kind]["title"] == "ItemIn" else fields)
    places: dict[str, set[str]] = {"path": set(), "query": set(), "header": {"content-type"} if call.json else set()}
    for parameter in operation.get("parameters", ()):
        if parameter["name"] not in OTHERWISE and argument_of(parameter) not in fields:
            places[parameter["in"]].add(parameter["name"].lower())
    assert call.params.keys() == places["query"]
    assert {header.lower() for header in call.headers} == places["header"]


@pytest.mark.parametrize("name", CALLS)
def test_nothing_is_repeated_that_would_be_done_twice(name: str) -> None:
    """A lost answer is asked for again where that changes nothing, or where a key tells the service that it is one."""
    method, _, operation = OPERATIONS[name]
    keyed = any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", ()))
    assert called(name).repeatable == (method in ("GET", "PUT") or keyed or name in HARMLESS)


@pytest.mark.parametrize("name", CALLS)
def test_each_answer_is_read_as_what_it_is(name: str) -> None:
    [read] = get_args(get_type_hints(CALLS[name])["return"])
    answers = {int(status): said.get("content", {}) for status, said in OPERATIONS[name][2]["responses"].items()}
    errors_too = {status for status, media in answers.items() if status >= 400 and "application/json" in media}
    assert called(name).answers == errors_too
    for media in (media for status, media in answers.items() if status < 300 or status in errors_too):
        if "application/json" in media:
            assert ours(read, words=False) == set(facts(media["application/json"]["schema"], words=False))
        else:
            assert read is (bytes if media else type(None))


@pytest.mark.parametrize("given", [{}, {"feed": b"x", "url": "u"}, {"url": "u", "pictures": b"x"}, {"pictures": b"x"}])
def test_of_two_ways_to_import_nothing_is_left_out_silently(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="either a feed"):
        admin.start_import(**given)


def test_no_model_is_left_that_nothing_sends_or_answers() -> None:
    """So each is held against the document, with what is inside it, by the two tests above."""
    hints = [hint for call in CALLS.values() for hint in get_type_hints(call).values()]
    schemas = [TypeAdapter(get_args(hint)[0] if get_origin(hint) is Call else hint).json_schema() for hint in hints]
    held = {name for schema in schemas for name in (schema.get("title"), *schema.get("$defs", ()))}
    kinds = [kind for module in (base, models, admin_models) for kind in vars(module).values() if inspect.isclass(kind)]
    made = {kind.__name__ for kind in kinds if issubclass(kind, BaseModel)}
    assert made - held == {"BaseModel", "Answer", "Asked", "Page"}


def test_a_problem_is_as_the_document_has_it() -> None:
    """All of it may be missing: what stands between us and the service has problems of its own."""
    mine = {(at.replace("?", ""), kind) for at, kind in ours(errors.ProblemDetails, words=False)}
    assert mine == {(at.replace("?", ""), kind) for at, kind in facts(COMPONENTS["ProblemDetails"], words=False)}


def test_the_events_of_a_job_are_those_of_the_document() -> None:
    stream = OPERATIONS[WATCHED][2]["responses"]["200"]["content"]["text/event-stream"]["schema"]
    assert list(get_args(watching.EventName)) == stream["properties"]["event"]["enum"]
