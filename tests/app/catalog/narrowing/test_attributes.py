"""The shop's own attributes as filters and facets: in columns and in both databases alike."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.facts import facts_of
from app.catalog.live.columns import Columns
from app.catalog.narrowing.attributes import attribute_name, attribute_records, attribute_value, private_names
from app.catalog.narrowing.facets import narrowing
from app.catalog.narrowing.filters import resolve
from app.catalog.records import ItemRecord
from app.catalog.repository import ItemRepository
from app.catalog.schemas import Filters
from app.catalog.service import CatalogService
from app.db.session import Database
from app.errors import InvalidRequest
from app.settings import MerchandisingSettings, RankingSettings, Settings, ShopSettings

OWN: dict[str, dict[str, Any]] = {
    "a": {"material": "Cotton", "Neck-Line": "V", "style_no": "1", "margin": "40 %"},
    "b": {"Material": "cotton | Linen", "neck line": ["crew", "V"], "style_no": "2", "margin": "5 %"},
    "c": {"material": "SILK", "care": "x" * 200, "style_no": "3"},
    "d": {"pattern": "herringbone", "style_no": "4"},
}
PRIVATE = frozenset({"margin"})
ASKED = [
    ({"material": ["cotton"]}, "ab"),
    ({"Material": [" COTTON "]}, "ab"),
    ({"material": ["linen", "silk"]}, "bc"),
    ({"neckline": ["v"]}, None),
    ({"neck_line": ["v"]}, "ab"),
    ({"neck_line": ["v"], "material": ["linen"]}, "b"),
    ({"material": ["hemp"]}, ""),
    ({"material": []}, "abcd"),
    ({"margin": ["40 %"]}, None),
    ({"pattern": ["striped"]}, ""),
]


def item(id_: str) -> ItemRecord:
    return ItemRecord(id=id_, content_hash="0", title=id_, kind="dress", slot="one_piece", attributes=OWN[id_])


async def filled(database: Database) -> Database:
    async with database.unit_of_work() as session:
        await ItemRepository(session).upsert([item(id_) for id_ in OWN])
    return database


async def test_columns_and_database_find_the_same_and_refuse_the_same(database: Database) -> None:
    async with (await filled(database)).unit_of_work() as session:
        items = ItemRepository(session)
        facts = {f.id: f for page in [p async for p in items.facts()] for f in map(facts_of, page)}
        columns = Columns.build(list(OWN), facts, private=PRIVATE)
        assert set(columns.own) == await items.attribute_names() - PRIVATE == {"material", "neck_line", "style_no"}
        service = CatalogService(items, PRIVATE)
        for given_, expected in ASKED:
            filters = Filters.model_validate({"attributes": given_})
            if expected is None:
                for look in (columns.mask, lambda f: resolve(f, columns.own)):
                    with pytest.raises(InvalidRequest, match="is unknown; known are pattern, season, usage, material"):
                        look(filters)
                with pytest.raises(InvalidRequest, match="is unknown"):
                    await service.page(filters, None, 10, "en")
                continue
            assert [id_ for id_, yes in zip(OWN, columns.mask(filters), strict=True) if yes] == list(expected)
            assert [one.id for one in (await service.page(filters, None, 10, "en")).items] == list(expected)


async def test_facets_count_values_as_the_shop_writes_them_and_keep_margins(database: Database) -> None:
    async with (await filled(database)).unit_of_work() as session:
        items = ItemRepository(session)
        page = await CatalogService(items, PRIVATE).page(Filters(), None, 10, "en")
        facts = [f for p in [p async for p in items.facts()] for f in map(facts_of, p)]
    assert page.facets is not None
    own = {name: values for name, values in page.facets.items() if name.startswith("attributes.")}
    assert set(own) == {"attributes.material", "attributes.neck_line", "attributes.style_no"}
    assert [(v.value, v.count) for v in own["attributes.material"]] == [("cotton", 2), ("linen", 1), ("silk", 1)]
    assert {v.label.casefold() for v in own["attributes.material"]} == {"cotton", "linen", "silk"}
    assert [v.label for v in page.facets["kind"]] == ["dress"]
    beside = narrowing(facts, PRIVATE)
    for name, values in own.items():
        assert [(c.value, c.count) for c in beside[name]] == [(v.value, v.count) for v in values]
    assert "kind" not in beside  # all of them are dresses: there is nothing to tell apart


async def test_what_names_single_items_is_no_facet_and_a_change_leaves_nothing_behind(database: Database) -> None:
    many = [
        ItemRecord(id=str(n), content_hash="0", attributes={"sku": f"s-{n}", "fit": "slim" if n % 2 else "wide"})
        for n in range(24)
    ]
    async with database.unit_of_work() as session:
        await ItemRepository(session).upsert(many)
        changed = ItemRecord(id="1", content_hash="1", attributes={"fit": "boxy"})
        await ItemRepository(session).upsert([changed])
        await ItemRepository(session).delete(["2"])
    async with database.unit_of_work() as session:
        facets = await ItemRepository(session).facets(resolve(Filters()))
    assert [(c.value, c.count) for c in facets["attributes.fit"]] == [("slim", 11), ("wide", 11), ("boxy", 1)]
    assert "attributes.sku" not in facets


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=40) | st.lists(st.text(max_size=12), max_size=3)))
def test_any_attributes_become_clean_records_once_each(attributes: dict[str, Any]) -> None:
    records = attribute_records(attributes)
    assert len({(r.name, r.value) for r in records}) == len(records)
    for record in records:
        assert record.name == attribute_name(record.name)
        assert record.value == attribute_value(record.label) != ""


def test_the_margin_is_private_whatever_it_is_called(tmp_path: Path) -> None:
    ranking = RankingSettings(boosts=MerchandisingSettings(margin_field="Profit Rate"))
    shop = ShopSettings(private_attributes=["Supplier"])
    assert private_names(Settings(data_dir=tmp_path, ranking=ranking, shop=shop)) == {"profit_rate", "supplier"}
