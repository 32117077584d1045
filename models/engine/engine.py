"""The one door to the model: photos and words in, query vectors out."""

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from time import monotonic, perf_counter
from typing import TypeVar

import numpy as np
from PIL import Image

from models.contracts import RGB, Encoder, Fusion, Matrix, Prepared, Preprocessor, StagedEncoder, TokenEncoder, Weights
from models.engine.batcher import Batcher
from models.engine.cache import MEGABYTE, EmbeddingCache, key_of, normal
from models.engine.encoded import Encoded, Job, Towers, pixels
from models.engine.errors import EngineClosed, EngineLate, EngineOverloaded, UnknownFusion
from models.engine.query import EncodedQuery, fuse, garments, photo_kind_of, signal
from models.engine.remembered import Remembered
from models.engine.shared import SharedCache
from models.engine.sizes import learned
from models.engine.threads import alone
from models.engine.watching import EngineWatcher, Load, Unwatched
from models.priority import background_threads
from models.registry import ModelSpec

PREPARE_THREADS = 4

HANDFUL = 4
"""So few inputs are no bulk: somebody waits for the one item that they make up, and no shopper notices them."""

PROBE = "dress"
WARM_SIDES = (480, 640)
"""Of the photo that warms up: width and height in pixels."""

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Cropped:
    """A photo made ready, and what identifies each of its crops."""

    prepared: Prepared
    keys: tuple[bytes, ...]


class Engine:
    """Crop → cache → prepare → batch → forward → finish → fuse, each on threads of its own, off the event loop.

    All use of the encoder's device runs on the batcher's one forward thread, as the `Encoder` Protocol asks.
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
        shared: SharedCache | None = None,
        max_batch: int = 32,
        max_batch_pixels: int | None = None,
        max_queue: int = 256,
        prepare_threads: int = PREPARE_THREADS,
        deadline_s: float = math.inf,
        clock: Callable[[], float] = monotonic,
        watcher: EngineWatcher | None = None,
    ) -> None:
        """Args:
        stored: embeds what is kept and compared with many queries, where that is not `encoder` itself; of the same
            revision.
        shared: what all processes remember together.
        max_batch, max_batch_pixels: inputs in one forward pass, and pixels of its pictures as the model takes them.
        max_queue: photos being cropped, and inputs waiting for the model, at the most.
        deadline_s: a query that waited so long is dropped and told.
        clock: the deadline's, seconds. watcher: told what is done, for whoever counts.

        Raises UnknownFusion when `default_fusion` is not among `fusions`.
        """
        self._encoder, self._stored = encoder, stored or encoder
        self._preprocessor = preprocessor
        self._fusions = dict(fusions)
        self._default_fusion = default_fusion
        self._fusion(None)
        self._cache = EmbeddingCache(cache_entries, cache_bytes)
        self._cache_bytes, self._shared = cache_bytes, shared
        self._max_batch, self._max_queue, self._deadline_s = max_batch, max_queue, deadline_s
        self._clock = clock
        self._watcher: EngineWatcher = watcher or Unwatched()
        self._towers = Towers(encoder, self._stored)
        self._batcher = self._batcher_of(max_batch_pixels, prepare_threads)
        self._remembered = Remembered(self._batcher, self._cache, shared, self._watcher)
        self._cropping = 0
        self._crop_threads = ThreadPoolExecutor(prepare_threads, thread_name_prefix="tryon-crop", initializer=alone)
        # Of their own: what is nearly answered does not wait behind what has just come.
        self._fuse_threads = ThreadPoolExecutor(prepare_threads, thread_name_prefix="tryon-fuse")
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
        return Load(
            waiting=waiting,
            bulk_waiting=bulk,
            queue_limit=self._max_queue,
            batch_limit=self._batcher.limit,
            cached=len(self._cache),
            cached_bytes=self._cache.nbytes,
            cache_bytes=self._cache_bytes,
        )

    async def encode_query(
        self,
        photos: Sequence[RGB],
        text: str | None,
        *,
        photo_kind: str = "auto",
        fusion: str | None = None,
        weights: Weights = Weights(),
    ) -> EncodedQuery:
        """Photos (views of one wish) and words as query vectors.

        Raises:
            UnknownFusion: `fusion` is not known here.
            ValueError: neither a photo nor words, or impossible weights.
            EngineOverloaded: too much is waiting already. EngineLate, one of them: it waited too long.
            EngineClosed: `close` was called.
        """
        self._check_open()
        chosen = self._fusion(fusion)
        words = normal(text)
        if not photos and not words:
            raise ValueError("a photo or words are needed")
        started, expires = perf_counter(), self._clock() + self._deadline_s
        looked = await self._looked_at(photos, photo_kind, expires)
        prepared = [one.prepared for one in looked]
        asked = garments(prepared)
        preprocessed = perf_counter()
        key_by_crop = {id(crop): key for one in looked for crop, key in zip(one.prepared.crops, one.keys, strict=True)}
        crops = [crop for garment in asked for crop in garment.crops]
        keys = [key_by_crop[id(crop)] for crop in crops]
        inputs: dict[bytes, RGB | str] = dict(zip(keys, crops, strict=True))
        if words:
            keys.append(self._key(words))
            inputs[keys[-1]] = words
        encoded = await self._remembered.encoded(inputs, expires)
        found, said = [encoded[key] for key in keys], encoded[keys[-1]] if words else None
        fused = await self._in(self._fuse_threads, partial(fuse, chosen, asked, found, said, weights))
        ended = perf_counter()
        return EncodedQuery(
            parts=fused,
            text=said.vector if said else None,
            photo_kind=photo_kind_of(prepared),
            timings_ms={
                "preprocess": (preprocessed - started) * 1000,
                "encode": (ended - preprocessed) * 1000,
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

    async def warm_up(self) -> None:
        """Do once what the first caller would else wait for: every stage with every sort of input.

        On a GPU a full batch too, so that it is known whether the memory suffices; on a CPU batches of several sizes,
        to find how many cores they are worth and which go best. Raises whatever is wrong.
        """
        photo = Image.new("RGB", WARM_SIDES, "white")
        await self._in(self._crop_threads, partial(self._preprocessor.prepare, photo, "auto"))
        full = min(self._max_batch, self._max_queue) if self.device.startswith("cuda") else 1
        for count in sorted({1, full}):
            for item in (photo, PROBE):
                for bulk in (False, True):
                    await self._forward([Job(item, tokens=not bulk, bulk=bulk) for _ in range(count)])
        if self.device.startswith("cpu") and isinstance(self._encoder, StagedEncoder):
            timed, most = partial(self._timed, photo), min(self._max_batch, self._max_queue)
            known = await self._towers.cores.learn(timed, most)
            self._batcher.go_together((await learned(timed, most, known)).of)

    async def _timed(self, photo: RGB, inputs: int) -> float:
        """Seconds from prepared pictures to their vectors."""
        jobs = [Job(photo, tokens=True) for _ in range(inputs)]
        for job in jobs:
            self._towers.prepare(job)
        started = perf_counter()
        await self._forward(jobs)
        return perf_counter() - started

    async def _forward(self, jobs: Sequence[Job]) -> None:
        await asyncio.gather(*map(asyncio.wrap_future, self._batcher.submit_together(jobs)))

    async def close(self) -> None:
        """Finish what is queued and stop the threads. May be called twice."""
        self._closed = True
        await asyncio.to_thread(self._batcher.close)
        for pool in (self._crop_threads, self._fuse_threads, self._bulk_thread):
            pool.shutdown()
        if self._shared is not None:
            await self._shared.close()

    def _check_open(self) -> None:
        if self._closed:
            raise EngineClosed("the engine is shut down")

    def _fusion(self, name: str | None) -> Fusion:
        wanted = self._default_fusion if name is None else name
        if wanted not in self._fusions:
            raise UnknownFusion(f"unknown fusion {wanted!r}; choose one of {', '.join(sorted(self._fusions))}")
        return self._fusions[wanted]

    async def _looked_at(self, photos: Sequence[RGB], photo_kind: str, expires: float) -> list[Cropped]:
        """Find the garments of every photo, unless there are too many to look at already."""
        if self._cropping + len(photos) > self._max_queue:
            self._watcher.dropped("refused")
            raise EngineOverloaded(f"{self._max_queue} photos are waiting already")
        self._cropping += len(photos)
        try:
            looks = (partial(self._look, photo, photo_kind, expires) for photo in photos)
            return await asyncio.gather(*(self._in(self._crop_threads, look) for look in looks))
        finally:
            self._cropping -= len(photos)

    def _look(self, photo: RGB, photo_kind: str, expires: float) -> Cropped:
        if self._clock() >= expires:
            self._watcher.dropped("late")
            raise EngineLate("it waited longer for its photo's turn than its time allowed")
        prepared = self._preprocessor.prepare(photo, photo_kind)
        return Cropped(prepared, tuple(map(self._key, prepared.crops)))

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

    def _batcher_of(self, max_pixels: int | None, prepare_threads: int) -> Batcher[Job, Encoded]:
        """Around the towers, with the sizes, the clock and the watcher that are set already."""
        return Batcher(
            self._towers.forward,
            max_batch=self._max_batch,
            max_queue=self._max_queue,
            prepare=self._towers.prepare,
            prepare_threads=prepare_threads,
            finish=self._towers.finish,
            cost=pixels,
            max_cost=max_pixels,
            late=lambda job: self._clock() >= job.expires,
            watcher=self._watcher,
        )

    def _queued(self, inputs: Sequence[RGB] | Sequence[str], *, tokens: bool) -> list[Future[Encoded]] | None:
        """Among shoppers' inputs; None where their queue has no room for all."""
        jobs = [Job(item, tokens=tokens, bulk=True) for item in inputs]
        try:
            return self._batcher.submit_together(jobs, raw=not any(isinstance(one, str) for one in inputs))
        except EngineOverloaded:
            return None

    async def _encode_chunk(self, chunk: Sequence[RGB] | Sequence[str], *, tokens: bool) -> list[Encoded]:
        async with self._bulk_slots:
            futures = await self._in(self._bulk_thread, partial(self._submit_bulk, chunk, tokens))
            return await asyncio.gather(*map(asyncio.wrap_future, futures))

    def _submit_bulk(self, chunk: Sequence[RGB] | Sequence[str], tokens: bool) -> list[Future[Encoded]]:
        """Prepared first and handed in then, so that they go together."""
        jobs = [Job(item, tokens=tokens, bulk=True) for item in chunk]
        for job in jobs:
            self._towers.prepare(job)
        return [self._batcher.submit(job, bulk=True) for job in jobs]

    def _matrix(self, encoded: Sequence[Encoded]) -> Matrix:
        return np.stack([one.vector for one in encoded]) if encoded else np.zeros((0, self.spec.dims), np.float32)

    async def _in(self, threads: ThreadPoolExecutor, work: Callable[[], R]) -> R:
        return await asyncio.get_running_loop().run_in_executor(threads, work)

    def _key(self, item: RGB | str) -> bytes:
        return key_of(item, self.spec, self._preprocessor.version)
