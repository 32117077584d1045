"""Parameters of addresses, as the document shows them."""

from typing import Any

from fastapi import Path

from app.texts import PLAIN


def path_id(description: str, example: str, pattern: str = "") -> Any:
    """An id in a path: any text that may stand there, or a `pattern`. What is not found answers 404."""
    told = {"minLength": 1, "pattern": f"^{pattern}$" if pattern else PLAIN}
    return Path(description=description, examples=[example], json_schema_extra=told)
