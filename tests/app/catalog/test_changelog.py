"""The change log over both databases: one revision a commit, entries in order, and what may be forgotten."""

import asyncio

import pytest

from app.catalog.changelog import ChangeLog, LogState, oldest_needed
from app.catalog.records import ItemRecord
from app.catalog.repository import ItemRepository
from app.db.session import Database


def item(id_: str) -> ItemRecord:
    return ItemRecord(id=id_, content_hash="0", title=id_)


async def state(database: Database) -> LogState:
    async with database.unit_of_work() as session:
        return await ChangeLog(session).state()


async def since(database: Database, after: int, upto: int | None = None) -> set[str]:
    async with database.unit_of_work() as session:
        return set(await ChangeLog(session).since(after, upto))


async def test_a_commit_is_one_revision_and_names_what_it_changed(database: Database) -> None:
    assert await state(database) == LogState(0, 0)
    async with database.unit_of_work() as session:
        items = ItemRepository(session)
        await items.upsert([item("a"), item("b")])
        await items.upsert([item("c"), item("b")])
        await items.delete(["a", "nobody"])
    async with database.unit_of_work() as session:
        await ItemRepository(session).delete(["c"])
    assert await state(database) == LogState(2, 0)
    assert await since(database, 0) == {"a", "b", "c"}
    assert await since(database, 1) == {"c"}
    assert await since(database, 0, upto=1) == {"a", "b", "c"}
    assert await since(database, 2) == set()


async def test_what_is_rolled_back_is_not_in_the_log(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.unit_of_work() as session:
            await ItemRepository(session).upsert([item("a")])
            raise RuntimeError
    assert (await state(database), await since(database, 0)) == (LogState(0, 0), set())


async def test_forgotten_entries_raise_the_floor_and_it_never_sinks(database: Database) -> None:
    for id_ in "abc":
        async with database.unit_of_work() as session:
            await ItemRepository(session).upsert([item(id_)])
    for upto in (2, 1):
        async with database.unit_of_work() as session:
            await ChangeLog(session).forget(upto)
    assert await state(database) == LogState(3, 2)
    assert await since(database, 2) == {"c"}
    async with database.unit_of_work() as session:
        await ChangeLog(session).record_anything()
    assert await state(database) == LogState(4, 4)


async def test_writers_at_once_are_logged_one_after_the_other_and_none_is_lost(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.unit_of_work() as session:
            await ItemRepository(session).upsert([item(str(number)), item("shared")])

    await asyncio.gather(*(write(number) for number in range(8)))
    assert (await state(database)).revision == 8
    for revision in range(8):
        ids = await since(database, revision, upto=revision + 1)
        assert len(ids) == 2 and "shared" in ids


def test_the_log_reaches_back_to_the_oldest_kept_snapshot_that_knows_its_revision() -> None:
    assert oldest_needed([None, 7, 4, 9]) == 4
    assert oldest_needed([None]) is None
    assert oldest_needed([]) is None
