"""Bodies that are too much, too slow or too many pieces; heads that never end: on real connections where it matters."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Request

from app.admission.bodies import BodyLimit, Budget, budgets
from app.admission.settings import ServerSettings
from app.middleware import CatchAll
from app.server import server_options
from app.settings import LimitSettings, Settings
from tests.app.conftest import Whole
from tests.live import listening

QUICK = ServerSettings(header_s=0.4, header_bytes=4096)


@contextlib.asynccontextmanager
async def limited(budget: Budget) -> AsyncIterator[int]:
    app = FastAPI()
    app.add_middleware(BodyLimit, budget_of=lambda method, path: budget)
    app.add_middleware(CatchAll)

    @app.post("/")
    async def size(request: Request) -> int:
        return len(await request.body())

    async with listening(app, **server_options(QUICK)) as port:
        yield port


async def talk(port: int, *pieces: bytes, pause_s: float = 0.0) -> tuple[bytes, float]:
    """What the server says to the pieces until it hangs up, and how long that took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.monotonic()

    async def send() -> None:
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause_s)  # the slowness itself is what is tried

    sending = asyncio.create_task(send())
    said = b""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(10):
            while chunk := await reader.read(65_536):
                said += chunk
    sending.cancel()
    writer.close()
    return said, time.monotonic() - began


HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
ROOMY = Budget(1_000_000, 60, 60)


async def test_a_head_that_never_ends_is_hung_up_on() -> None:
    async with limited(ROOMY) as port:
        for pieces in ([b""], [HEAD], [HEAD, *[b"X-A: b\r\n"] * 40]):
            _, took = await talk(port, *pieces, pause_s=0.05)
            assert took < 3


async def test_a_head_that_is_too_large_is_refused() -> None:
    async with limited(ROOMY) as port:
        said, _ = await talk(port, HEAD + b"X-A: " + b"a" * 70_000)
    assert said.startswith(b"HTTP/1.1 400") or said == b""


async def test_a_body_that_stops_or_drips_is_408() -> None:
    length = HEAD + b"Content-Length: 1000\r\n\r\n"
    async with limited(Budget(1_000_000, 60, 0.2)) as port:
        said, took = await talk(port, length + b"abc")
        assert said.startswith(b"HTTP/1.1 408") and b"request-too-slow" in said and took < 3
    async with limited(Budget(1_000_000, 0.4, 60)) as port:
        said, took = await talk(port, length, *[b"a"] * 200, pause_s=0.02)
        assert said.startswith(b"HTTP/1.1 408") and took < 3


async def test_an_endless_body_is_413_and_hung_up_on() -> None:
    chunk = b"2710\r\n" + b"a" * 10_000 + b"\r\n"
    async with limited(Budget(50_000, 60, 60)) as port:
        said, took = await talk(port, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 400, pause_s=0.01)
    assert said.startswith(b"HTTP/1.1 413") and b"request-too-large" in said
    assert took < 3, "what is sent after the answer is not listened to for long"


async def test_an_honest_request_and_the_next_on_its_connection() -> None:
    once = HEAD + b"Content-Length: 3\r\n\r\nabc"
    async with limited(ROOMY) as port:
        said, _ = await talk(port, once, HEAD + b"Connection: close\r\nContent-Length: 5\r\n\r\nabcde", pause_s=0.6)
    assert said.count(b"HTTP/1.1 200") == 2, "a pause between requests is no slow head"


def test_what_each_route_may_be_sent() -> None:
    settings = Settings(limits=LimitSettings(request_bytes=400, json_bytes=10, body_s=7, feed_s=70))
    of = budgets(settings)
    assert of("POST", "/v1/recommendations").most_bytes == of("POST", "/v1/admin/items:batch").most_bytes == 400
    assert of("POST", "/v1/events").most_bytes == of("PUT", "/v1/shoppers/x/sizes").most_bytes == 10
    feed = of("POST", "/v1/admin/imports")
    assert (feed.most_bytes, feed.most_s, of("GET", "/v1/admin/imports").most_bytes) == (
        settings.imports.feed_bytes, 70, 400,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["fields", "files", "urlencoded", "headers"])
async def test_a_form_in_too_many_pieces_is_refused_soon(whole: Whole, kind: str) -> None:
    part = {
        "fields": b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n',
        "files": b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n1\r\n',
        "headers": b"--b\r\n" + b"X-A: b\r\n" * 50 + b'Content-Disposition: form-data; name="a"\r\n\r\n1\r\n',
        "urlencoded": b"a=1&",
    }[kind]
    form = "application/x-www-form-urlencoded" if kind == "urlencoded" else "multipart/form-data; boundary=b"
    began = time.monotonic()
    for route in ("/v1/recommendations", "/v1/tags"):
        headers = whole.key("shop") | {"Content-Type": form}
        answer = await whole.client.post(route, content=part * 50_000, headers=headers)
        assert answer.status_code == 422, answer.text
    assert time.monotonic() - began < 10


async def test_json_over_its_limit_is_refused(whole: Whole) -> None:
    body = b'{"events": [' + b"[" * 1_100_000
    for content in (body, body[:900_000]):
        answer = await whole.client.post(
            "/v1/events",
            content=content,
            headers=whole.key("server") | {"X-Shopper-Id": "s", "Content-Type": "application/json"},
        )
        assert answer.status_code in ((413,) if content is body else (400, 422))
