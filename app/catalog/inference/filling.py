"""Fills what feeds left out from titles and stored picture vectors, in committed chunks: nothing is embedded for it."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

import numpy as np

from app.batches import batched
from app.catalog.embeddings import EmbeddingRepository
from app.catalog.inference.guesses import VERSION, Guess, Told, from_picture, from_title, infer
from app.catalog.inference.repository import Gap, InferenceRepository
from app.catalog.records import EmbeddingKey, HalfVector
from app.db.session import Database
from app.settings import InferenceSettings
from models.contracts import Matrix
from models.engine.engine import Engine
from models.fusion.vectors import unit_rows
from models.priority import in_background
from models.registry import ModelSpec
from models.zero_shot import AttributeTagger, heads_of, told_by_heads

PROMPTED = frozenset({"kind", "colour", "gender"})
"""What prompts can tell where no head does."""

Tell = Callable[[Matrix], Told]

BATCH = 1_000
"""Items of one commit."""


async def infer_missing(
    database: Database,
    engine: Engine,
    settings: InferenceSettings,
    progress: Callable[[int, int], Awaitable[None]] | None = None,
) -> int:
    """Infer what is missing wherever title, pictures, the gap itself or the model changed since it was last done.

    Safe to kill and run again: each chunk is committed with the stamps that say that it is done. Returns how many
    items were looked at.
    """
    if not settings.enabled:
        async with database.unit_of_work() as session:
            await InferenceRepository(session).clear()
        return 0
    key, model = EmbeddingKey.of("image", engine.spec), knowledge(engine.spec)
    async with database.unit_of_work() as session:
        repository = InferenceRepository(session)
        await repository.settle(settings.confidence)
        gaps = [gap async for page in repository.gaps(key) for gap in page if gap.stamp != stamp_of(gap, model)]
    tell = await teller(engine, gaps)
    done = 0
    for chunk in batched(gaps, BATCH):
        async with database.unit_of_work() as session:
            stored = await EmbeddingRepository(session).stored(key, [gap.item_id for gap in chunk])
        vectors = {id_: one.vector for id_, one in stored.items()}
        guesses = await in_background(guesses_of, chunk, vectors, tell)
        async with database.unit_of_work() as session:
            stamps = {gap.item_id: stamp_of(gap, model) for gap in chunk}
            await InferenceRepository(session).put(stamps, guesses, settings.confidence)
        done += len(chunk)
        if progress is not None:
            await progress(done, len(gaps))
    return len(gaps)


def stamp_of(gap: Gap, model: str) -> str:
    """SHA-256 of all that an inference depends on."""
    parts = (VERSION, model, gap.title, gap.title_zh, gap.image_hash, *gap.missing)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def knowledge(spec: ModelSpec) -> str:
    """What tells apart two models' views of one picture, their calibration included."""
    digest = hashlib.sha256(f"{spec.revision} {spec.preprocess_version} {spec.temperature}".encode())
    for name, head in sorted(spec.facets.items()):
        digest.update(" ".join((name, *head.values)).encode() + head.weights.tobytes() + head.bias.tobytes())
    return digest.hexdigest()


async def teller(engine: Engine, gaps: Sequence[Gap], tagger: AttributeTagger | None = None) -> Tell:
    """What tells pictures. Hundreds of prompts are embedded only where a picture is asked what no head can say, and no
    `tagger` has them already.
    """
    heads = heads_of(engine.spec)
    if any(gap.image_hash and PROMPTED.difference(heads).intersection(gap.missing) for gap in gaps):
        return (tagger or await AttributeTagger.build(engine)).catalogue
    return partial(told_by_heads, heads)


def guesses_of(chunk: Sequence[Gap], vectors: Mapping[str, HalfVector], tell: Tell) -> dict[str, list[Guess]]:
    """By item id, what is inferred of it."""
    seen = [gap.item_id for gap in chunk if gap.item_id in vectors]
    pictured: dict[str, dict[str, Guess]] = {}
    if seen:
        told = tell(unit_rows(np.stack([vectors[id_] for id_ in seen]).astype(np.float32)))
        pictured = {id_: from_picture(told, row) for row, id_ in enumerate(seen)}
    return {
        gap.item_id: infer(gap.missing, from_title(gap.title, gap.title_zh), pictured.get(gap.item_id, {}))
        for gap in chunk
    }
