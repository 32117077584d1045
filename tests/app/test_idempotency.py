"""The claim on a key, on every database."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from app.db.base import Base, now
from app.db.session import Database
from app.errors import IdempotencyInProgress, IdempotencyMismatch
from app.idempotency.claims import ABANDONED, ERASED, KEPT, claimed, forget_answers, forget_expired, hash_of
from app.idempotency.tables import IdempotencyKeyRow

ROUTE, WHO = "POST /things", "someone"


@pytest.fixture
async def empty(database_url: str) -> Database:
    database = Database(database_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    return database


async def once(database: Database, key: str = "k", body: str = "b", who: str = WHO) -> dict[str, int] | None:
    """Do the work unless it was done; the replay, or None."""
    async with claimed(database, key, ROUTE, who, body) as claim:
        assert claim is not None
        if claim.replay is None:
            async with database.unit_of_work() as session:
                await claim.finish(session, 201, {"id": 7})
        return claim.replay


async def age(database: Database, by: dt.timedelta) -> None:
    async with database.unit_of_work() as session:
        await session.execute(update(IdempotencyKeyRow).values(created_at=now() - by))


async def test_the_second_time_is_a_replay(empty: Database) -> None:
    assert await once(empty) is None
    assert await once(empty) == {"id": 7}
    with pytest.raises(IdempotencyMismatch):
        await once(empty, body="other")
    await empty.close()


async def test_however_many_answers_are_erased_no_retry_names_them(empty: Database) -> None:
    ids = [f"rec_{n}" for n in range(40_000)]
    async with claimed(empty, "k", ROUTE, WHO, "b") as claim, empty.unit_of_work() as session:
        assert claim is not None
        await claim.finish(session, 201, {"id": ids[-1]})
    async with empty.unit_of_work() as session:
        await forget_answers(session, ids)
    async with claimed(empty, "k", ROUTE, WHO, "b") as again:
        assert again is not None
        assert again.replay == {"id": ERASED}
    await empty.close()


async def test_keys_belong_to_their_caller_and_end_after_a_day(empty: Database) -> None:
    await once(empty)
    assert await once(empty, who="somebody else") is None
    await age(empty, KEPT + dt.timedelta(seconds=1))
    assert await once(empty) is None
    await empty.close()


async def test_housekeeping_forgets_what_nobody_repeats(empty: Database) -> None:
    await once(empty, key="old")
    await age(empty, KEPT + dt.timedelta(seconds=1))
    await once(empty, key="new")
    await forget_expired(empty)
    async with empty.unit_of_work() as session:
        assert list(await session.scalars(select(IdempotencyKeyRow.key))) == ["new"]
    await empty.close()


async def test_while_the_first_runs_the_second_is_told_to_wait(empty: Database) -> None:
    async with claimed(empty, "k", ROUTE, WHO, "b"):
        with pytest.raises(IdempotencyInProgress):
            await once(empty)
    with pytest.raises(IdempotencyInProgress):  # never finished: as if its process had died
        await once(empty)
    await age(empty, ABANDONED + dt.timedelta(seconds=1))
    assert await once(empty) is None
    await empty.close()


async def test_failing_frees_the_key_and_a_failing_replay_does_not(empty: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with claimed(empty, "k", ROUTE, WHO, "b"):
            raise ZeroDivisionError
    assert await once(empty) is None
    with pytest.raises(ZeroDivisionError):
        async with claimed(empty, "k", ROUTE, WHO, "b"):
            raise ZeroDivisionError
    assert await once(empty) == {"id": 7}
    await empty.close()


async def test_no_key_no_claim(empty: Database) -> None:
    async with claimed(empty, None, ROUTE, WHO, "b") as claim:
        assert claim is None
    await empty.close()


def test_a_hash_tells_parts_apart() -> None:
    assert hash_of([("a", b"bc")]) != hash_of([("ab", b"c")])
    assert hash_of([("a", b"b"), ("c", b"d")]) != hash_of([("a", b"bcd")])
    assert hash_of([("a", b"b")]) == hash_of([("a", b"b")])
