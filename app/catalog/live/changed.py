"""What the database holds now of items that changed, and a live view brought up to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.embeddings import EmbeddingRepository
from app.catalog.facts import Inferred, ItemFacts, RawFacts, facts_of
from app.catalog.inference.repository import InferenceRepository
from app.catalog.live.column_changes import patched
from app.catalog.live.columns import Columns
from app.catalog.records import EmbeddingKey, IndexSource, StoredEmbedding, StoredTokens
from app.catalog.repository import ItemRepository
from models.contracts import Mask, Matrix
from models.fusion.vectors import unit_rows
from models.index import Addition, LiveIndex
from models.interaction import ItemTokens
from models.registry import ModelSpec


@dataclass(frozen=True, slots=True)
class Reread:
    """Changed items as they are now. `ids` are all that were asked for; one without `facts` was removed.

    Attributes:
        sources: of items that belong into an index.
        images, texts, tokens: what they were last embedded as by the model in use.
    """

    ids: tuple[str, ...]
    raw: Sequence[RawFacts]
    inferred: Mapping[str, Inferred]
    sources: Mapping[str, IndexSource]
    images: Mapping[str, StoredEmbedding]
    texts: Mapping[str, StoredEmbedding]
    tokens: Mapping[str, StoredTokens]

    def facts(self) -> dict[str, ItemFacts]:
        """By item id."""
        return {raw[0]: facts_of(raw, self.inferred.get(raw[0])) for raw in self.raw}


async def reread(session: AsyncSession, ids: Sequence[str], spec: ModelSpec, tokens: ItemTokens | None) -> Reread:
    """Read up to some thousand items again. `tokens` are the snapshot's: as many are read of each item."""
    embeddings = EmbeddingRepository(session)
    sources = {source.item_id: source for source in await embeddings.sources(ids)}
    images = await embeddings.stored(EmbeddingKey.of("image", spec), list(sources))
    return Reread(
        ids=tuple(ids),
        raw=await ItemRepository(session).facts_about(ids),
        inferred=await InferenceRepository(session).used(ids),
        sources=sources,
        images=images,
        texts=await embeddings.stored(EmbeddingKey.of("text", spec), list(images)),
        tokens={} if tokens is None else await embeddings.stored_tokens(spec, tokens.shape[1], list(images)),
    )


def brought_up(index: LiveIndex, columns: Columns, now: Reread) -> tuple[LiveIndex, Columns]:
    """`index` and `columns` with the items of `now` as they are now.

    What an item is searched by is what it was last embedded as, even where its words or pictures changed since: the
    next reindex embeds those. It is so in a process that just started too, which has no row for it yet. A row stays
    where its vectors do; else the item gets a new one and the old one is dead. So is the row of an item that is gone,
    that has lost its pictures, or that has no vectors any more.
    """
    facts = now.facts()
    changed: dict[int, ItemFacts | None] = {}
    fresh: list[str] = []
    known: list[str] = []
    for id_ in now.ids:
        row = index.row_of.get(id_)
        if id_ in facts and id_ in now.texts:
            (fresh if row is None else known).append(id_)
        elif row is not None:
            changed[row] = None
    rows = np.array([index.row_of[id_] for id_ in known], np.intp)
    for id_, row, same in zip(known, rows.tolist(), _same(index, rows, now, known), strict=True):
        changed[row] = facts[id_] if same else None
        if not same:
            fresh.append(id_)
    image, text = _matrix(now.images, fresh, index), _matrix(now.texts, fresh, index)
    grown = index.with_rows(Addition(fresh, image, text, _tokens(now, fresh, index)))
    return grown, patched(columns, changed, [facts[id_] for id_ in fresh])


def _same(index: LiveIndex, rows: "np.ndarray[tuple[int], np.dtype[np.intp]]", now: Reread, ids: Sequence[str]) -> Mask:
    return index.holds(rows, _matrix(now.images, ids, index), _matrix(now.texts, ids, index))


def _matrix(stored: Mapping[str, StoredEmbedding], ids: Sequence[str], index: LiveIndex) -> Matrix:
    if not ids:
        return np.zeros((0, index.manifest.dims), np.float32)
    return unit_rows(np.stack([stored[id_].vector for id_ in ids]).astype(np.float32))


def _tokens(now: Reread, ids: Sequence[str], index: LiveIndex) -> ItemTokens | None:
    if index.tokens is None or not ids:
        return None
    blank = np.zeros(index.tokens.shape[1:], np.int8)
    return np.stack([now.tokens[id_].tokens if id_ in now.tokens else blank for id_ in ids])
