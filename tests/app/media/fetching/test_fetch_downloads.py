"""Feeds by their address: whole or not at all."""

import asyncio
import gzip
from pathlib import Path

import pytest

from app.errors import ImportFailed
from tests.app.media.fetching.conftest import MakeFetcher
from tests.app.media.fetching.misbehaving import Misbehaving, answers, drips, endless, raw

FEED = b"id\ttitle\n" + b"1\tA dress\n" * 300_000


async def test_a_feed_becomes_a_file(server: Misbehaving, fetching: MakeFetcher, tmp_path: Path) -> None:
    server.on("/feed.tsv", answers(200, FEED))
    url = server.on("/feed", answers(302, Location="/feed.tsv"))
    await fetching().download(url, tmp_path / "feed.tsv", 10_000_000)
    assert (tmp_path / "feed.tsv").read_bytes() == FEED


async def test_a_packed_transfer_is_unpacked_and_a_packed_file_is_not(
    server: Misbehaving, fetching: MakeFetcher, tmp_path: Path
) -> None:
    packed = gzip.compress(FEED)
    transfer = server.on("/feed.tsv", answers(200, packed, Content_Encoding="gzip"))
    file = server.on("/feed.tsv.gz", answers(200, packed, Content_Type="application/gzip"))
    await fetching().download(transfer, tmp_path / "a", 10_000_000)
    await fetching().download(file, tmp_path / "b", 10_000_000)
    assert (tmp_path / "a").read_bytes() == FEED
    assert (tmp_path / "b").read_bytes() == packed


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (answers(404), "answered 404"),
        (answers(200), "gave an empty file"),
        (endless(), "has more than 1,000,000 bytes"),
        (answers(200, gzip.compress(bytes(30_000_000)), Content_Encoding="gzip"), "has more than 1,000,000 bytes"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\nid\ttitle\n"), "gave no complete HTTP answer"),
        (drips(0.01), "took longer than 0.2 s"),
        (answers(302, Location="http://10.0.0.1/feed"), r"is on a private network \(10.0.0.1\)"),
    ],
)
async def test_what_cannot_be_had_leaves_nothing(
    server: Misbehaving, fetching: MakeFetcher, tmp_path: Path, act, expected: str
) -> None:
    folder = tmp_path / "feeds"
    folder.mkdir()
    (folder / "feed.tsv").write_bytes(b"the one before")
    url = server.on("/feed.tsv", act)
    with pytest.raises(ImportFailed, match=expected):
        await fetching(download_s=0.2, attempts=2).download(url, folder / "feed.tsv", 1_000_000)
    assert [path.name for path in folder.iterdir()] == ["feed.tsv"]
    assert (folder / "feed.tsv").read_bytes() == b"the one before"


async def test_a_second_try_begins_anew(server: Misbehaving, fetching: MakeFetcher, tmp_path: Path) -> None:
    cut = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + FEED[:2_000_000])
    url = server.on("/feed.tsv", cut, answers(200, FEED))
    await fetching().download(url, tmp_path / "feed.tsv", 10_000_000)
    assert (tmp_path / "feed.tsv").read_bytes() == FEED


async def test_a_cancelled_download_leaves_nothing(server: Misbehaving, fetching: MakeFetcher, tmp_path: Path) -> None:
    folder = tmp_path / "feeds"
    folder.mkdir()
    begun = asyncio.Event()

    async def begin(seen, reader, writer) -> None:
        begun.set()
        await drips(0.01)(seen, reader, writer)

    task = asyncio.create_task(fetching().download(server.on("/feed", begin), folder / "feed", 10_000_000))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list(folder.iterdir()) == []


async def test_a_place_that_cannot_be_written_is_said(
    server: Misbehaving, fetching: MakeFetcher, tmp_path: Path
) -> None:
    url = server.on("/feed", answers(200, FEED))
    with pytest.raises(FileNotFoundError):
        await fetching().download(url, tmp_path / "nowhere" / "feed", 10_000_000)
