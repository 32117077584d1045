"""A door to a PostgreSQL server that can be shut: what a restart or a broken network looks like from here."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy import URL, make_url


@dataclass
class Proxy:
    """Passes bytes between a TCP port and the server's Unix socket. Use as a context."""

    socket: str
    port: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @classmethod
    def to(cls, url: str) -> Self:
        """For the database at `url`, which names the folder of the socket as its host."""
        return cls(f"{make_url(url).query['host']}/.s.PGSQL.5432")

    def through(self, url: str) -> str:
        """The same database by way of here."""
        here: URL = make_url(url).set(host="127.0.0.1", port=self.port, query={})
        return here.render_as_string(hide_password=False)

    async def __aenter__(self) -> Self:
        await self.back()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def back(self) -> None:
        """Let everyone in."""
        self._server = await asyncio.start_server(self._passed, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Reset every connection, and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()

    async def _passed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_unix_connection(self.socket)
        for one, other in ((reader, server_writer), (server_reader, writer)):
            task = asyncio.create_task(self._copied(one, other))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _copied(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            with suppress(ConnectionError):
                while data := await reader.read(65_536):
                    writer.write(data)
                    await writer.drain()
        finally:
            self._open.discard(writer)
            writer.close()
