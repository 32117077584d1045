"""The one door to the model: photos and words in, query vectors out."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

import numpy as np

from models.contracts import RGB, Encoder, Fused, Fusion, Matrix, Prepared, Preprocessor, Region, Vector, Weights
from models.engine.batcher import Batcher
from models.engine.cache import EmbeddingCache, key_of
from models.engine.errors import EngineClosed, UnknownFusion
from models.fusion import mean_unit
from models.registry import ModelSpec

PREPROCESS_THREADS = 4
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class QueryPart:
    """One garment that is asked for.

    Attributes:
        fused: the query vector, from the photo's garment and the words.
        image: the garment's own unit vector, shape (d,), or None where there is no photo.
        region: where in the photo it is; None without a photo, or where several photos were averaged.
        crops: the garment as it was embedded, one picture a photo.
    """

    fused: Fused
    image: Vector | None
    region: Region | None
    crops: tuple[RGB, ...] = ()


@dataclass(frozen=True, slots=True)
class EncodedQuery:
    """A request as vectors.

    Attributes:
        parts: one for a garment however many photos show it; one a garment for a photo of a person, largest first.
        text: the words' unit vector, shape (d,), or None.
        photo_kind: what the photos were treated as: `garment`, `person`, or `none` without any.
        timings_ms: milliseconds spent in `preprocess` and `encode`.
    """

    parts: tuple[QueryPart, ...]
    text: Vector | None
    photo_kind: str
    timings_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Garment:
    """The crops, one a photo, that show the same garment."""

    crops: tuple[RGB, ...]
    region: Region | None


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
        default_fusion: str = "weighted",
        cache_entries: int = 4096,
        max_batch: int = 16,
        max_queue: int = 256,
    ) -> None:
        """Raises UnknownFusion when `default_fusion` is not among `fusions`."""
        self._encoder = encoder
        self._preprocessor = preprocessor
        self._fusions = dict(fusions)
        self._default_fusion = default_fusion
        self._fusion(None)
        self._cache = EmbeddingCache(cache_entries)
        self._max_batch = max_batch
        self._batcher: Batcher[RGB | str, Vector] = Batcher(self._forward, max_batch=max_batch, max_queue=max_queue)
        self._threads = ThreadPoolExecutor(PREPROCESS_THREADS, thread_name_prefix="tryon-preprocess")
        # Bulk work fills at most two batches at a time, so that a shopper waits behind two and not behind a catalogue.
        # Its one thread may block for room in the queue; the threads that prepare shoppers' photos may not.
        self._bulk_thread = ThreadPoolExecutor(1, thread_name_prefix="tryon-bulk")
        self._bulk_slots = asyncio.Semaphore(2)
        self._closed = False

    @property
    def spec(self) -> ModelSpec:
        return self._encoder.spec

    @property
    def device(self) -> str:
        return self._encoder.device

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
        garments = _garments(prepared)
        preprocessed = perf_counter()
        inputs: list[RGB | str] = [
            *(crop for garment in garments for crop in garment.crops),
            *([words] if words else []),
        ]
        vectors = await self._encode(inputs)
        encoded = perf_counter()
        words_vector = vectors[-1] if words else None
        return EncodedQuery(
            parts=_fuse(chosen, garments, vectors, words_vector, weights),
            text=words_vector,
            photo_kind=_kind(prepared),
            timings_ms={
                "preprocess": (preprocessed - started) * 1000,
                "encode": (encoded - preprocessed) * 1000,
            },
        )

    async def encode_images(self, pictures: Sequence[RGB]) -> Matrix:
        """Embed any number of pictures as they are (no crop), shape (n, d), without crowding out queries."""
        return await self._encode_many(pictures)

    async def encode_texts(self, texts: Sequence[str]) -> Matrix:
        """Embed any number of texts, shape (n, d), without crowding out queries."""
        return await self._encode_many(texts)

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

    async def _encode(self, inputs: Sequence[RGB | str]) -> list[Vector]:
        """Cached vectors, the missing ones through the batcher; equal inputs are encoded once."""
        keys = await self._in_threads(self._key, inputs)
        found = {key: vector for key in keys if (vector := self._cache.get(key)) is not None}
        missing = {key: item for key, item in zip(keys, inputs, strict=True) if key not in found}
        futures: list[Future[Vector]] = []
        try:
            futures += [self._batcher.submit(item) for item in missing.values()]
        finally:
            if len(futures) < len(missing):  # refused half way: what was taken is of no use
                for future in futures:
                    future.cancel()
        fresh = await asyncio.gather(*map(asyncio.wrap_future, futures))
        for key, vector in zip(missing, fresh, strict=True):
            self._cache.put(key, vector)
            found[key] = vector
        return [found[key] for key in keys]

    async def _encode_many(self, inputs: Sequence[RGB] | Sequence[str]) -> Matrix:
        self._check_open()
        chunks = [inputs[i : i + self._max_batch] for i in range(0, len(inputs), self._max_batch)]
        if not chunks:
            return np.zeros((0, self.spec.dims), dtype=np.float32)
        tasks = [asyncio.create_task(self._encode_chunk(chunk)) for chunk in chunks]
        try:
            return np.concatenate(await asyncio.gather(*tasks))
        finally:
            for task in tasks:  # after a failure the rest would be encoded for nobody
                task.cancel()

    async def _encode_chunk(self, chunk: Sequence[RGB] | Sequence[str]) -> Matrix:
        async with self._bulk_slots:
            loop = asyncio.get_running_loop()
            futures = await loop.run_in_executor(
                self._bulk_thread, lambda: [self._batcher.submit(item, wait=True) for item in chunk]
            )
            return np.stack(await asyncio.gather(*map(asyncio.wrap_future, futures)))

    async def _in_threads(self, work: Callable[[T], R], items: Sequence[T]) -> list[R]:
        loop = asyncio.get_running_loop()
        return await asyncio.gather(*(loop.run_in_executor(self._threads, work, item) for item in items))

    def _key(self, item: RGB | str) -> bytes:
        return key_of(item, self.spec, self._preprocessor.version)

    def _forward(self, batch: Sequence[RGB | str]) -> list[Vector]:
        """One batch of pictures and texts mixed, through both towers; runs on the batcher's thread."""
        picture_rows = [row for row, item in enumerate(batch) if not isinstance(item, str)]
        text_rows = [row for row, item in enumerate(batch) if isinstance(item, str)]
        vectors = np.empty((len(batch), self.spec.dims), dtype=np.float32)
        if picture_rows:
            vectors[picture_rows] = self._encoder.encode_images([i for i in batch if not isinstance(i, str)])
        if text_rows:
            vectors[text_rows] = self._encoder.encode_texts([i for i in batch if isinstance(i, str)])
        return list(vectors)


def _garments(prepared: Sequence[Prepared]) -> list[_Garment]:
    """Crops of the same part over all photos are views of one garment; parts keep the first photo's order."""
    crops: dict[str, list[RGB]] = {}
    regions: dict[str, Region] = {}
    for one in prepared:
        found = one.regions or tuple(Region((0.0, 0.0, 1.0, 1.0)) for _ in one.crops)
        for crop, region in zip(one.crops, found, strict=True):
            crops.setdefault(region.part, []).append(crop)
            regions.setdefault(region.part, region)
    return [
        _Garment(crops=tuple(views), region=regions[part] if len(prepared) == 1 else None)
        for part, views in crops.items()
    ]


def _fuse(
    fusion: Fusion, garments: Sequence[_Garment], vectors: Sequence[Vector], text: Vector | None, weights: Weights
) -> tuple[QueryPart, ...]:
    """`vectors` starts with one a crop, in the order of `garments`."""
    if not garments:
        return (QueryPart(fused=fusion.fuse(None, text, weights), image=None, region=None),)
    remaining = iter(vectors)
    parts = []
    for garment in garments:
        image = mean_unit([next(remaining) for _ in garment.crops])
        parts.append(QueryPart(fusion.fuse(image, text, weights), image, garment.region, garment.crops))
    return tuple(parts)


def _kind(prepared: Sequence[Prepared]) -> str:
    if not prepared:
        return "none"
    return "person" if any(region.part != "garment" for one in prepared for region in one.regions) else "garment"
