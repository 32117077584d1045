"""Embeds the pictures and words of items that have no vector of the model in use yet, in committed chunks."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from app.catalog.embeddings import EmbeddingRepository
from app.catalog.records import EmbeddingKey, IndexSource, StoredEmbedding
from app.db.session import Database
from app.errors import AppError
from app.media.photo import decode
from app.media.storage import BlobStore
from app.settings import LimitSettings
from models.contracts import RGB, Matrix
from models.engine.engine import Engine

IMAGE_CHUNK = 96
"""Items a commit: a killed run loses at most their work, and cancelling waits for at most one chunk."""

TEXT_CHUNK = 384

T = TypeVar("T")


@dataclass(slots=True)
class Encoding:
    """Outcome of a run: what belongs into the index, how much was embedded and inferred now, and what could not be
    embedded (id → why).
    """

    sources: list[IndexSource]
    images: int = 0
    texts: int = 0
    inferred: int = 0
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Opened:
    """The decoded pictures of one item."""

    source: IndexSource
    pictures: tuple[RGB, ...]


class EncodingRun:
    """One pass over the catalogue."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        engine: Engine,
        limits: LimitSettings,
        progress: Callable[[int, int], Awaitable[None]],
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._engine = engine
        self._limits = limits
        self._progress = progress

    async def run(self, *, reencode: bool) -> Encoding:
        """Embed what has no vector, or everything. Progress counts items of both signals."""
        async with self._database.unit_of_work() as session:
            repository = EmbeddingRepository(session)
            outcome = Encoding(await repository.sources())
            images = {} if reencode else await repository.hashes(self._key("image"))
            texts = {} if reencode else await repository.hashes(self._key("text"))
        pictured = [s for s in outcome.sources if images.get(s.item_id) != s.image_hash]
        worded = [s for s in outcome.sources if texts.get(s.item_id) != s.text_hash]
        done, total = 0, len(pictured) + len(worded)
        await self._progress(done, total)
        for chunk in _chunks(worded, TEXT_CHUNK):
            await self._encode_texts(chunk, outcome)
            done += len(chunk)
            await self._progress(done, total)
        for chunk in _chunks(pictured, IMAGE_CHUNK):
            await self._encode_images(chunk, outcome)
            done += len(chunk)
            await self._progress(done, total)
        return outcome

    async def _encode_texts(self, chunk: Sequence[IndexSource], outcome: Encoding) -> None:
        vectors = await self._engine.encode_texts([s.text for s in chunk])
        await self._store("text", [(s.item_id, s.text_hash) for s in chunk], vectors)
        outcome.texts += len(chunk)

    async def _encode_images(self, chunk: Sequence[IndexSource], outcome: Encoding) -> None:
        opened = await asyncio.to_thread(self._open, chunk, outcome.failed)
        if not opened:
            return
        vectors = await self._engine.encode_images([p for one in opened for p in one.pictures])
        means = _mean_rows(vectors, [len(one.pictures) for one in opened])
        await self._store("image", [(o.source.item_id, o.source.image_hash) for o in opened], means)
        outcome.images += len(opened)

    def _open(self, chunk: Sequence[IndexSource], failed: dict[str, str]) -> list[_Opened]:
        """Decode a chunk's pictures; an item with one that cannot be read goes to `failed` alone."""
        opened = []
        for source in chunk:
            try:
                pictures = tuple(decode(self._blobs.get(key), self._limits) for key in source.blob_keys)
            except KeyError:
                failed[source.item_id] = "a stored picture is missing; import the item again"
            except AppError as error:
                failed[source.item_id] = error.detail
            else:
                opened.append(_Opened(source, pictures))
        return opened

    async def _store(self, signal: str, items: Sequence[tuple[str, str]], vectors: Matrix) -> None:
        halves = vectors.astype(np.float16)
        embeddings = [
            StoredEmbedding(item_id, digest, half) for (item_id, digest), half in zip(items, halves, strict=True)
        ]
        async with self._database.unit_of_work() as session:
            await EmbeddingRepository(session).put(self._key(signal), embeddings)

    def _key(self, signal: str) -> EmbeddingKey:
        return EmbeddingKey.of(signal, self._engine.spec)


def _mean_rows(vectors: Matrix, counts: Sequence[int]) -> Matrix:
    """The mean of each run of `counts[i]` unit rows, scaled to length 1 again, shape (len(counts), d)."""
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    sums = np.add.reduceat(vectors, starts, axis=0)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    means: Matrix = (sums / np.where(lengths == 0, 1, lengths)).astype(np.float32)
    return means


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[i : i + size] for i in range(0, len(items), size))
