"""Real SQLite files: the same rows as ever, in fewer turns to its thread, and nothing left behind."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.db.session import Database
from app.db.sqlite import AHEAD, OneTurnConnection, connect

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {most}) SELECT i FROM n"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'turns.db'}")
    async with database.unit_of_work() as session:
        await session.execute(text("CREATE TABLE things (name TEXT)"))
    yield database
    await database.close()


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What SQLite's threads were asked for."""
    asked: list[str] = []
    honest = aiosqlite.Connection._execute

    async def noting(self: aiosqlite.Connection, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        asked.append(fn.__name__)
        return await honest(self, fn, *args, **kwargs)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", noting)
    return asked


async def test_a_query_takes_one_turn_and_its_end_none(database: Database, turns: list[str]) -> None:
    async with database.unit_of_work() as session:
        assert (await session.execute(text(NUMBERS.format(most=AHEAD - 1)))).scalars().all() == [*range(1, AHEAD)]
    assert turns == ["_executed"]


async def test_a_write_takes_one_turn_and_its_commit_another(database: Database, turns: list[str]) -> None:
    async with database.unit_of_work() as session:
        await session.execute(text("INSERT INTO things VALUES ('coat')"))
    assert turns == ["_executed", "commit"]
    async with database.unit_of_work() as session:
        assert (await session.execute(text("SELECT name FROM things"))).scalars().all() == ["coat"]


async def test_what_is_given_up_is_rolled_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.unit_of_work() as session:
            await session.execute(text("INSERT INTO things VALUES ('coat')"))
            raise ZeroDivisionError
    await _is_empty_and_takes_more(database)


async def test_a_writer_that_is_cancelled_leaves_no_row_and_no_lock(database: Database) -> None:
    for moment in range(12):

        async def write() -> None:
            async with database.unit_of_work() as session:
                await session.execute(text("INSERT INTO things VALUES ('coat')"))
                await asyncio.Event().wait()

        writer = asyncio.create_task(write())
        for _ in range(moment):
            await asyncio.sleep(0)
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
        await _is_empty_and_takes_more(database)


async def test_a_statement_that_was_left_behind_is_rolled_back_when_it_is_done(tmp_path: Path) -> None:
    connection = await connect(str(tmp_path / "turns.db"))
    await connection.execute("CREATE TABLE things (name TEXT)")
    held = threading.Event()
    before = asyncio.create_task(connection._execute(held.wait))
    left = asyncio.create_task(connection.execute("INSERT INTO things VALUES ('coat')"))
    await asyncio.sleep(0)  # both are asked for
    left.cancel()
    await asyncio.gather(left, return_exceptions=True)
    end = asyncio.create_task(connection.rollback())
    await asyncio.sleep(0)
    held.set()
    await asyncio.gather(before, end)
    assert not connection.in_transaction
    await connection.close()


async def _is_empty_and_takes_more(database: Database) -> None:
    async with asyncio.timeout(5), database.unit_of_work() as session:
        assert (await session.execute(text("SELECT name FROM things"))).scalars().all() == []
        await session.execute(text("INSERT INTO things VALUES ('shoe')"))
        await session.execute(text("DELETE FROM things"))


async def test_long_answers_are_streamed_and_may_be_left_in_the_middle(database: Database) -> None:
    query = text(NUMBERS.format(most=3 * AHEAD)).execution_options(yield_per=50)
    async with database.unit_of_work() as session:
        assert [row.i async for row in await session.stream(query)] == [*range(1, 3 * AHEAD + 1)]
        async for row in await session.stream(query):
            if row.i == 60:
                break
        assert (await session.execute(text("INSERT INTO things VALUES ('coat') RETURNING name"))).scalar() == "coat"


steps = st.lists(st.sampled_from(["one", "all", 1, 100, AHEAD, AHEAD + 7]), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([0, 1, AHEAD - 1, AHEAD, AHEAD + 1, 3 * AHEAD]), steps)
async def test_rows_come_as_they_do_from_sqlite_itself(most: int, taken: list[str | int]) -> None:
    sql = NUMBERS.format(most=most) + f" LIMIT {most}"
    plain = sqlite3.connect(":memory:").execute(sql)
    connection: OneTurnConnection = await connect(":memory:")
    cursor = await connection.cursor()
    await cursor.execute(sql)
    for step in taken:
        if step == "one":
            assert await cursor.fetchone() == plain.fetchone()
        elif step == "all":
            assert await cursor.fetchall() == plain.fetchall()
        else:
            assert await cursor.fetchmany(int(step)) == plain.fetchmany(int(step))
    await cursor.close()
    await connection.close()
