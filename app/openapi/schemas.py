"""Schemas that FastAPI cannot see: bodies that are read by hand, and values that are judged one by one."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue, models_json_schema
from pydantic_core import CoreSchema

REF = "#/components/schemas/{model}"
BINARY = {"type": "string", "format": "binary"}
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class ShownAs:
    """Annotates a value that the document shows as `model`, though something else judges it."""

    model: type[BaseModel]

    def __get_pydantic_json_schema__(self, _core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(self.model.__pydantic_core_schema__)


@dataclass(frozen=True, slots=True)
class JsonText:
    """Annotates text that holds `model` as JSON (`many`: a list of them); `example` is one way to write it."""

    model: type[BaseModel]
    example: str
    many: bool = False

    def __get_pydantic_json_schema__(self, _core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        one = handler(self.model.__pydantic_core_schema__)
        content = {"type": "array", "items": one} if self.many else one
        return {"type": "string", "contentMediaType": JSON, "contentSchema": content, "examples": [self.example]}


def component(model: type[BaseModel]) -> dict[str, Any]:
    """A reference to `model` among the document's components. It brings them along as `$defs`."""
    refs, definitions = models_json_schema([(model, "validation")], ref_template=REF)
    return {**refs[model, "validation"], **definitions}


def form_body(
    model: type[BaseModel], files: dict[str, Any], required: tuple[str, ...] = (), **others: dict[str, Any]
) -> dict[str, Any]:
    """A multipart body: the fields of `model` and `files`. `others` are bodies by another media type: `json=schema`."""
    schema = model.model_json_schema(ref_template=REF)
    schema["properties"] = {**files, **{name: never_null(field) for name, field in schema["properties"].items()}}
    if required:
        schema["required"] = [*required, *schema.get("required", ())]
    content = {"multipart/form-data": {"schema": schema}}
    content |= {f"application/{kind.replace('_', '+')}": {"schema": other} for kind, other in others.items()}
    return {"required": True, "content": content}


def never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Of a parameter or a form's field: it is there or not."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    if rest.get("default", ...) is None or "contentSchema" in rest:  # what text stands for is no text
        rest.pop("default", None)
    return {**rest, **(kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {})}


def picture(media_type: str, description: str) -> dict[str, Any]:
    """An answer that is a picture."""
    return {"description": description, "content": {media_type: {"schema": BINARY}}}
