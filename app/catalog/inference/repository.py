"""The only SQL about what is inferred of items. Never commits."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.changelog import ChangeLog
from app.catalog.embeddings import of_key
from app.catalog.facts import STATED, Inferred
from app.catalog.inference.guesses import NAMES, Guess
from app.catalog.queries import MAY_BE_WORN
from app.catalog.records import EmbeddingKey
from app.catalog.repository import PAGE
from app.catalog.tables import EmbeddingRow, InferenceRow, InferredRow, ItemRow
from app.db.statements import dialect_insert, table_of


@dataclass(frozen=True, slots=True)
class Gap:
    """An item whose feed left something out. `image_hash` is of the pictures it was embedded from, empty for none."""

    item_id: str
    title: str
    title_zh: str
    missing: tuple[str, ...]
    image_hash: str
    stamp: str
    """Of the inference there is already; empty for none."""


class InferenceRepository:
    """Inferred attributes, and when they were last looked for."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def gaps(self, key: EmbeddingKey) -> AsyncIterator[Sequence[Gap]]:
        """Items that lack something, apart from what is known not to be worn, by id, a page at a time."""
        stated = [getattr(ItemRow, name) for name in NAMES]
        query = (
            select(ItemRow.id, ItemRow.title, ItemRow.title_zh, EmbeddingRow.source_hash, InferenceRow.stamp, *stated)
            .outerjoin(EmbeddingRow, and_(EmbeddingRow.item_id == ItemRow.id, *of_key(key)))
            .outerjoin(InferenceRow, InferenceRow.item_id == ItemRow.id)
            .where(MAY_BE_WORN, or_(*(column == "" for column in stated)))
            .order_by(ItemRow.id)
            .execution_options(yield_per=PAGE)
        )
        async for page in (await self._session.stream(query)).partitions():
            yield [_gap(*row) for row in page]

    async def put(self, stamps: Mapping[str, str], guesses: Mapping[str, Sequence[Guess]], least: float) -> None:
        """Write what was inferred in place of what was before; items that are gone meanwhile are passed over.

        Args: stamps: by item id, of everything the outcome depended on. least: the confidence to go by.
        """
        present = set(await self._session.scalars(select(ItemRow.id).where(ItemRow.id.in_(list(stamps)))))
        await ChangeLog(self._session).record(present)
        await self._session.execute(delete(InferredRow).where(InferredRow.item_id.in_(list(stamps))))
        values = [_values(id_, guess, least) for id_ in present for guess in guesses.get(id_, ())]
        if values:
            await self._session.execute(insert(table_of(InferredRow)), values)
        if present:
            added = dialect_insert(self._session, table_of(InferenceRow))
            replaced = added.on_conflict_do_update(index_elements=["item_id"], set_={"stamp": added.excluded.stamp})
            await self._session.execute(replaced, [{"item_id": id_, "stamp": stamps[id_]} for id_ in present])
        self._session.expire_all()

    async def settle(self, least: float) -> None:
        """Drop what feeds have said since, and go by what reaches `least` from now on."""
        said = or_(*(and_(InferredRow.name == name, _said(name)) for name in STATED))
        wrong = InferredRow.used != (InferredRow.confidence >= least)
        # Looked for first: a change that finds nothing would read the whole table while no shopper can write.
        if await self._session.scalar(select(InferredRow.item_id).where(or_(said, wrong)).limit(1)) is None:
            return
        dropped = await self._session.scalars(delete(InferredRow).where(said).returning(InferredRow.item_id))
        moved = await self._session.scalars(
            update(InferredRow)
            .where(wrong)
            .values(used=InferredRow.confidence >= least)
            .returning(InferredRow.item_id)
            .execution_options(synchronize_session=False)
        )
        if changed := {*dropped, *moved}:
            await ChangeLog(self._session).record(changed)

    async def clear(self) -> None:
        """Forget everything inferred."""
        if await self._session.scalar(select(InferenceRow.item_id).limit(1)) is not None:
            await ChangeLog(self._session).record_anything()
            await self._session.execute(delete(InferredRow))
            await self._session.execute(delete(InferenceRow))

    async def used(self, ids: Sequence[str] | None = None) -> dict[str, Inferred]:
        """By item id, what is inferred surely enough to go by; of all items, or of up to some thousand `ids`."""
        query = select(InferredRow.item_id, InferredRow.name, InferredRow.value, InferredRow.confidence)
        if ids is not None:
            query = query.where(InferredRow.item_id.in_(ids))
        found: dict[str, dict[str, tuple[str, float]]] = {}
        stream = await self._session.stream(query.where(InferredRow.used).execution_options(yield_per=PAGE))
        async for page in stream.partitions():
            for id_, name, value, confidence in page:
                found.setdefault(id_, {})[name] = (value, confidence)
        return dict(found)


def _gap(id_: str, title: str, title_zh: str, image_hash: str | None, stamp: str | None, *stated: str) -> Gap:
    missing = tuple(name for name, value in zip(NAMES, stated, strict=True) if not value)
    return Gap(id_, title, title_zh, missing, image_hash or "", stamp or "")


def _said(name: str) -> Any:
    """That the item of an inferred row states that attribute itself."""
    own = ItemRow.kind if name == "slot" else getattr(ItemRow, name)
    return exists().where(ItemRow.id == InferredRow.item_id, own != "")


def _values(item_id: str, guess: Guess, least: float) -> dict[str, Any]:
    return {
        "item_id": item_id,
        "name": guess.name,
        "value": guess.value,
        "confidence": guess.confidence,
        "source": guess.source,
        "used": guess.confidence >= least,
    }
