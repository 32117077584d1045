"""Embeds the pictures and words of items that have no vector of the model in use yet, in committed chunks."""

import hashlib
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

import numpy as np
import structlog

from app.batches import batched
from app.catalog.embeddings import EmbeddingRepository
from app.catalog.records import TOKENS, EmbeddingKey, IndexSource, StoredEmbedding, StoredTokens
from app.db.session import Database
from app.errors import AppError
from app.media.photo import decode
from app.media.storage import BlobStore
from app.settings import LimitSettings
from models.contracts import RGB, Matrix
from models.engine.encoded import Encoded
from models.engine.engine import Engine
from models.fusion.vectors import unit_rows
from models.interaction import ItemTokens
from models.interaction.condense import VERSION, condensed
from models.priority import in_background

log = structlog.get_logger(__name__)

IMAGE_CHUNK = 96
"""Items a commit: a killed run loses at most their work, and cancelling waits for at most one chunk."""

TEXT_CHUNK = 384

T = TypeVar("T")


@dataclass(slots=True)
class Encoding:
    """Outcome of a run: what belongs into the index, how much was embedded and inferred now, and what could not be
    embedded (id → why). `tokens` counts items whose tokens were found now.
    """

    sources: list[IndexSource]
    images: int = 0
    texts: int = 0
    tokens: int = 0
    inferred: int = 0
    failed: dict[str, str] = field(default_factory=dict)

    def followed_by(self, later: "Encoding", of: Collection[str] | None) -> "Encoding":
        """Both runs as one, the later `of` some items (None: of all): what is to be indexed of these is the later's to
        say, what was done is added up.
        """
        again = frozenset(of or ())
        first = Encoding([]) if of is None else self
        return Encoding(
            sources=[*(source for source in first.sources if source.item_id not in again), *later.sources],
            images=self.images + later.images,
            texts=self.texts + later.texts,
            tokens=self.tokens + later.tokens,
            inferred=self.inferred + later.inferred,
            failed={id_: why for id_, why in first.failed.items() if id_ not in again} | later.failed,
        )


@dataclass(frozen=True, slots=True)
class Lacking:
    """Ids of the items that have no vector of their pictures yet, and of those that have no tokens."""

    vectors: Set[str]
    tokens: Set[str]


@dataclass(frozen=True, slots=True)
class _Opened:
    """The decoded pictures of one item."""

    source: IndexSource
    pictures: tuple[RGB, ...]


class EncodingRun:
    """One pass over the catalogue. `tokens` of each item are kept; 0, or an encoder that gives none, keeps none."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        engine: Engine,
        limits: LimitSettings,
        progress: Callable[[int, int], Awaitable[None]],
        tokens: int = 0,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._engine = engine
        self._limits = limits
        self._progress = progress
        self._tokens = tokens if engine.gives_tokens else 0
        if tokens and not self._tokens:
            log.warning(
                "no_tokens_to_keep", model=engine.spec.name, detail="this model gives none: nothing is reranked"
            )

    async def run(self, *, reencode: bool, of: Sequence[str] | None = None) -> Encoding:
        """Embed what has no vector, or everything, `of` up to some thousand items or of all. Progress counts items of
        both signals.
        """
        async with self._database.unit_of_work() as session:
            repository = EmbeddingRepository(session)
            outcome = Encoding(await repository.sources(of))
            images = {} if reencode else await repository.hashes(self._key("image"), of)
            texts = {} if reencode else await repository.hashes(self._key("text"), of)
            tokens = {} if reencode else await repository.hashes(self._key(TOKENS), of)
        lacking = Lacking(
            {s.item_id for s in outcome.sources if images.get(s.item_id) != s.image_hash},
            {s.item_id for s in outcome.sources if self._tokens and tokens.get(s.item_id) != self._hash(s)},
        )
        pictured = [s for s in outcome.sources if s.item_id in lacking.vectors | lacking.tokens]
        worded = [s for s in outcome.sources if texts.get(s.item_id) != s.text_hash]
        done, total = 0, len(pictured) + len(worded)
        await self._progress(done, total)
        for chunk in batched(worded, TEXT_CHUNK):
            await self._encode_texts(chunk, outcome)
            done += len(chunk)
            await self._progress(done, total)
        for chunk in batched(pictured, IMAGE_CHUNK):
            await self._encode_images(chunk, lacking, outcome)
            done += len(chunk)
            await self._progress(done, total)
        return outcome

    async def _encode_texts(self, chunk: Sequence[IndexSource], outcome: Encoding) -> None:
        vectors = await self._engine.encode_texts([s.text for s in chunk])
        await self._store("text", [(s.item_id, s.text_hash) for s in chunk], vectors)
        outcome.texts += len(chunk)

    async def _encode_images(self, chunk: Sequence[IndexSource], lacking: Lacking, outcome: Encoding) -> None:
        opened = await in_background(self._open, chunk, outcome.failed)
        if not opened:
            return
        counts = [len(one.pictures) for one in opened]
        pictures = [picture for one in opened for picture in one.pictures]
        if self._tokens:
            encoded = await self._engine.encode_pictures(pictures)
            vectors = np.stack([one.vector for one in encoded])
            views = zip((one.source for one in opened), runs(encoded, counts), strict=True)
            outcome.tokens += await self._store_tokens([v for v in views if v[0].item_id in lacking.tokens])
        else:
            vectors = await self._engine.encode_images(pictures)
        fresh = [row for row, one in enumerate(opened) if one.source.item_id in lacking.vectors]
        ids = [(opened[row].source.item_id, opened[row].source.image_hash) for row in fresh]
        await self._store("image", ids, mean_rows(vectors, counts)[fresh])
        outcome.images += len(fresh)

    async def _store_tokens(self, views: Sequence[tuple[IndexSource, Sequence[Encoded]]]) -> int:
        """Keep the few tokens that stand for each source's views. Returns for how many."""
        kept = await in_background(lambda: [condensed_views(one, self._tokens) for _, one in views])
        found = [StoredTokens(s.item_id, self._hash(s), one) for (s, _), one in zip(views, kept, strict=True)]
        async with self._database.unit_of_work() as session:
            await EmbeddingRepository(session).put_tokens(self._engine.spec, found)
        return len(found)

    def _hash(self, source: IndexSource) -> str:
        return tokens_hash(source.image_hash, self._tokens)

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


def tokens_hash(image_hash: str, count: int) -> str:
    """Of what an item's tokens are made of and how."""
    return hashlib.sha256(f"{VERSION} {count} {image_hash}".encode()).hexdigest()


def runs(things: Sequence[T], counts: Sequence[int]) -> Iterator[list[T]]:
    """Runs of `counts[i]` things."""
    rest = iter(things)
    return (list(islice(rest, count)) for count in counts)


def condensed_views(views: Sequence[Encoded], count: int) -> ItemTokens:
    """At most `count` tokens that stand for all views of an item, shape (count, d)."""
    grids = [view.tokens.astype(np.float32) for view in views if view.tokens is not None]
    return condensed(grids, [view.frame for view in views], count)


def mean_rows(vectors: Matrix, counts: Sequence[int]) -> Matrix:
    """The mean of each run of `counts[i]` unit rows, scaled to length 1 again, shape (len(counts), d)."""
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    return unit_rows(np.add.reduceat(vectors, starts, axis=0))
