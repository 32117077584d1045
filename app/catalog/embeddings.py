"""The only SQL about stored embeddings and what they are made of. Never commits."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, cast

import numpy as np
from sqlalchemy import ColumnElement, CursorResult, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.queries import MAY_BE_WORN
from app.catalog.records import (
    TOKENS,
    EmbeddingKey,
    IndexSource,
    PictureRecord,
    StoredEmbedding,
    StoredTokens,
)
from app.catalog.repository import PAGE
from app.catalog.tables import EmbeddingRow, ItemRow, PictureRow
from app.catalog.text.wording import item_text
from app.db.statements import dialect_insert, table_of
from models.registry import ModelSpec
from models.taxonomy.lookup import NOT_WORN

TABLE = table_of(EmbeddingRow)

LITTLE_HALF = np.dtype("<f2")


class EmbeddingRepository:
    """Vectors that need not be computed again."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def sources(self, ids: Sequence[str] | None = None) -> list[IndexSource]:
        """What belongs into an index: every item with a picture that is worn, or may be as far as we know, by id; of
        all items, or of up to some thousand `ids`.
        """
        pictures = await self._pictures(ids)
        query = (
            select(
                ItemRow.id,
                ItemRow.title,
                ItemRow.title_zh,
                ItemRow.brand,
                ItemRow.kind,
                ItemRow.colour,
                ItemRow.gender,
                ItemRow.season,
                ItemRow.usage,
                ItemRow.pattern,
            )
            .where(MAY_BE_WORN)
            .order_by(ItemRow.id)
            .execution_options(yield_per=PAGE)
        )
        if ids is not None:
            query = query.where(ItemRow.id.in_(ids))
        found: list[IndexSource] = []
        async for page in (await self._session.stream(query)).partitions():
            # Nothing but Python, so not in a thread that yields: it would be put off while it holds the interpreter.
            found += await asyncio.to_thread(_sources, page, pictures)
        return found

    async def hashes(self, key: EmbeddingKey, ids: Sequence[str] | None = None) -> dict[str, str]:
        """Item id → hash of what its stored vector was made of; of all items, or of up to some thousand `ids`."""
        query = select(EmbeddingRow.item_id, EmbeddingRow.source_hash).where(*of_key(key))
        if ids is not None:
            query = query.where(EmbeddingRow.item_id.in_(ids))
        return {row.item_id: row.source_hash for row in await self._session.execute(query)}

    async def vectors(self, key: EmbeddingKey) -> AsyncIterator[list[StoredEmbedding]]:
        """Every stored vector of `key`, a page at a time."""
        query = (
            select(EmbeddingRow.item_id, EmbeddingRow.source_hash, EmbeddingRow.vector)
            .where(*of_key(key))
            .execution_options(yield_per=PAGE)
        )
        async for page in (await self._session.stream(query)).partitions():
            yield [StoredEmbedding(i, digest, np.frombuffer(data, LITTLE_HALF)) for i, digest, data in page]

    async def stored(self, key: EmbeddingKey, ids: Sequence[str]) -> dict[str, StoredEmbedding]:
        """The vectors of those of up to some thousand `ids` that have one."""
        query = select(EmbeddingRow.item_id, EmbeddingRow.source_hash, EmbeddingRow.vector)
        query = query.where(EmbeddingRow.item_id.in_(ids), *of_key(key))
        return {
            i: StoredEmbedding(i, digest, np.frombuffer(data, LITTLE_HALF))
            for i, digest, data in await self._session.execute(query)
        }

    async def put(self, key: EmbeddingKey, embeddings: Sequence[StoredEmbedding]) -> None:
        """Store vectors in place of older ones of the same key; items that are gone meanwhile are passed over."""
        await self._put(key, {e.item_id: (e.source_hash, e.vector.astype(LITTLE_HALF).tobytes()) for e in embeddings})

    async def tokens(self, spec: ModelSpec, count: int) -> AsyncIterator[list[StoredTokens]]:
        """The tokens of every item that has `count` of this model, a page at a time."""
        columns = (EmbeddingRow.item_id, EmbeddingRow.source_hash, EmbeddingRow.vector)
        query = select(*columns).where(*of_key(EmbeddingKey.of(TOKENS, spec))).execution_options(yield_per=PAGE)
        size = count * spec.dims
        async for page in (await self._session.stream(query)).partitions():
            yield [
                StoredTokens(i, digest, np.frombuffer(data, np.int8).reshape(count, spec.dims))
                for i, digest, data in page
                if len(data) == size
            ]

    async def stored_tokens(self, spec: ModelSpec, count: int, ids: Sequence[str]) -> dict[str, StoredTokens]:
        """The tokens of those of up to some thousand `ids` that have `count` of this model."""
        query = select(EmbeddingRow.item_id, EmbeddingRow.source_hash, EmbeddingRow.vector)
        query = query.where(EmbeddingRow.item_id.in_(ids), *of_key(EmbeddingKey.of(TOKENS, spec)))
        return {
            i: StoredTokens(i, digest, np.frombuffer(data, np.int8).reshape(count, spec.dims))
            for i, digest, data in await self._session.execute(query)
            if len(data) == count * spec.dims
        }

    async def put_tokens(self, spec: ModelSpec, found: Sequence[StoredTokens]) -> None:
        """As `put`, for tokens."""
        key = EmbeddingKey.of(TOKENS, spec)
        await self._put(key, {one.item_id: (one.source_hash, one.tokens.tobytes()) for one in found})

    async def forget_others(self, spaces: Collection[tuple[str, str]]) -> int:
        """Delete what is of none of `spaces`, each a model's revision and preprocess version; how many went."""
        revision, prepared = EmbeddingRow.model_revision, EmbeddingRow.preprocess_version
        kept = or_(*((revision == one) & (prepared == other) for one, other in spaces))
        # Looked for first: a deletion that finds nothing would read the whole table while no shopper can write.
        if await self._session.scalar(select(EmbeddingRow.item_id).where(~kept).limit(1)) is None:
            return 0
        return cast(CursorResult[Any], await self._session.execute(delete(TABLE).where(~kept))).rowcount

    async def _put(self, key: EmbeddingKey, made: Mapping[str, tuple[str, bytes]]) -> None:
        """By item id, the hash of what was embedded, and what came out."""
        present = await self._session.scalars(select(ItemRow.id).where(ItemRow.id.in_(made)))
        values = [_values(key, item_id, *made[item_id]) for item_id in present]
        if not values:
            return
        added = dialect_insert(self._session, TABLE)
        replaced = {name: added.excluded[name] for name in ("source_hash", "vector")}
        primary = [c.name for c in TABLE.primary_key]
        await self._session.execute(added.on_conflict_do_update(index_elements=primary, set_=replaced), values)

    async def _pictures(self, ids: Sequence[str] | None = None) -> dict[str, list[tuple[str, str]]]:
        """Item id → (blob key, hash) of its pictures, in order."""
        query = select(PictureRow.item_id, PictureRow.blob_key, PictureRow.sha256)
        if ids is not None:
            query = query.where(PictureRow.item_id.in_(ids))
        query = query.order_by(PictureRow.item_id, PictureRow.position).execution_options(yield_per=PAGE)
        pictures: dict[str, list[tuple[str, str]]] = {}
        async for page in (await self._session.stream(query)).partitions():
            for item_id, key, digest in page:
                pictures.setdefault(item_id, []).append((key, digest))
        return pictures


def of_key(key: EmbeddingKey) -> tuple[ColumnElement[bool], ...]:
    """Conditions that only vectors of `key` meet."""
    return (
        EmbeddingRow.signal == key.signal,
        EmbeddingRow.model_revision == key.model_revision,
        EmbeddingRow.preprocess_version == key.preprocess_version,
    )


def _values(key: EmbeddingKey, item_id: str, source_hash: str, data: bytes) -> dict[str, Any]:
    return {
        "item_id": item_id,
        "signal": key.signal,
        "model_revision": key.model_revision,
        "preprocess_version": key.preprocess_version,
        "source_hash": source_hash,
        "vector": data,
    }


WORDED = ("title", "title_zh", "brand", "kind", "colour", "gender", "season", "usage", "pattern")
"""What the words of an item are made of."""


def source_of(item: Any, pictures: Sequence[PictureRecord]) -> IndexSource | None:
    """What is embedded of an item that has `id`, `slot` and what is `WORDED`; None for one that is in no index."""
    if not pictures or not may_be_worn(item):
        return None
    return _source(item, [(picture.blob_key, picture.sha256) for picture in pictures])


def may_be_worn(item: Any) -> bool:
    """`MAY_BE_WORN`, of an item that has `kind` and `slot`."""
    return not item.kind or item.slot not in ("", NOT_WORN)


def _sources(items: Sequence[Any], pictures: Mapping[str, Sequence[tuple[str, str]]]) -> list[IndexSource]:
    return [_source(item, pictures[item.id]) for item in items if item.id in pictures]


def _source(item: Any, pictures: Sequence[tuple[str, str]]) -> IndexSource:
    text = item_text(**{name: getattr(item, name) for name in WORDED})
    return IndexSource(
        item_id=item.id,
        blob_keys=tuple(key for key, _ in pictures),
        image_hash=_digest(" ".join(digest for _, digest in pictures)),
        text=text,
        text_hash=_digest(text),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
