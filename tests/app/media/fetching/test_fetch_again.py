"""Pictures that were fetched before are asked for conditionally, on every database."""

import asyncio
import datetime as dt
import hashlib
from pathlib import Path

import pytest

from app.db.base import now
from app.db.session import Database
from app.media.fetching.forgetting import forget_unasked
from app.media.fetching.repository import FetchedFiles, Remembered
from app.media.fetching.results import Fetched, FetchFailed
from app.media.fetching.settings import FetchSettings
from app.media.pictures import picture_key
from app.media.storage import LocalBlobs
from app.settings import LimitSettings
from tests.app.media.fetching.conftest import MakeFetcher
from tests.app.media.fetching.misbehaving import Misbehaving, answers, picture, with_validators

PICTURE = picture(1)
KEY = picture_key(hashlib.sha256(PICTURE).hexdigest())
MODIFIED = "Wed, 21 Oct 2015 07:28:00 GMT"


async def fetched(make: MakeFetcher, database: Database, url: str, *, keep: bool = True) -> Fetched:
    outcome = (await make(database).fetch_many([url], keep=keep))[url]
    assert isinstance(outcome, Fetched), outcome
    return outcome


def conditions(server: Misbehaving) -> list[tuple[str | None, str | None]]:
    return [(s.headers.get("if-none-match"), s.headers.get("if-modified-since")) for s in server.seen]


async def test_what_did_not_change_comes_from_the_blob_store(
    server: Misbehaving, fetching: MakeFetcher, database: Database, blobs: LocalBlobs
) -> None:
    url = server.on("/a.jpg", with_validators(PICTURE))
    first = await fetched(fetching, database, url)
    again = await fetched(fetching, database, url)
    assert (first.changed, again.changed) == (True, False)
    assert (again.data, again.sha256) == (PICTURE, first.sha256)
    assert blobs.get(KEY) == PICTURE
    assert conditions(server) == [(None, None), ('"v1"', MODIFIED)]


async def test_a_changed_picture_takes_the_place_of_the_old(
    server: Misbehaving, fetching: MakeFetcher, database: Database
) -> None:
    url = server.on("/a.jpg", with_validators(PICTURE))
    await fetched(fetching, database, url)
    server.on("/a.jpg", with_validators(picture(2), '"v2"'))
    changed = await fetched(fetching, database, url)
    assert (changed.data, changed.changed) == (picture(2), True)
    assert (await fetched(fetching, database, url)).data == picture(2)
    assert [etag for etag, _ in conditions(server)] == [None, '"v1"', '"v2"']


@pytest.mark.parametrize("harm", ["gone", "other bytes"])
async def test_a_blob_that_is_gone_or_damaged_is_asked_for_again(
    server: Misbehaving, fetching: MakeFetcher, database: Database, blobs: LocalBlobs, harm: str
) -> None:
    url = server.on("/a.jpg", with_validators(PICTURE))
    await fetched(fetching, database, url)
    blobs.delete(KEY) if harm == "gone" else blobs.put(KEY, b"something else")
    again = await fetched(fetching, database, url)
    assert (again.data, again.changed) == (PICTURE, True)
    assert conditions(server) == [(None, None), ('"v1"', MODIFIED), (None, None)]
    assert blobs.get(KEY) == PICTURE


async def test_a_dry_run_writes_nothing(
    server: Misbehaving, fetching: MakeFetcher, database: Database, tmp_path: Path
) -> None:
    url = server.on("/a.jpg", with_validators(PICTURE))
    await fetched(fetching, database, url, keep=False)
    assert not (tmp_path / "blobs").exists()
    async with database.unit_of_work() as session:
        assert await FetchedFiles(session).of([url]) == {}
    await fetched(fetching, database, url)
    assert (await fetched(fetching, database, url, keep=False)).changed is False


async def test_validators_are_only_for_the_address_that_gave_them(
    server: Misbehaving, fetching: MakeFetcher, database: Database
) -> None:
    server.on("/one.jpg", with_validators(PICTURE))
    server.on("/two.jpg", with_validators(picture(2)))  # the same ETag, another picture
    url = server.on("/a.jpg", answers(302, Location="/one.jpg"))
    await fetched(fetching, database, url)
    assert (await fetched(fetching, database, url)).changed is False
    server.on("/a.jpg", answers(302, Location="/two.jpg"))
    moved = await fetched(fetching, database, url)
    assert (moved.data, moved.changed) == (picture(2), True)
    asked = [(s.path, "if-none-match" in s.headers) for s in server.seen]
    assert asked == [
        ("/a.jpg", False), ("/one.jpg", False), ("/a.jpg", False), ("/one.jpg", True), ("/a.jpg", False),
        ("/two.jpg", False),
    ]  # fmt: skip


async def test_without_validators_it_is_simply_asked_again(
    server: Misbehaving, fetching: MakeFetcher, database: Database
) -> None:
    url = server.on("/a.jpg", answers(200, PICTURE))
    await fetched(fetching, database, url)
    assert (await fetched(fetching, database, url)).data == PICTURE
    assert conditions(server) == [(None, None)] * 2


@pytest.mark.parametrize("etag", ['"\u00e9"', '"' + "x" * 2_000 + '"', '"a\tb"'])
async def test_validators_that_cannot_be_sent_back_are_left_out(
    server: Misbehaving, fetching: MakeFetcher, database: Database, etag: str
) -> None:
    url = server.on("/a.jpg", with_validators(PICTURE, etag, ""))
    for _ in range(2):
        assert (await fetched(fetching, database, url)).data == PICTURE
    assert conditions(server) == [(None, None)] * 2


async def test_a_304_that_nobody_asked_for_is_no_picture(
    server: Misbehaving, fetching: MakeFetcher, database: Database
) -> None:
    url = server.on("/a.jpg", answers(200, PICTURE), answers(304))
    await fetched(fetching, database, url)
    outcome = (await fetching(database).fetch_many([url]))[url]
    assert outcome == FetchFailed(url, "answered 304")


async def test_narrower_limits_count_for_stored_pictures_too(
    server: Misbehaving, fetching: MakeFetcher, database: Database
) -> None:
    url = server.on("/a.jpg", with_validators(PICTURE))
    await fetched(fetching, database, url)
    narrow = fetching(database, LimitSettings(photo_pixels=10))
    assert (await narrow.fetch_many([url]))[url] == FetchFailed(url, "has more than 10 pixels")


async def test_formats_that_are_stored_otherwise_are_fetched_anew(
    server: Misbehaving, fetching: MakeFetcher, database: Database
) -> None:
    data = picture(3, "BMP")
    url = server.on("/a.bmp", with_validators(data))
    for _ in range(2):
        assert (await fetched(fetching, database, url)).data == data
    assert conditions(server) == [(None, None)] * 2


async def test_many_are_remembered_and_old_ones_forgotten(database: Database) -> None:
    files = [
        Remembered(f"https://shop.example/{n}", f"https://shop.example/{n}", "", "", "0" * 64, f"items/{n}")
        for n in range(1_200)
    ]
    for _ in range(2):
        async with database.unit_of_work() as session:
            await FetchedFiles(session).put(files)
    async with database.unit_of_work() as session:
        repository = FetchedFiles(session)
        assert await repository.of([file.url for file in files]) == {file.url: file for file in files}
        assert await repository.forget(now() - dt.timedelta(days=1)) == 0
    await forget_unasked(database, FetchSettings(keep_days=1))
    async with database.unit_of_work() as session:
        repository = FetchedFiles(session)
        assert len(await repository.of([files[0].url])) == 1
        assert await repository.forget(now() + dt.timedelta(days=1)) == len(files)
        assert await repository.of([files[0].url]) == {}


async def test_two_imports_may_remember_the_same_at_once(
    server: Misbehaving, fetching: MakeFetcher, database: Database
) -> None:
    urls = [server.on(f"/{n}.jpg", with_validators(picture(n))) for n in range(12)]
    calls = (fetching(database).fetch_many(order) for order in (urls, urls[::-1]))
    for outcomes in await asyncio.gather(*calls):
        assert all(isinstance(outcome, Fetched) for outcome in outcomes.values())
