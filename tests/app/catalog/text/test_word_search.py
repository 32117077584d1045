"""Full text search over items, on a real SQLite and a real PostgreSQL: always what the catalogue says right now."""

import dataclasses

import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, delete

from app.catalog.narrowing.filters import resolve
from app.catalog.records import ItemRecord, VariantRecord
from app.catalog.repository import ItemRepository
from app.catalog.schemas import Filters
from app.catalog.tables import ItemRow
from app.catalog.text.fulltext import WordQuery
from app.catalog.text.words import joined, needles, tokens
from app.db.migrate import _config, upgrade
from app.db.session import Database


def item(id_: str, title: str = "", **facts: object) -> ItemRecord:
    given_facts = {"title": title, "kind": "dress", "slot": "one_piece", "colour": "red"} | facts
    return ItemRecord(id=id_, content_hash="0", **given_facts)  # type: ignore[arg-type]  # test data by name


SHOP = [
    item("AB-1/x", "Plain dress", brand="Zyxora"),
    item("b", "Zyxora look-alike dress"),
    item("c", "Summer dress", attributes={"material": ["Merino Wool", "silk"]}),
    item("d", "Évasé dress", description="Cut from pure merino, made to last."),
    item("e", title_zh="优尔莎红色连衣裙"),
    item("f", "Zyxora scent", kind="perfume", slot="none"),
    item("g", "Zyxora shirt", kind="shirt", slot="top", variants=(VariantRecord("M", 0),)),
]


async def found(database: Database, *words: str, besides: tuple[str, ...] = (), **filters: object) -> list[str]:
    asked = WordQuery(tuple(needles(word) for word in words), besides)
    async with database.unit_of_work() as session:
        hits = await ItemRepository(session).with_words(asked, resolve(Filters.model_validate(filters)), 10)
    return [hit.item_id for hit in hits]


@pytest.fixture
async def filled(database: Database) -> Database:
    async with database.unit_of_work() as session:
        await ItemRepository(session).upsert(SHOP)
    return database


async def test_brands_materials_codes_and_chinese_names_are_found_and_brands_come_first(filled: Database) -> None:
    assert (await found(filled, "zyxora"))[0] == "AB-1/x"
    assert set(await found(filled, "ZYXÓRA")) == {"AB-1/x", "b", "g"}  # and never what nobody wears
    assert await found(filled, "merino") in (["c", "d"], ["d", "c"])
    assert await found(filled, "merino wool") == ["c"]
    assert await found(filled, "evase") == ["d"]
    assert await found(filled, joined("ab 1x")) == ["AB-1/x"]
    assert await found(filled, "优尔莎") == ["e"]
    assert await found(filled, "nothing") == []
    assert (await found(filled, "zyxora", besides=("shirt",)))[0] in ("AB-1/x", "g")


async def test_filters_hold(filled: Database) -> None:
    assert await found(filled, "zyxora", kind=["shirt"]) == ["g"]
    assert set(await found(filled, "zyxora", in_stock=True)) == {"AB-1/x", "b"}
    assert await found(filled, "zyxora", brand=["zyxora"]) == ["AB-1/x"]


async def test_it_follows_every_change_and_no_rolled_back_one(filled: Database) -> None:
    async with filled.unit_of_work() as session:
        await ItemRepository(session).upsert([dataclasses.replace(SHOP[1], title="Renamed dress")])
        await ItemRepository(session).delete(["AB-1/x"])
    assert await found(filled, "zyxora") == ["g"]
    assert await found(filled, "renamed") == ["b"]
    with pytest.raises(RuntimeError):
        async with filled.unit_of_work() as session:
            await ItemRepository(session).upsert([dataclasses.replace(SHOP[1], title="Never dress")])
            raise RuntimeError
    assert await found(filled, "never") == []
    async with filled.unit_of_work() as session:  # whoever deletes an item, its words go with it
        await session.execute(delete(ItemRow).where(ItemRow.id == "g"))
    assert await found(filled, "zyxora") == []


async def test_a_catalogue_older_than_the_search_is_taken_in(database_url: str) -> None:
    database = Database(database_url)
    await upgrade(database)
    async with database.unit_of_work() as session:
        await ItemRepository(session).upsert(SHOP)

    def back(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0004")

    async with database.engine.begin() as connection:
        await connection.run_sync(back)
    await upgrade(database)
    assert set(await found(database, "zyxora")) == {"AB-1/x", "b", "g"}
    await database.close()


@pytest.mark.parametrize("word", ["q'r", "NEAR(zyxora", "meri*", "a:b & !c", "AND", "OR", "NOT", "优", "dre%"])
async def test_no_word_is_an_operator(filled: Database, word: str) -> None:
    """Read as operators, most of these would find something; as words, nothing here holds them."""
    assert await found(filled, word, besides=needles("x' OR 'y")) == []


@pytest.mark.parametrize("word", ['"', "'", "*", "-", "\\", "%"])
def test_a_mark_is_no_word(word: str) -> None:
    assert needles(word) == ()


@given(st.text(max_size=40))
def test_every_token_of_a_text_is_looked_for_as_it_is_kept(said: str) -> None:
    kept = set(tokens(said))
    assert set(needles(said)) <= kept
    assert all(token.isalnum() for token in kept)
