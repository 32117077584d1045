"""SQLite's thread, asked once a statement.

SQLAlchemy takes four turns to it for a query (cursor, execute, fetch, close). Each is two switches of threads and one
of tasks, and while they wait for a busy event loop a writer keeps all others waiting.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

import aiosqlite
from aiosqlite.context import contextmanager

AHEAD = 256
"""Rows that come in the turn that asks for them; what is beyond is fetched as it is wanted."""

Turn = Callable[..., Awaitable[Any]]
"""Has SQLite's thread call a function."""


class OneTurnCursor(aiosqlite.Cursor):
    """Executes, and fetches what is not much, in one turn. What was fetched to its end holds nothing to be closed."""

    def __init__(self, connection: "OneTurnConnection", cursor: sqlite3.Cursor) -> None:
        super().__init__(connection, cursor)
        self._rows: list[Any] = []
        self._more = False

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "OneTurnCursor":
        turn: Turn = self._execute
        self._rows = await turn(_executed, self._cursor, sql, parameters or ())
        self._more = len(self._rows) == AHEAD
        return self

    async def fetchone(self) -> Any | None:
        found = await self.fetchmany(1)
        return found[0] if found else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        wanted = self.arraysize if size is None else size
        if self._more and len(self._rows) < wanted:
            self._rows += await super().fetchmany(wanted - len(self._rows))
        found, self._rows = self._rows[:wanted], self._rows[wanted:]
        return found

    async def fetchall(self) -> list[Any]:
        found = self._rows
        if self._more:
            found += await super().fetchall()
        self._rows, self._more = [], False
        return found

    async def close(self) -> None:
        if self._more:
            await super().close()
        self._rows, self._more = [], False


class OneTurnConnection(aiosqlite.Connection):
    """Takes no turn for a cursor, nor to end a transaction that was never begun."""

    def __init__(self, connector: Callable[[], sqlite3.Connection], iter_chunk_size: int = 64) -> None:
        super().__init__(connector, iter_chunk_size)
        self._thread.daemon = True  # as SQLAlchemy has it for connections that it makes itself
        self._cut_off = False

    @contextmanager
    async def cursor(self) -> aiosqlite.Cursor:
        return OneTurnCursor(self, self._conn.cursor())

    async def commit(self) -> None:
        if self._in_doubt:
            await super().commit()

    async def rollback(self) -> None:
        if self._in_doubt:
            await super().rollback()

    @property
    def _in_doubt(self) -> bool:
        """There is a transaction, or somebody who was cancelled has left a statement behind that may begin one."""
        return self._cut_off or self.in_transaction

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        turn: Turn = super()._execute
        try:
            return await turn(fn, *args, **kwargs)
        except asyncio.CancelledError:
            self._cut_off = True
            raise


def connect(database: str, **options: Any) -> OneTurnConnection:
    """What SQLAlchemy awaits for a connection (`async_creator_fn`), with the arguments of `sqlite3.connect`."""
    return OneTurnConnection(partial(sqlite3.connect, database, **options | {"check_same_thread": False}))


def _executed(cursor: sqlite3.Cursor, sql: str, parameters: Any) -> list[Any]:
    cursor.execute(sql, parameters)
    return cursor.fetchmany(AHEAD) if cursor.description else []
