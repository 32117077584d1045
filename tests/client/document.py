"""docs/openapi.json, and what a JSON schema comes down to, so that the client's can be held against it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Schema = dict[str, Any]
Fact = tuple[str, str]

DOCUMENT: Schema = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text("utf-8"))
COMPONENTS: dict[str, Schema] = DOCUMENT["components"]["schemas"]
OPERATIONS: dict[str, tuple[str, str, Schema]] = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}
FILES = ("binary", "path")


def facts(schema: Schema, known: Mapping[str, Schema] = COMPONENTS, *, words: bool, at: str = "") -> Iterator[Fact]:
    """Every place in a schema, and what may stand there: `.items[].price?.amount` is a string.

    All references are followed. A field that may be missing has a `?`; with `words` it counts which strings an
    enumeration allows, without it only that they are strings. Bounds and defaults do not count.
    """
    if "$ref" in schema:
        schema = known[schema["$ref"].rpartition("/")[2]]
    schema = schema.get("contentSchema", schema)
    if "anyOf" in schema:
        for one in schema["anyOf"]:
            yield from facts(one, known, words=words, at=at)
        return
    yield at, _kind(schema, words=words)
    if "items" in schema:
        yield from facts(schema["items"], known, words=words, at=f"{at}[]")
    for name, field in schema.get("properties", {}).items():
        mark = "" if name in schema.get("required", ()) else "?"
        yield from facts(field, known, words=words, at=f"{at}.{name}{mark}")
    for values in (schema.get("additionalProperties"), *schema.get("patternProperties", {}).values()):
        if isinstance(values, dict):
            yield from facts(values, known, words=words, at=f"{at}{{}}")


def _kind(schema: Schema, *, words: bool) -> str:
    if "enum" in schema or "const" in schema:
        return f"one of {sorted(schema.get('enum', [schema.get('const')]))}" if words else "string"
    kind: str = schema["type"]
    said = schema.get("format")
    return "file" if said in FILES else f"{kind} {said}" if said == "date-time" else kind
