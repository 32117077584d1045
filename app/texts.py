"""Text from strangers: what no field may hold, wherever it came in."""

import unicodedata
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

ALLOWED_CONTROLS = frozenset("\t\n\r")
CLEAN = "must not contain control characters; remove them"
PLAIN = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
"""The same for who reads the OpenAPI document."""


def is_clean(text: str) -> bool:
    """No control characters but tab and line ends (PostgreSQL takes no NUL), no halves of surrogate pairs."""
    return text.isprintable() or not any(
        unicodedata.category(c) in ("Cc", "Cs") and c not in ALLOWED_CONTROLS for c in text
    )


def clean(text: str) -> str:
    """`text` as it is. Raises ValueError unless it is clean."""
    if not is_clean(text):
        raise ValueError(CLEAN)
    return text


@dataclass(frozen=True, slots=True)
class _Shown:
    """Says in JSON schema what `clean` looks for."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(core) | {"pattern": PLAIN}


CleanText = Annotated[str, AfterValidator(clean), _Shown()]

FormText = Annotated[str, BeforeValidator(clean), _Shown()]
"""As CleanText, for values that are text already: looked at before anything else judges them."""
