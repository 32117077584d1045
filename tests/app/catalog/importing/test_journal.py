"""What others did to items since an import began, on both databases."""

import datetime as dt

import pytest
from sqlalchemy import update

from app.catalog.changelog import ChangeLog
from app.catalog.importing.journal import Began
from app.catalog.inference.repository import InferenceRepository
from app.catalog.records import ItemRecord
from app.catalog.repository import ItemRepository
from app.catalog.tables import ItemRow
from app.db.base import now
from app.db.session import Database


@pytest.mark.parametrize(("forgotten", "newer"), [(False, {"written", "removed"}), (True, {"written"})])
async def test_what_was_written_is_told_from_what_was_looked_at(
    database: Database, forgotten: bool, newer: set[str]
) -> None:
    ids = ["written", "removed", "looked at", "left alone"]
    async with database.unit_of_work() as session:
        await ItemRepository(session).upsert([ItemRecord(id=id_, content_hash="") for id_ in ids])
        await session.execute(update(ItemRow).values(updated_at=now() - dt.timedelta(hours=1)))
        began = Began((await ChangeLog(session).state()).revision, now())
    async with database.unit_of_work() as session:
        await ItemRepository(session).upsert([ItemRecord(id="written", content_hash="1")])
        await ItemRepository(session).delete(["removed"])
        await InferenceRepository(session).put({"looked at": "stamp"}, {}, 0.5)
    async with database.unit_of_work() as session:
        changes = ChangeLog(session)
        if forgotten:  # by a reindex: who was removed nobody can say any more
            await changes.forget((await changes.state()).revision)
    async with database.unit_of_work() as session:
        assert await began.changed_since(session, ids) == newer
