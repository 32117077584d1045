"""A real HTTP server on loopback that does, byte by byte, what a test tells it to."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
from PIL import Image


@dataclass(frozen=True)
class Seen:
    """A request as it came: its path with query, and its headers by name in lower case."""

    path: str
    headers: dict[str, str]


Act = Callable[[Seen, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Misbehaving:
    """Where it listens, what it does by path, and what it was asked."""

    port: int = 0
    acts: dict[str, Act] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    busiest: int = 0
    _busy: int = 0

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def on(self, path: str, *acts: Act) -> str:
        """What is done at `path`, the last of it from then on; returns the URL."""
        queue = list(acts)

        async def next_act(seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            act = queue.pop(0) if len(queue) > 1 else queue[0]
            await act(seen, reader, writer)

        self.acts[path] = next_act
        return self.url(path)

    def asked(self, path: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.path == path]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (seen := await _request(reader)) is not None:
                self.seen.append(seen)
                self._busy += 1
                self.busiest = max(self.busiest, self._busy)
                try:
                    await self.acts[seen.path](seen, reader, writer)
                    await writer.drain()
                finally:
                    self._busy -= 1
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away, as it should from most of this
        finally:
            writer.close()


async def _request(reader: asyncio.StreamReader) -> Seen | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Seen(first.split(" ")[1], headers)


@asynccontextmanager
async def misbehaving() -> AsyncIterator[Misbehaving]:
    """Listens on a free port of 127.0.0.1."""
    here = Misbehaving()
    server = await asyncio.start_server(here.serve, "127.0.0.1", 0)
    here.port = server.sockets[0].getsockname()[1]
    async with server:
        yield here


def answers(status: int = 200, body: bytes = b"", **headers: str) -> Act:
    """A whole and correct answer; underscores of header names stand for hyphens."""

    async def act(seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fields = {"Content-Length": str(len(body))} | {name.replace("_", "-"): v for name, v in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        writer.write(f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + body)

    return act


def raw(data: bytes) -> Act:
    """These bytes, and then the end of the connection."""

    async def act(seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return act


def drips(every_s: float, piece: bytes = b"x") -> Act:
    """A body without end that comes a piece at a time, until nobody listens any more."""

    async def act(seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not reader.at_eof():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every_s)

    return act


def endless(piece: bytes = b"x" * 65536) -> Act:
    """A chunked body that never ends, as fast as it goes."""

    async def act(seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"%x\r\n" % len(piece) + piece + b"\r\n")
            await writer.drain()

    return act


def silent() -> Act:
    """Nothing, until the client goes away."""

    async def act(seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    return act


def together(barrier: asyncio.Barrier, act: Act) -> Act:
    """Acts once as many requests are here at the same time as the barrier has parties."""

    async def wait(seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await barrier.wait()
        await act(seen, reader, writer)

    return wait


def with_validators(data: bytes, etag: str = '"v1"', modified: str = "Wed, 21 Oct 2015 07:28:00 GMT") -> Act:
    """304 to whoever names the right ETag, else the file with its validators."""

    async def act(seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        same = seen.headers.get("if-none-match") == etag
        reply = answers(304, ETag=etag) if same else answers(200, data, ETag=etag, Last_Modified=modified)
        await reply(seen, reader, writer)

    return act


def picture(seed: int = 0, form: str = "JPEG", size: tuple[int, int] = (24, 32)) -> bytes:
    """A small picture, another one for every seed."""
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, form)
    return out.getvalue()
