"""Pictures that a feed names by their address: fetched when needed, and one that cannot be had fails its row alone."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.catalog.importing.importer import ImportReport, ImportRequest, run_import
from app.catalog.repository import ItemRepository
from app.db.migrate import upgrade
from app.db.session import Database
from app.media.fetching.settings import FetchSettings
from app.media.storage import LocalBlobs
from app.settings import Settings
from tests.app.media.fetching.misbehaving import Misbehaving, answers, misbehaving, picture, with_validators


@pytest.fixture
async def server() -> AsyncIterator[Misbehaving]:
    async with misbehaving() as here:
        yield here


@pytest.fixture
async def lite(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    await upgrade(opened)
    yield opened
    await opened.close()


class Shop:
    """Imports rows into one catalogue."""

    def __init__(self, folder: Path, database: Database, server: Misbehaving) -> None:
        fetch = FetchSettings(allow_private=[server.place], backoff_s=0.001, attempts=2)
        self.settings, self.database = Settings(data_dir=folder, fetch=fetch), database
        self.blobs = LocalBlobs(folder / "blobs")

    async def take(self, *rows: dict[str, Any], **request: Any) -> ImportReport:
        feed = self.settings.data_dir / "feed.jsonl"
        feed.write_text("\n".join(map(json.dumps, rows)))
        return await run_import(self.database, self.blobs, self.settings, ImportRequest(feed, **request))

    async def pictures(self, item_id: str) -> list[bytes]:
        async with self.database.unit_of_work() as session:
            item = await ItemRepository(session).get(item_id)
        return [] if item is None else [self.blobs.get(one.blob_key) for one in item.pictures]


@pytest.fixture
def shop(tmp_path: Path, lite: Database, server: Misbehaving) -> Shop:
    return Shop(tmp_path, lite, server)


async def test_pictures_are_fetched_once_and_asked_for_conditionally_later(shop: Shop, server: Misbehaving) -> None:
    main, side = server.on("/1.jpg", with_validators(picture(1))), server.on("/2.png", answers(200, picture(2, "PNG")))
    row = {"id": "1", "title": "a", "image_link": [main, side]}
    assert (await shop.take(row)).created == 1
    assert await shop.pictures("1") == [picture(1), picture(2, "PNG")]
    assert (await shop.take(row)).unchanged == 1
    assert server.asked("/1.jpg")[1].headers["if-none-match"] == '"v1"'
    server.on("/1.jpg", answers(200, picture(3)))
    assert (await shop.take(row)).changed == 1
    assert (await shop.pictures("1"))[0] == picture(3)


async def test_what_cannot_be_had_or_decoded_fails_its_row_alone(shop: Shop, server: Misbehaving) -> None:
    good, gone = server.on("/good.jpg", answers(200, picture(1))), server.on("/gone.jpg", answers(404))
    page, cut = server.on("/page", answers(200, b"<html>")), server.on("/cut.jpg", answers(200, picture(2)[:-200]))
    report = await shop.take(
        {"id": "1", "pictures": [gone]},
        {"id": "2", "pictures": [page]},
        {"id": "3", "pictures": [cut]},
        {"id": "4", "pictures": [good, gone]},
        {"id": "5", "pictures": ["http://127.0.0.1:1/x.jpg"]},
        {"id": "6", "pictures": [good]},
    )
    assert (report.created, report.failed) == (2, 4)
    assert {issue.id: issue.field for issue in report.errors} == dict.fromkeys("1235", "pictures")
    assert [(issue.id, gone in issue.reason) for issue in report.warnings] == [("4", True)]
    assert await shop.pictures("4") == [picture(1)]


async def test_an_item_keeps_its_pictures_while_their_server_is_away(shop: Shop, server: Misbehaving) -> None:
    main, side = server.on("/1.jpg", answers(200, picture(1))), server.on("/2.jpg", answers(200, picture(2)))
    await shop.take({"id": "1", "title": "a", "pictures": [main, side]})
    for path in ("/2.jpg", "/1.jpg"):
        server.on(path, answers(503))
        report = await shop.take({"id": "1", "title": f"away {path}", "pictures": [main, side]})
        assert (report.changed, report.failed) == (1, 0)
        assert report.warned > 0
        assert await shop.pictures("1") == [picture(1), picture(2)]


async def test_a_dry_run_asks_and_keeps_nothing(shop: Shop, server: Misbehaving, tmp_path: Path) -> None:
    good, gone = server.on("/good.jpg", answers(200, picture(1))), server.on("/gone.jpg", answers(404))
    report = await shop.take({"id": "1", "pictures": [good]}, {"id": "2", "pictures": [gone]}, dry_run=True)
    assert (report.created, report.failed) == (1, 1)
    assert not (tmp_path / "blobs").exists()
    assert await shop.pictures("1") == []
