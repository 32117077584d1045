"""Text from strangers: what no field may hold, wherever it came in."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

ALLOWED_CONTROLS = frozenset("\t\n\r")
CLEAN = "must not contain control characters; remove them"


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


CleanText = Annotated[str, AfterValidator(clean)]

FormText = Annotated[str, BeforeValidator(clean)]
"""As CleanText, for values that are text already: looked at before anything else judges them."""
