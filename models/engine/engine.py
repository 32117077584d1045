"""The one door to the model: photos and words in, query vectors out."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import chain
from time import perf_counter
from typing import TypeVar

import numpy as np

from models.contracts import RGB, Encoder, Fusion, Matrix, Preprocessor, TokenEncoder, Weights
from models.engine.batcher import Batcher
from models.engine.cache import MEGABYTE, EmbeddingCache, key_of
from models.engine.encoded import Encoded, Job, forward
from models.engine.errors import EngineClosed, EngineOverloaded, UnknownFusion
from models.engine.priority import background_threads
from models.engine.query import EncodedQuery, fuse, garments, photo_kind_of, signal
from models.engine.watching import EngineWatcher, Load, Unwatched
from models.registry import ModelSpec

PREPROCESS_THREADS = 4

HANDFUL = 4
"""So few inputs are no bulk: somebody waits for the one item that they make up, and no shopper notices them."""

PROBE = "dress"
T = TypeVar("T")
R = TypeVar("R")


class Engine:
    """Preprocess → cache → batcher → encoder → fusion, off the event loop.

    All use of the encoder runs on the batcher's one thread, as the `Encoder` Protocol asks.
    """

    def __init__(
        self,
        encoder: Encoder,
        preprocessor: Preprocessor,
        fusions: Mapping[str, Fusion],
        *,
        stored: Encoder | None = None,
        default_fusion: str = "weighted",
        cache_entries: int = 4096,
        cache_bytes: int = 64 * MEGABYTE,
        max_batch: int = 16,
        max_queue: int = 256,
        watcher: EngineWatcher | None = None,
    ) -> None:
        """Args: stored: embeds what is kept and compared with many queries, where that is not `encoder` itself; of
        the same revision. watcher: told what is done, for whoever counts.

        Raises UnknownFusion when `default_fusion` is not among `fusions`.
        """
        self._encoder, self._stored = encoder, stored or encoder
        self._preprocessor = preprocessor
        self._fusions = dict(fusions)
        self._default_fusion = default_fusion
        self._fusion(None)
        self._cache = EmbeddingCache(cache_entries, cache_bytes)
        self._cache_bytes = cache_bytes
        self._max_batch, self._max_queue = max_batch, max_queue
        self._watcher = watcher or Unwatched()
        self._batcher: Batcher[Job, Encoded] = Batcher(
            partial(forward, encoder, self._stored),
            max_batch=max_batch,
            max_queue=max_queue,
            on_batch=self._watcher.ran,
        )
        self._threads = ThreadPoolExecutor(PREPROCESS_THREADS, thread_name_prefix="tryon-preprocess")
        # Bulk work fills at most two batches at a time, so that a shopper waits behind two and not behind a catalogue.
        # Its one thread may block for room in the queue; the threads that prepare shoppers' photos may not.
        self._bulk_thread = background_threads(1, "tryon-bulk")
        self._bulk_slots = asyncio.Semaphore(2)
        self._closed = False

    @property
    def spec(self) -> ModelSpec:
        return self._encoder.spec

    @property
    def device(self) -> str:
        return self._encoder.device

    @property
    def load(self) -> Load:
        waiting, bulk = self._batcher.queued
        return Load(waiting, bulk, self._max_queue, len(self._cache), self._cache.nbytes, self._cache_bytes)

    async def encode_query(
        self,
        photos: Sequence[RGB],
        text: str | None,
        *,
        photo_kind: str = "auto",
        fusion: str | None = None,
        weights: Weights = Weights(),  # noqa: B008 - frozen and empty: shared safely
    ) -> EncodedQuery:
        """Photos (views of one wish) and words as query vectors.

        Raises:
            UnknownFusion: `fusion` is not known here.
            ValueError: neither a photo nor words, or impossible weights.
            EngineOverloaded: too much is waiting already.
            EngineClosed: `close` was called.
        """
        self._check_open()
        chosen = self._fusion(fusion)
        words = text.strip() if text else ""
        if not photos and not words:
            raise ValueError("a photo or words are needed")
        started = perf_counter()
        prepared = await self._in_threads(lambda photo: self._preprocessor.prepare(photo, photo_kind), photos)
        asked = garments(prepared)
        preprocessed = perf_counter()
        inputs: list[RGB | str] = [
            *(crop for garment in asked for crop in garment.crops),
            *([words] if words else []),
        ]
        found = await self._encode(inputs)
        said = found[-1] if words else None
        fused = await self._in_threads(lambda work: work(), [partial(fuse, chosen, asked, found, said, weights)])
        encoded = perf_counter()
        return EncodedQuery(
            parts=fused[0],
            text=said.vector if said else None,
            photo_kind=photo_kind_of(prepared),
            timings_ms={
                "preprocess": (preprocessed - started) * 1000,
                "encode": (encoded - preprocessed) * 1000,
            },
            text_tokens=signal(said).tokens if said else None,
        )

    @property
    def gives_tokens(self) -> bool:
        """Whether `encode_pictures` finds tokens."""
        return isinstance(self._stored, TokenEncoder)

    async def encode_images(self, pictures: Sequence[RGB]) -> Matrix:
        """Embed any number of pictures as they are (no crop), shape (n, d), without crowding out queries."""
        return self._matrix(await self._encode_many(pictures, tokens=False))

    async def encode_pictures(self, pictures: Sequence[RGB]) -> list[Encoded]:
        """As `encode_images`, with the tokens of each from the same forward pass where the encoder gives any."""
        return await self._encode_many(pictures, tokens=True)

    async def encode_texts(self, texts: Sequence[str]) -> Matrix:
        """Embed any number of texts, shape (n, d), without crowding out queries."""
        return self._matrix(await self._encode_many(texts, tokens=False))

    async def probe(self) -> None:
        """One short text through the model, past the cache, in a shopper's turn. Raises whatever is wrong with it."""
        self._check_open()
        await asyncio.wrap_future(self._batcher.submit(Job(PROBE, tokens=False)))

    async def close(self) -> None:
        """Finish what is queued and stop the threads. May be called twice."""
        self._closed = True
        await asyncio.to_thread(self._batcher.close)
        self._threads.shutdown()
        self._bulk_thread.shutdown()

    def _check_open(self) -> None:
        if self._closed:
            raise EngineClosed("the engine is shut down")

    def _fusion(self, name: str | None) -> Fusion:
        wanted = self._default_fusion if name is None else name
        if wanted not in self._fusions:
            raise UnknownFusion(f"unknown fusion {wanted!r}; choose one of {', '.join(sorted(self._fusions))}")
        return self._fusions[wanted]

    async def _encode(self, inputs: Sequence[RGB | str]) -> list[Encoded]:
        """A query's inputs with their tokens, cached or through the batcher; equal inputs are encoded once."""
        keys = await self._in_threads(self._key, inputs)
        found = {key: kept for key in keys if (kept := self._cache.get(key)) is not None}
        missing = {key: item for key, item in zip(keys, inputs, strict=True) if key not in found}
        self._watcher.looked_up(len(keys) - len(missing), len(missing))
        futures: list[Future[Encoded]] = []
        try:
            futures += [self._batcher.submit(Job(item, tokens=True)) for item in missing.values()]
        finally:
            if len(futures) < len(missing):  # refused half way: what was taken is of no use
                for future in futures:
                    future.cancel()
        fresh = await asyncio.gather(*map(asyncio.wrap_future, futures))
        for key, encoded in zip(missing, fresh, strict=True):
            self._cache.put(key, encoded)
            found[key] = encoded
        return [found[key] for key in keys]

    async def _encode_many(self, inputs: Sequence[RGB] | Sequence[str], *, tokens: bool) -> list[Encoded]:
        self._check_open()
        if len(inputs) <= HANDFUL and (futures := self._queued(inputs, tokens=tokens)) is not None:
            return await asyncio.gather(*map(asyncio.wrap_future, futures))
        chunks = [inputs[i : i + self._max_batch] for i in range(0, len(inputs), self._max_batch)]
        tasks = [asyncio.create_task(self._encode_chunk(chunk, tokens=tokens)) for chunk in chunks]
        try:
            return list(chain.from_iterable(await asyncio.gather(*tasks)))
        finally:
            for task in tasks:  # after a failure the rest would be encoded for nobody
                task.cancel()

    def _queued(self, inputs: Sequence[RGB] | Sequence[str], *, tokens: bool) -> list[Future[Encoded]] | None:
        """Among shoppers' inputs; None where their queue has no room for all."""
        futures: list[Future[Encoded]] = []
        try:
            for item in inputs:
                futures.append(self._batcher.submit(Job(item, tokens=tokens, bulk=True)))
        except EngineOverloaded:
            for future in futures:
                future.cancel()
            return None
        return futures

    async def _encode_chunk(self, chunk: Sequence[RGB] | Sequence[str], *, tokens: bool) -> list[Encoded]:
        async with self._bulk_slots:
            loop = asyncio.get_running_loop()
            futures = await loop.run_in_executor(
                self._bulk_thread,
                lambda: [self._batcher.submit(Job(item, tokens=tokens, bulk=True), bulk=True) for item in chunk],
            )
            return await asyncio.gather(*map(asyncio.wrap_future, futures))

    def _matrix(self, encoded: Sequence[Encoded]) -> Matrix:
        return np.stack([one.vector for one in encoded]) if encoded else np.zeros((0, self.spec.dims), np.float32)

    async def _in_threads(self, work: Callable[[T], R], items: Sequence[T]) -> list[R]:
        loop = asyncio.get_running_loop()
        return await asyncio.gather(*(loop.run_in_executor(self._threads, work, item) for item in items))

    def _key(self, item: RGB | str) -> bytes:
        return key_of(item, self.spec, self._preprocessor.version)
