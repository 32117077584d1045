"""Imports into real databases."""

import dataclasses
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.changelog import ChangeLog
from app.catalog.importing.importer import ImportReport, ImportRequest, SilentJournal, run_import
from app.catalog.importing.outcomes import RowReport
from app.catalog.repository import ItemRepository
from app.db.session import Database
from app.errors import ImportFailed
from app.media.storage import LocalBlobs
from app.settings import Settings

Draw = Callable[..., bytes]

FEED = """id,name,article_type,base_colour,gender
1,Red dress,Dresses,Red,Women
2,Blue jeans,Jeans,Blue,Men
3,Broken,Tops,Red,Women
4,No picture,Tops,Red,Women
1,Again,Tops,Red,Women
,No id,Tops,Red,Women
"""


@pytest.fixture
def request_(tmp_path: Path, picture: Draw) -> ImportRequest:
    (tmp_path / "items.csv").write_text(FEED)
    folder = tmp_path / "pictures" / "deep"
    folder.mkdir(parents=True)
    (folder / "1.png").write_bytes(picture("red", "PNG"))
    with zipfile.ZipFile(tmp_path / "pictures.zip", "w") as archive:
        archive.writestr("x/1.webp", picture("green"))
        archive.writestr("x/2.gif", picture("blue", "GIF"))
        archive.writestr("x/3.webp", picture("blue")[:40])
    return ImportRequest(tmp_path / "items.csv", pictures=(tmp_path / "pictures", tmp_path / "pictures.zip"))


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.changed, report.unchanged, report.failed


async def test_bad_rows_and_pictures_fail_alone_and_again_changes_nothing(
    database: Database, blobs: LocalBlobs, request_: ImportRequest, picture: Draw
) -> None:
    seen: list[tuple[int, int]] = []

    async def progress(done: int, total: int) -> None:
        seen.append((done, total))

    first = await run_import(database, blobs, Settings(), request_, progress=progress)
    assert counts(first) == (3, 0, 0, 3)
    assert [(e.line, e.id, e.field) for e in sorted(first.errors, key=lambda e: e.line)] == [
        (4, "3", "pictures"),
        (6, "1", "id"),
        (7, "", "id"),
    ]
    assert [(w.id, w.field) for w in first.warnings] == [("4", "pictures")]
    assert seen[-1] == (6, 6)
    async with database.unit_of_work() as session:
        rows = await ItemRepository(session).hydrate(["1", "2", "3", "4"])
        revision = (await ChangeLog(session).state()).revision
    assert [(i, len(row.pictures)) for i, row in rows.items()] == [("1", 1), ("2", 1), ("4", 0)]
    assert blobs.get(rows["1"].pictures[0].blob_key) == picture("red", "PNG")
    assert blobs.get(rows["2"].pictures[0].blob_key)[8:12] == b"WEBP"

    again = await run_import(database, blobs, Settings(), request_)
    assert counts(again) == (0, 0, 3, 3)
    async with database.unit_of_work() as session:
        assert (await ChangeLog(session).state()).revision == revision


class Watching(SilentJournal):
    """Asks, in each transaction that shows pictures, whether the disk has them: their bytes, and then their names."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.folder, self.shown = folder, set[str]()
        self._synced: dict[int, set[Path]] = {}
        self._fsync = os.fsync
        monkeypatch.setattr(os, "fsync", self._watched)

    async def write(self, session: AsyncSession, rows: Sequence[RowReport], checkpoint: Mapping[str, Any]) -> None:
        items = await ItemRepository(session).hydrate([row.item_id for row in rows])
        for key in (picture.blob_key for item in items.values() for picture in item.pictures):
            path = self.folder / key
            assert path.stat().st_ino in self._synced
            assert path in self._synced[path.parent.stat().st_ino], "its folder is waited for when it has appeared"
            self.shown.add(key)

    def _watched(self, handle: int) -> None:
        known = os.fstat(handle)
        self._synced[known.st_ino] = set(self.folder.rglob("*"))
        self._fsync(handle)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_row_never_names_a_picture_that_a_power_cut_could_take(
    database: Database, blobs: LocalBlobs, request_: ImportRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Watching(tmp_path / "blobs", monkeypatch)
    await run_import(database, blobs, Settings(), request_, journal=journal)
    assert len(journal.shown) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_changes_are_told_from_what_stayed(
    database: Database, blobs: LocalBlobs, request_: ImportRequest, picture: Draw, tmp_path: Path
) -> None:
    await run_import(database, blobs, Settings(), request_)
    request_.feed.write_text(FEED.replace("Blue jeans", "Navy jeans"))
    (tmp_path / "pictures" / "deep" / "1.png").write_bytes(picture("maroon", "PNG"))
    assert counts(await run_import(database, blobs, Settings(), request_)) == (0, 2, 1, 3)
    bare = dataclasses.replace(request_, pictures=())
    assert counts(await run_import(database, blobs, Settings(), bare)) == (1, 0, 3, 2)
    async with database.unit_of_work() as session:
        row = await ItemRepository(session).get("1")
    assert row and blobs.get(row.pictures[0].blob_key) == picture("maroon", "PNG")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_dry_run_tells_all_and_writes_nothing(
    database: Database, blobs: LocalBlobs, request_: ImportRequest, tmp_path: Path
) -> None:
    report = await run_import(database, blobs, Settings(), dataclasses.replace(request_, dry_run=True))
    assert counts(report) == (3, 0, 0, 3)
    async with database.unit_of_work() as session:
        assert await ItemRepository(session).count() == 0
    assert not (tmp_path / "blobs").exists()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_cannot_be_read_at_all_is_refused(
    database: Database, blobs: LocalBlobs, request_: ImportRequest, tmp_path: Path
) -> None:
    (tmp_path / "no.zip").write_bytes(b"no zip")
    for wrong in (
        dataclasses.replace(request_, feed=tmp_path / "missing.csv"),
        dataclasses.replace(request_, pictures=(tmp_path / "no.zip",)),
        dataclasses.replace(request_, pictures=(tmp_path / "nowhere",)),
        dataclasses.replace(request_, joins=(tmp_path / "missing.csv",)),
    ):
        with pytest.raises(ImportFailed, match=r"missing\.csv|no\.zip|nowhere"):
            await run_import(database, blobs, Settings(), wrong)
