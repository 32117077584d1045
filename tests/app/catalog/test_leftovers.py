"""Pictures that no item shows are removed, and no other; on SQLite and on PostgreSQL."""

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

from structlog.testing import capture_logs

from app.catalog.leftovers import GRACE, remove_orphans
from app.catalog.records import ItemRecord, PictureRecord
from app.catalog.repository import ItemRepository
from app.db.session import Database
from app.media.storage import LocalBlobs
from models.durable import PART

SHOWN, ORPHAN, FRESH = "items/aa/shown", "items/bb/orphan", "items/cc/fresh"


def age(path: Path) -> None:
    old = dt.datetime.now().timestamp() - GRACE.total_seconds() - 60
    os.utime(path, (old, old))


async def test_what_no_item_shows_goes_after_a_day(database: Database, tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    for key in (SHOWN, ORPHAN, FRESH, "answers/one"):
        blobs.put(key, b"picture")
    half = tmp_path / "items" / "aa" / f"{PART}killed"
    half.write_bytes(b"pict")
    for path in (tmp_path / SHOWN, tmp_path / ORPHAN, tmp_path / "answers/one", half):
        age(path)
    item = ItemRecord(id="a", content_hash="", pictures=(PictureRecord(SHOWN, "0", 1, 1),))
    async with database.unit_of_work() as session:
        await ItemRepository(session).upsert([item])

    await remove_orphans(database, blobs)

    left = {name for _, _, names in os.walk(tmp_path) for name in names}
    assert {"shown", "fresh", "one"} <= left
    assert not left & {"orphan", half.name}


async def test_a_picture_that_is_put_again_is_new_again(database: Database, tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    blobs.put(ORPHAN, b"picture")
    age(tmp_path / ORPHAN)
    blobs.put(ORPHAN, b"picture")
    await remove_orphans(database, blobs)
    assert blobs.get(ORPHAN) == b"picture"


class PutMeanwhile(LocalBlobs):
    """An import stores a picture again just after it was listed, and has not committed its item yet."""

    def unchanged_since(self, prefix: str, moment: dt.datetime) -> Iterator[str]:
        yield from super().unchanged_since(prefix, moment)
        self.put(ORPHAN, b"picture")


async def test_a_picture_that_is_put_again_meanwhile_stays(database: Database, tmp_path: Path) -> None:
    blobs = PutMeanwhile(tmp_path)
    blobs.put(ORPHAN, b"picture")
    age(tmp_path / ORPHAN)
    await remove_orphans(database, blobs)
    assert blobs.get(ORPHAN) == b"picture"


async def test_a_store_that_nobody_filled_is_left_alone(database: Database, tmp_path: Path) -> None:
    with capture_logs() as told:
        await remove_orphans(database, LocalBlobs(tmp_path / "none"))
    assert told == []
    assert not (tmp_path / "none").exists()
