"""The only SQL about items. Repositories never commit."""

import dataclasses
import datetime as dt
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from itertools import islice
from typing import Any, cast

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.batches import batched
from app.catalog.changelog import ChangeLog
from app.catalog.facts import RawFacts
from app.catalog.narrowing.attributes import MOST_NAMES, PREFIX, attribute_records, is_facet
from app.catalog.narrowing.filters import Criteria
from app.catalog.queries import (
    FACET_COLUMNS,
    attributes_counted,
    availability_counted,
    criteria_clauses,
    effective,
    facts_query,
    sizes_counted,
)
from app.catalog.records import FacetCount, ItemRecord, Known
from app.catalog.tables import ItemAttributeRow, ItemRow, ItemWordsRow, PictureRow, VariantRow
from app.catalog.text.fulltext import WordHit, WordQuery, worn_with
from app.catalog.text.words import item_words
from app.db.base import now
from app.db.statements import IDS_A_QUERY, dialect_insert, table_of

PAGE = 500
"""Rows a streamed page."""

OWN_FIELDS = tuple(f.name for f in dataclasses.fields(ItemRecord) if f.name not in ("variants", "pictures"))


class ItemRepository:
    """Items with their variants and pictures."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, item_id: str) -> ItemRow | None:
        return await self._session.get(ItemRow, item_id)

    async def hydrate(self, ids: Sequence[str]) -> dict[str, ItemRow]:
        """The items of `ids` that exist, in the order given, all that belongs to them loaded: four queries in all."""
        found: dict[str, ItemRow] = {}
        for chunk in batched(ids, IDS_A_QUERY):
            rows = await self._session.scalars(select(ItemRow).where(ItemRow.id.in_(chunk)))
            found.update({row.id: row for row in rows})
        return {id_: found[id_] for id_ in dict.fromkeys(ids) if id_ in found}

    async def existing(self, ids: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for chunk in batched(list(ids), IDS_A_QUERY):
            found.update(await self._session.scalars(select(ItemRow.id).where(ItemRow.id.in_(chunk))))
        return found

    async def ids(self, after: str | None, limit: int) -> list[str]:
        """Up to `limit` ids in order, those behind `after`."""
        query = select(ItemRow.id).order_by(ItemRow.id).limit(limit)
        return list(await self._session.scalars(query if after is None else query.where(ItemRow.id > after)))

    async def written_since(self, ids: Sequence[str], moment: dt.datetime) -> set[str]:
        """Those of `ids` that were written after `moment`."""
        found: set[str] = set()
        for chunk in batched(ids, IDS_A_QUERY):
            written = select(ItemRow.id).where(ItemRow.id.in_(chunk), ItemRow.updated_at > moment)
            found.update(await self._session.scalars(written))
        return found

    async def shown_pictures(self, blob_keys: Sequence[str]) -> set[str]:
        """Those of `blob_keys` that are a picture of some item."""
        found: set[str] = set()
        for chunk in batched(blob_keys, IDS_A_QUERY):
            found.update(await self._session.scalars(select(PictureRow.blob_key).where(PictureRow.blob_key.in_(chunk))))
        return found

    async def count(self) -> int:
        return await self._session.scalar(select(func.count()).select_from(ItemRow)) or 0

    async def known(self, ids: Sequence[str]) -> dict[str, Known]:
        """What an import must know of items to tell whether it changes them."""
        hashes: dict[str, str] = {}
        pictures: dict[str, list[str]] = {}
        for chunk in batched(ids, IDS_A_QUERY):
            items = select(ItemRow.id, ItemRow.content_hash).where(ItemRow.id.in_(chunk))
            hashes.update((id_, digest) for id_, digest in await self._session.execute(items))
            shown = select(PictureRow.item_id, PictureRow.sha256).where(PictureRow.item_id.in_(chunk))
            for id_, digest in await self._session.execute(shown.order_by(PictureRow.position)):
                pictures.setdefault(id_, []).append(digest)
        return {id_: Known(digest, tuple(pictures.get(id_, ()))) for id_, digest in hashes.items()}

    async def upsert(self, records: Sequence[ItemRecord]) -> None:
        """Write items as given, new or not, in a handful of statements; ids must be distinct."""
        if not records:
            return
        ids = [r.id for r in records]
        await ChangeLog(self._session).record(ids)
        await self._put_items(records)
        await self._replace(VariantRow, ids, _variant_values(records))
        await self._replace(ItemAttributeRow, ids, _attribute_values(records))
        pictured = [r.id for r in records if r.pictures is not None]
        await self._replace(PictureRow, pictured, _picture_values(records))
        await self._put_words(records)
        self._session.expire_all()

    async def delete(self, ids: Collection[str]) -> int:
        """Remove items; returns how many there were."""
        there = await self.existing(ids)
        if not there:
            return 0
        await ChangeLog(self._session).record(there)
        gone = 0
        for chunk in batched(list(there), IDS_A_QUERY):
            # RETURNING, because drivers disagree about row counts.
            removed = await self._session.scalars(delete(ItemRow).where(ItemRow.id.in_(chunk)).returning(ItemRow.id))
            gone += len(removed.all())
        self._session.expire_all()
        return gone

    async def facts(self) -> AsyncIterator[Sequence[RawFacts]]:
        """Every item, a page at a time, for `facts_of`."""
        result = await self._session.stream(facts_query().execution_options(yield_per=PAGE))
        async for page in result.partitions():
            yield cast(Sequence[RawFacts], page)

    async def facts_about(self, ids: Sequence[str]) -> list[RawFacts]:
        """Those of `ids` that exist, for `facts_of`, in no order."""
        found: list[RawFacts] = []
        for chunk in batched(ids, IDS_A_QUERY):
            found += cast(Sequence[RawFacts], (await self._session.execute(facts_query(chunk))).all())
        return found

    async def page(self, criteria: Criteria, after: str | None, limit: int) -> list[ItemRow]:
        """Up to `limit` items by id, those behind `after`."""
        query = select(ItemRow).where(*await self._clauses(criteria)).order_by(ItemRow.id).limit(limit)
        if after is not None:
            query = query.where(ItemRow.id > after)
        return list(await self._session.scalars(query))

    async def attribute_names(self) -> frozenset[str]:
        """Names of the shop's own attributes, folded."""
        return frozenset(await self._session.scalars(select(ItemAttributeRow.name).distinct()))

    async def facets(
        self, criteria: Criteria, private: frozenset[str] = frozenset(), limit: int = 50
    ) -> dict[str, list[FacetCount]]:
        """How many of the matching items carry each value, most frequent first; empty values are left out.

        Of sizes, those in stock are counted; of the shop's own attributes those that narrow, but for `private` ones.
        """
        clauses = await self._clauses(criteria)
        counts = {}
        for name in FACET_COLUMNS:
            values = select(effective(name).label("value")).where(*clauses).subquery()
            query = select(values.c.value, func.count()).where(values.c.value != "").group_by(values.c.value)
            rows = await self._session.execute(query.order_by(func.count().desc(), values.c.value).limit(limit))
            counts[name] = [FacetCount(value, number) for value, number in rows]
        for name, query in (("size", sizes_counted(clauses)), ("availability", availability_counted(clauses))):
            counts[name] = [FacetCount(value, n) for value, n in await self._session.execute(query.limit(limit))]
        return counts | await self._own_facets(clauses, private)

    async def _own_facets(self, clauses: list[Any], private: frozenset[str]) -> dict[str, list[FacetCount]]:
        counts: dict[str, list[FacetCount]] = {}
        for name, value, label, number, values, carried in await self._session.execute(
            attributes_counted(clauses, private)
        ):
            if is_facet(values, carried):
                counts.setdefault(f"{PREFIX}{name}", []).append(FacetCount(value, number, label))
        return dict(islice(counts.items(), MOST_NAMES))

    async def matching(self, criteria: Criteria) -> int:
        clauses = await self._clauses(criteria)
        return await self._session.scalar(select(func.count()).select_from(ItemRow).where(*clauses)) or 0

    async def with_words(self, asked: WordQuery, criteria: Criteria, limit: int) -> list[WordHit]:
        """Worn items that hold what is asked for literally and meet `criteria`, the most telling first."""
        query = worn_with(asked, self._session.get_bind().dialect.name, limit).where(*await self._clauses(criteria))
        return [WordHit(item_id, details) for item_id, details in await self._session.execute(query)]

    async def _put_items(self, records: Sequence[ItemRecord]) -> None:
        moment = now()
        values = [
            {name: getattr(r, name) for name in OWN_FIELDS} | {"created_at": moment, "updated_at": moment}
            for r in records
        ]
        added = dialect_insert(self._session, table_of(ItemRow))
        replaced = {name: added.excluded[name] for name in (*OWN_FIELDS, "updated_at") if name != "id"}
        await self._session.execute(added.on_conflict_do_update(index_elements=["id"], set_=replaced), values)

    async def _put_words(self, records: Sequence[ItemRecord]) -> None:
        added = dialect_insert(self._session, table_of(ItemWordsRow))
        values = [dataclasses.asdict(item_words(record)) for record in records]
        replaced = {name: added.excluded[name] for name in values[0] if name != "item_id"}
        await self._session.execute(added.on_conflict_do_update(index_elements=["item_id"], set_=replaced), values)

    async def _replace(
        self,
        table: type[VariantRow] | type[PictureRow] | type[ItemAttributeRow],
        ids: Sequence[str],
        values: list[dict[str, Any]],
    ) -> None:
        rows = table_of(table)
        for chunk in batched(ids, IDS_A_QUERY):
            await self._session.execute(delete(rows).where(rows.c.item_id.in_(chunk)))
        if values:
            await self._session.execute(insert(rows), values)

    async def _clauses(self, criteria: Criteria) -> list[Any]:
        wanted = frozenset[str]().union(*(c.values for c in criteria.conditions if c.field == "brand"))
        brands: frozenset[str] = frozenset()
        if wanted:
            # Matched here: SQLite's lower() knows ASCII alone.
            names = await self._session.scalars(select(ItemRow.brand).distinct())
            brands = frozenset(name for name in names if name.casefold() in wanted)
        return criteria_clauses(criteria, brands)


def _variant_values(records: Sequence[ItemRecord]) -> list[dict[str, Any]]:
    return [
        {"item_id": r.id, "size": v.size, "position": i, "stock": v.stock}
        for r in records
        for i, v in enumerate(r.variants)
    ]


def _attribute_values(records: Sequence[ItemRecord]) -> list[dict[str, Any]]:
    return [
        {"item_id": record.id} | dataclasses.asdict(own)
        for record in records
        for own in attribute_records(record.attributes)
    ]


def _picture_values(records: Sequence[ItemRecord]) -> list[dict[str, Any]]:
    return [
        {"item_id": r.id, "position": i} | dataclasses.asdict(picture)
        for r in records
        for i, picture in enumerate(r.pictures or ())
    ]
