"""Pictures fetched from a server that misbehaves in every way a server can."""

import asyncio
import errno
import gzip
import hashlib
import io
from time import monotonic
from typing import Never

import pytest
from PIL import Image

from app.media.fetching.results import Fetched, FetchFailed
from app.media.storage import LocalBlobs
from app.settings import LimitSettings
from tests.app.media.fetching.conftest import MakeFetcher
from tests.app.media.fetching.misbehaving import (
    Act,
    Misbehaving,
    Seen,
    answers,
    drips,
    endless,
    picture,
    raw,
    silent,
    together,
)

PICTURE = picture()
JPEG_TYPE = {"Content_Type": "image/jpeg"}


async def reason(make: MakeFetcher, url: str, **fetch: object) -> str:
    """Why one URL gives nothing."""
    outcome = (await make(**fetch).fetch_many([url]))[url]
    assert isinstance(outcome, FetchFailed)
    assert outcome.url == url
    return outcome.reason


async def got(make: MakeFetcher, url: str, **fetch: object) -> Fetched:
    """What one URL gives."""
    outcome = (await make(**fetch).fetch_many([url]))[url]
    assert isinstance(outcome, Fetched), outcome
    return outcome


async def test_a_picture_comes_as_it_is(server: Misbehaving, fetching: MakeFetcher) -> None:
    url = server.on("/a.jpg", answers(200, PICTURE, **JPEG_TYPE))
    fetched = await got(fetching, url)
    assert fetched == Fetched(url, PICTURE, hashlib.sha256(PICTURE).hexdigest(), kept=True)
    sent = server.seen[0].headers
    assert sent["host"] == server.place
    assert sent["accept-encoding"] == "identity"
    assert sent["user-agent"].startswith("tryon")


async def test_what_a_picture_is_says_its_content(server: Misbehaving, fetching: MakeFetcher) -> None:
    page = b"<!doctype html><title>Sorry</title>" * 20
    lies = server.on("/lies.jpg", answers(200, page, **JPEG_TYPE))
    modest = server.on("/modest", answers(200, PICTURE, Content_Type="text/html"))
    outcomes = await fetching().fetch_many([lies, modest])
    assert outcomes[lies] == FetchFailed(lies, "is not a picture that we can read")
    assert isinstance(outcomes[modest], Fetched)


@pytest.mark.parametrize("status", [204, 206, 300, 304, 400, 401, 403, 404, 410, 451, 501])
async def test_other_answers_are_final(server: Misbehaving, fetching: MakeFetcher, status: int) -> None:
    url = server.on("/a.jpg", answers(status))
    assert await reason(fetching, url) == f"answered {status}"
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_what_may_pass_is_tried_again(server: Misbehaving, fetching: MakeFetcher, status: int) -> None:
    url = server.on("/a.jpg", answers(status), answers(200, PICTURE))
    assert (await got(fetching, url)).data == PICTURE
    down = server.on("/b.jpg", answers(status))
    assert await reason(fetching, down, attempts=3) == f"answered {status}"
    assert (len(server.asked("/a.jpg")), len(server.asked("/b.jpg"))) == (2, 3)


async def test_a_server_s_own_pause_is_kept(server: Misbehaving, fetching: MakeFetcher) -> None:
    url = server.on("/a.jpg", answers(503, Retry_After="1"), answers(200, PICTURE))
    began = monotonic()
    assert (await got(fetching, url)).data == PICTURE
    assert monotonic() - began >= 1


async def test_a_pause_that_is_too_long_fails_all_of_the_host(server: Misbehaving, fetching: MakeFetcher) -> None:
    urls = [server.on(f"/{n}.jpg", answers(429, Retry_After="3600")) for n in range(5)]
    outcomes = await fetching(per_host=1).fetch_many(urls)
    reasons = [outcome.reason for outcome in outcomes.values() if isinstance(outcome, FetchFailed)]
    assert reasons[0] == "answered 429 and asked to wait 3600 s"
    assert all("asked to be left alone for" in later for later in reasons[1:])
    assert (len(reasons), len(server.seen)) == (5, 1)


BROKEN: list[tuple[Act, str]] = [
    (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + PICTURE), "gave no complete HTTP answer"),
    (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"), "gave no complete HTTP answer"),
    (raw(b""), "gave no complete HTTP answer"),
    (raw(b"SSH-2.0-OpenSSH_9.9\r\n"), "gave no complete HTTP answer"),
    (raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000), "gave no complete HTTP answer"),
]


@pytest.mark.parametrize(("act", "expected"), BROKEN, ids=["truncated", "cut chunk", "hangs up", "not HTTP", "header"])
async def test_a_broken_answer_is_asked_for_again(
    server: Misbehaving, fetching: MakeFetcher, act: Act, expected: str
) -> None:
    mended = server.on("/mended.jpg", act, answers(200, PICTURE))
    broken = server.on("/broken.jpg", act)
    outcomes = await fetching(attempts=2).fetch_many([mended, broken])
    assert isinstance(outcomes[mended], Fetched)
    assert outcomes[broken] == FetchFailed(broken, expected)


async def test_nobody_there(server: Misbehaving, fetching: MakeFetcher, unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}/a.jpg"
    assert await reason(fetching, url, allow_private=[f"127.0.0.1:{unused_tcp_port}"]) == "could not be connected to"


async def test_silence_and_dripping_end(server: Misbehaving, fetching: MakeFetcher) -> None:
    quiet, slow = server.on("/quiet", silent()), server.on("/slow", drips(0.01))
    assert await reason(fetching, quiet, read_s=0.1, attempts=2) == "said nothing for 0.1 s"
    assert len(server.asked("/quiet")) == 2
    assert await reason(fetching, slow, total_s=0.3, attempts=2) == "took longer than 0.3 s"
    assert len(server.asked("/slow")) == 1


HINT = b"HTTP/1.1 103 Early Hints\r\n\r\n"


@pytest.mark.parametrize(("head", "piece"), [(b"", HINT), (b"HTTP/1.1 200 OK\r\nX: ", b"x")], ids=["hints", "header"])
async def test_an_answer_that_never_begins_ends(
    server: Misbehaving, fetching: MakeFetcher, head: bytes, piece: bytes
) -> None:
    async def act(seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while not reader.at_eof():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)

    assert await reason(fetching, server.on("/a.jpg", act), total_s=0.3) == "took longer than 0.3 s"


async def test_a_silent_name_server_ends(server: Misbehaving, fetching: MakeFetcher) -> None:
    async def never(host: str, port: int) -> Never:
        await asyncio.Event().wait()
        raise AssertionError

    fetch = {"resolve": never, "connect_s": 0.1, "attempts": 1}
    assert await reason(fetching, "http://shop.example/", **fetch) == "could not be connected to within 0.1 s"


async def test_a_cancelled_call_leaves_no_request_behind(server: Misbehaving, fetching: MakeFetcher) -> None:
    begun, gone = asyncio.Event(), asyncio.Event()

    async def act(seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun.set()
        await reader.read()
        gone.set()

    fetcher = fetching(per_host=1)
    task = asyncio.create_task(fetcher.fetch_many([server.on("/a.jpg", act)]))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(gone.wait(), 5)
    url = server.on("/b.jpg", answers(200, PICTURE))
    assert isinstance((await fetcher.fetch_many([url]))[url], Fetched)


async def test_a_full_disk_is_nobody_s_picture_s_fault(
    server: Misbehaving, fetching: MakeFetcher, blobs: LocalBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> Never:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(blobs, "together", full)
    url = server.on("/a.jpg", answers(200, PICTURE))
    with pytest.raises(OSError, match="No space left"):
        await fetching().fetch_many([url])


async def test_too_many_bytes_are_not_read(server: Misbehaving, fetching: MakeFetcher) -> None:
    announced = server.on("/long", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 500000000\r\n\r\n"))
    unending = server.on("/endless", endless())
    for url in (announced, unending):
        assert await reason(fetching, url, max_bytes=1_000_000) == "has more than 1,000,000 bytes"


async def test_packed_answers_are_counted_unpacked(server: Misbehaving, fetching: MakeFetcher) -> None:
    bomb = server.on("/bomb", answers(200, gzip.compress(bytes(20_000_000)), Content_Encoding="gzip"))
    assert await reason(fetching, bomb, max_bytes=1_000_000) == "has more than 1,000,000 bytes"
    packed = server.on("/packed", answers(200, gzip.compress(PICTURE), Content_Encoding="gzip"))
    assert (await got(fetching, packed)).data == PICTURE
    cut = server.on("/cut", answers(200, gzip.compress(PICTURE)[:-9], Content_Encoding="gzip"))
    assert await reason(fetching, cut) == "is damaged: it cannot be unpacked"
    lies = server.on("/lies", answers(200, PICTURE, Content_Encoding="deflate"))
    assert await reason(fetching, lies) == "is damaged: it cannot be unpacked"
    other = server.on("/other", answers(200, PICTURE, Content_Encoding="br"))
    assert await reason(fetching, other) == "was sent packed as 'br', which was not asked for"


async def test_nothing_is_no_picture(server: Misbehaving, fetching: MakeFetcher) -> None:
    assert await reason(fetching, server.on("/empty", answers(200))) == "gave an empty file"
    half = server.on("/half", answers(200, PICTURE[:8]))
    assert await reason(fetching, half) == "is a damaged picture"


async def test_pixels_are_counted_before_anything_is_decoded(server: Misbehaving, fetching: MakeFetcher) -> None:
    out = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(out, "PNG")
    url = server.on("/vast.png", answers(200, out.getvalue()))
    limits = LimitSettings(photo_pixels=1_000_000)
    assert await reason(fetching, url, limits=limits) == "has more than 1,000,000 pixels"


async def test_one_address_is_asked_once_a_call(server: Misbehaving, fetching: MakeFetcher) -> None:
    url = server.on("/a.jpg", answers(200, PICTURE))
    spellings = [url, url, f"{url}#top", f" {url}", url.replace("http://", "HTTP://")]
    outcomes = await fetching().fetch_many(spellings)
    assert set(outcomes) == set(spellings)
    assert all(isinstance(outcomes[text], Fetched) and outcomes[text].url == text for text in spellings)
    assert len(server.seen) == 1


@pytest.mark.parametrize(("concurrency", "per_host"), [(8, 3), (3, 8)])
async def test_as_many_as_allowed_at_once_and_no_more(
    server: Misbehaving, fetching: MakeFetcher, concurrency: int, per_host: int
) -> None:
    act = together(asyncio.Barrier(3), answers(200, PICTURE))
    urls = [server.on(f"/{n}.jpg", act) for n in range(30)]
    outcomes = await fetching(concurrency=concurrency, per_host=per_host).fetch_many(urls)
    assert all(isinstance(outcome, Fetched) for outcome in outcomes.values())
    assert server.busiest == 3


async def test_one_bad_address_spoils_no_other(server: Misbehaving, fetching: MakeFetcher) -> None:
    good, bad = server.on("/good.jpg", answers(200, PICTURE)), server.on("/bad.jpg", answers(404))
    outcomes = await fetching().fetch_many([bad, "ftp://x/y", good, "nonsense", ""])
    assert isinstance(outcomes[good], Fetched)
    assert [type(outcome) for outcome in outcomes.values()].count(FetchFailed) == 4
