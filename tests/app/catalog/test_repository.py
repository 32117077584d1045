"""Items in a real SQLite file and a real PostgreSQL."""

import dataclasses
from decimal import Decimal

import pytest

from app.catalog.changelog import ChangeLog
from app.catalog.facts import facts_of
from app.catalog.live.columns import Columns
from app.catalog.narrowing.filters import resolve
from app.catalog.records import ItemRecord, PictureRecord, VariantRecord
from app.catalog.repository import ItemRepository
from app.catalog.schemas import Filters
from app.catalog.service import CatalogService, item_out
from app.db.session import Database
from app.errors import InvalidRequest, ItemNotFound

PICTURE = PictureRecord("items/ab/ab", "ab", 30, 40)


def item(id_: str, **facts: object) -> ItemRecord:
    given = {"title": id_, "kind": "dress", "slot": "one_piece", "colour": "red", "pictures": (PICTURE,)} | facts
    return ItemRecord(id=id_, content_hash="0", **given)  # type: ignore[arg-type]  # test data by name


SHOP = [
    item("a", gender="women", colour="maroon", brand="ÉTÉ", price=Decimal("20"), sale_price=Decimal("9.99"),
         variants=(VariantRecord("S", 0), VariantRecord("M", 3))),
    item("b", gender="men", kind="jeans", slot="bottom", colour="blue", price=Decimal("30"), season="summer",
         variants=(VariantRecord("M", 0),)),
    item("c", gender="unisex", colour="red", pattern="striped", age_group="kids"),
    item("d", kind="perfume", slot="none", colour="", price=Decimal("5"), variants=(VariantRecord("", None),)),
]  # fmt: skip


async def filled(database: Database) -> Database:
    async with database.unit_of_work() as session:
        await ItemRepository(session).upsert(SHOP)
    return database


async def test_hydrates_in_the_order_asked_and_leaves_out_the_unknown(database: Database) -> None:
    async with (await filled(database)).unit_of_work() as session:
        rows = await ItemRepository(session).hydrate(["c", "nope", "a", "c"])
    assert list(rows) == ["c", "a"]
    shown = item_out(rows["a"], "en")
    assert shown.price and shown.price.amount == "20.00"
    assert [(s.size, s.in_stock) for s in shown.sizes] == [("S", False), ("M", True)]
    assert shown.availability == "in_stock"


async def test_upsert_replaces_facts_and_variants_and_keeps_pictures_unless_given(database: Database) -> None:
    async with (await filled(database)).unit_of_work() as session:
        changed = dataclasses.replace(SHOP[0], title="new", variants=(VariantRecord("L", 1),), pictures=None)
        await ItemRepository(session).upsert([changed])
    async with database.unit_of_work() as session:
        row = await ItemRepository(session).get("a")
    assert row is not None
    assert (row.title, [v.size for v in row.variants], len(row.pictures)) == ("new", ["L"], 1)
    assert row.created_at <= row.updated_at


async def test_every_change_moves_the_revision_and_nothing_else_does(database: Database) -> None:
    seen = []
    for change in ("nothing", "upsert", "none", "delete"):
        async with database.unit_of_work() as session:
            items = ItemRepository(session)
            match change:
                case "upsert":
                    await items.upsert(SHOP)
                case "none":
                    await items.upsert([])
                    assert await items.delete(["nope"]) == 0
                case "delete":
                    assert await items.delete(["a", "b"]) == 2
                    assert await items.existing(["a", "c"]) == {"c"}
            seen.append((await ChangeLog(session).state()).revision)
    assert seen == [0, 1, 1, 2]


async def test_a_rolled_back_change_leaves_no_trace(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.unit_of_work() as session:
            await ItemRepository(session).upsert(SHOP)
            raise RuntimeError
    async with database.unit_of_work() as session:
        assert await ItemRepository(session).count() == 0
        assert (await ChangeLog(session).state()).revision == 0


FILTERS = [
    ({}, "abcd"),
    ({"kind": ["dress"]}, "ac"),
    ({"kind": ["连衣裙"]}, "ac"),
    ({"colour": ["red"]}, "ac"),
    ({"colour": ["maroon"]}, "a"),
    ({"gender": "women"}, "ac"),
    ({"age_group": "adult"}, "abd"),
    ({"age_group": "kids"}, "c"),
    ({"brand": ["été"]}, "a"),
    ({"size": ["m"]}, "a"),
    ({"size": ["S"]}, ""),
    ({"price": {"max": "10"}}, "ad"),
    ({"price": {"min": "9.99", "max": "30"}}, "ab"),
    ({"in_stock": True}, "acd"),
    ({"in_stock": False}, "b"),
    ({"season": ["summer"]}, "b"),
    ({"attributes": {"pattern": ["stripes"]}}, "c"),
    ({"slot": ["none"]}, "d"),
    ({"kind": ["dress", "jeans"], "gender": "men"}, "bc"),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_columns_mask_exactly_what_the_database_finds_apart_from_what_nobody_wears(database: Database) -> None:
    async with (await filled(database)).unit_of_work() as session:
        facts = {f.id: f for page in [p async for p in ItemRepository(session).facts()] for f in map(facts_of, page)}
    ids = ["c", "gone", "d", "b", "a"]
    columns = Columns.build(ids, facts)
    for given, expected in FILTERS:
        mask = columns.mask(Filters.model_validate(given))
        found = {id_ for id_, allowed in zip(ids, mask, strict=True) if allowed}
        assert found == set(expected) - {"d"}, given
    with pytest.raises(LookupError):
        columns.facts(1)


async def test_filters_in_sql(database: Database) -> None:
    async with (await filled(database)).unit_of_work() as session:
        items = ItemRepository(session)
        for given, expected in FILTERS:
            criteria = resolve(Filters.model_validate(given))
            assert [row.id for row in await items.page(criteria, None, 10)] == list(expected), given
            counted = await items.facets(criteria)
            assert sum(one.count for one in counted["availability"]) == len(expected), given


async def test_pages_follow_each_other_and_facets_count_what_matches(database: Database) -> None:
    async with (await filled(database)).unit_of_work() as session:
        service = CatalogService(ItemRepository(session))
        first = await service.page(Filters(), None, 3, "en")
        assert first.next
        second = await service.page(Filters(), first.next, 3, "en")
        red = await service.page(Filters(colour=["red"]), None, 3, "en")
    assert [i.id for i in first.items + second.items] == ["a", "b", "c", "d"]
    assert (first.total, second.next, second.facets) == (4, None, None)
    assert red.facets is not None
    assert {f.value: f.count for f in red.facets["colour"]} == {"maroon": 1, "red": 1}
    assert red.facets["season"] == []
    assert first.facets is not None
    assert {f.value: f.count for f in first.facets["size"]} == {"M": 1}
    assert {f.value: f.count for f in first.facets["availability"]} == {"in_stock": 3, "out_of_stock": 1}


async def test_unknown_items_and_foreign_cursors_are_named(database: Database) -> None:
    async with database.unit_of_work() as session:
        service = CatalogService(ItemRepository(session))
        with pytest.raises(ItemNotFound, match="nope"):
            await service.item("nope")
        for cursor in ("%%%", "bnVsbA", "WyJcdTAwMDAiXQ", "W10", "é"):
            with pytest.raises(InvalidRequest, match="cursor"):
                await service.page(Filters(), cursor, 3, "en")
