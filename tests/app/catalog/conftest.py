"""Catalogue fixtures: blobs, drawn pictures, records."""

import io
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PIL import Image

from app.catalog.records import ItemRecord, PictureRecord
from app.catalog.repository import ItemRepository
from app.db.session import Database
from app.media.storage import LocalBlobs

Put = Callable[..., Awaitable[None]]


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


@pytest.fixture
def put(database: Database, blobs: LocalBlobs, picture: Callable[..., bytes]) -> Put:
    """Writes an item, a dress unless said otherwise, with a picture of each colour: `put("a", "red", "blue")`."""

    async def write(id_: str, *colours: str, **facts: str) -> None:
        for colour in colours:
            blobs.put(f"items/{colour}", picture(colour, "PNG"))
        pictures = tuple(PictureRecord(f"items/{colour}", colour, 30, 40) for colour in colours)
        given = {"title": id_, "kind": "dress", "slot": "one_piece"} | facts
        record = ItemRecord(id=id_, content_hash="0", pictures=pictures, **given)  # type: ignore[arg-type]  # by name
        async with database.unit_of_work() as session:
            await ItemRepository(session).upsert([record])

    return write
