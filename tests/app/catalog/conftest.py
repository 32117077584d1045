"""Catalogue fixtures: blobs, drawn pictures, records."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from app.media.storage import LocalBlobs


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "blobs")


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """A small plain picture's bytes: `picture("red")`, `picture("red", "PNG")`."""

    def draw(colour: str, format_: str = "WEBP", size: tuple[int, int] = (30, 40)) -> bytes:
        out = io.BytesIO()
        Image.new("RGB", size, colour).save(out, format_)
        return out.getvalue()

    return draw
