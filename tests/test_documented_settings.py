"""Every setting is in docs/SETTINGS.md, and nothing that is no setting."""

import re
from collections.abc import Iterator
from pathlib import Path

from app.settings import Settings
from tests.app.test_settings import leaves

DOCUMENT = Path(__file__).parents[1] / "docs" / "SETTINGS.md"


def documented() -> Iterator[str]:
    """Names in the first column; `__NAME` is a neighbour of the first in its row."""
    for row in re.findall(r"^\| (`TRYON_.*?) \|", DOCUMENT.read_text("utf-8"), re.MULTILINE):
        first, *others = re.findall(r"`(\w+)`", row)
        yield first
        for name in others:
            yield first.rpartition("__")[0] + name if name.startswith("__") else name


def test_the_document_names_exactly_the_settings() -> None:
    assert sorted(documented()) == sorted(f"TRYON_{'__'.join(path).upper()}" for path in leaves(Settings))
