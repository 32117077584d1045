"""Encode what lacks a vector, build an index beside the live one, verify it, switch (F16)."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
import structlog

from app.catalog.changelog import ChangeLog, oldest_needed
from app.catalog.encoding import Encoding, EncodingRun
from app.catalog.inferring import infer_missing
from app.catalog.live import same_space
from app.catalog.matrices import load_matrices, load_tokens
from app.catalog.model_change import embed_what_came, forget_other_models
from app.db.session import Database
from app.errors import NotReady
from app.indexes.canaries import checks_for, read_wishes
from app.indexes.plan import kind_for
from app.jobs.runner import Handler, JobContext
from app.media.storage import BlobStore
from app.settings import Settings
from models.contracts import IndexCorrupt, IndexOvertaken, Matrix
from models.engine.engine import Engine
from models.engine.priority import in_background
from models.index import Manifest, Snapshot, SnapshotStore
from models.interaction import ItemTokens
from models.registry import ModelSpec

log = structlog.get_logger(__name__)

Progress = Callable[[int, int], Awaitable[None]]
"""(done, total) after each committed chunk. May raise to stop: what is committed is not encoded again."""

Stage = Callable[[str], Coroutine[Any, Any, None]]
"""Told what begins: `encode`, `infer`, `load`, `build`, `verify`, `switch`, `follow`. May raise to stop, the last time
before the switch.
"""


TELLING_S = 60.0
"""A loop that has not told a stage by then runs no longer."""


class Refreshed(Protocol):
    """What serves a snapshot in this process."""

    async def refresh(self) -> object: ...


async def _untold(stage: str) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class ReindexResult:
    """What a reindex did.

    Attributes:
        version: the live version afterwards.
        unchanged: the index was up to date, so its version was kept.
        items: rows in the index.
        encoded_images, encoded_texts: items embedded now; the others' stored vectors were used.
        encoded_tokens: items whose tokens were found now, for reranking.
        inferred: items looked at now for what their feed left out.
        failed: (item id, reason) of items whose picture cannot be read; they are not in the index.
        pruned: versions deleted.
    """

    version: str
    unchanged: bool
    items: int
    encoded_images: int
    encoded_texts: int
    encoded_tokens: int = 0
    inferred: int = 0
    failed: tuple[tuple[str, str], ...] = ()
    pruned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Built:
    """What an index is made from, row by row; see `Snapshot`."""

    ids: Sequence[str]
    image: Matrix
    text: Matrix
    tokens: ItemTokens | None

    def is_held_by(self, live: Snapshot) -> bool:
        """Whether `live` holds exactly this."""
        if live.ids != tuple(self.ids) or (live.tokens is None) != (self.tokens is None):
            return False
        if live.tokens is not None and self.tokens is not None and not np.array_equal(live.tokens, self.tokens):
            return False
        return live.image.holds(self.image) and live.text.holds(self.text)


async def reindex(
    database: Database,
    blobs: BlobStore,
    engine: Engine,
    snapshots: SnapshotStore,
    settings: Settings,
    *,
    progress: Progress,
    stage: Stage = _untold,
    force: bool = False,
    reencode: bool = False,
) -> ReindexResult:
    """Bring the index up to date with the catalogue for the model in use. Safe to kill and run again.

    Args:
        force: build a new version though nothing changed.
        reencode: embed every picture and text again.

    Raises:
        NotReady: nothing in the catalogue can be indexed.
        IndexRefused: what was built does not find what it should, or the operator's canaries; the live index stays.
        IndexNotWritten: the disk is full; the live index stays.
    """
    wishes = read_wishes(settings.index.canaries)  # what is wrong with them is said before hours of work
    encoding = EncodingRun(database, blobs, engine, settings.limits, progress, settings.index.tokens)
    begun = await _revision(database)
    await stage("encode")
    encoded = await encoding.run(reencode=reencode)
    await stage("infer")
    encoded.inferred = await infer_missing(database, engine, settings.inference, progress)
    # Read before what the index is made of: whatever is logged later may not be in it, and is applied after the switch.
    revision = await _revision(database)
    if revision != begun:  # what came while this was at it, so that less is left to apply
        await stage("encode")
        encoded = encoded.followed_by(await encoding.run(reencode=False))
    await stage("load")
    ids, image, text = await load_matrices(database, engine.spec, encoded)
    if not ids:
        raise NotReady(
            "Nothing can be indexed: no item is worn and has a readable picture. Import a catalogue with "
            "'tryon import FEED --pictures FOLDER_OR_ZIP' first."
        )
    count = settings.index.tokens
    tokens = await load_tokens(database, engine.spec, ids, count) if count else None
    built = Built(ids, image, text, tokens)
    current = None if force else await in_background(_up_to_date, snapshots, engine, settings, built)
    if current is not None:
        return _result(current, encoded, len(ids), unchanged=True)
    kind = kind_for(settings.index, *image.shape)
    await stage("build")
    checks = await checks_for(database, engine, wishes)
    build = partial(
        snapshots.build,
        precision=settings.index.precision,
        canaries=checks.canaries,
        gate=checks.gate,
        on_step=_from_thread(stage),
    )
    manifest = await in_background(build, ids, image, text, engine.spec, kind, tokens, revision)
    await _switch(snapshots, manifest.version, stage)
    pruned = await in_background(snapshots.prune, settings.index.keep)
    await progress(len(ids), len(ids))
    await _forget_changes(database, snapshots)
    await forget_other_models(database, snapshots)
    log.info("reindexed", version=manifest.version, items=len(ids), failed=len(encoded.failed), pruned=pruned)
    return _result(manifest.version, encoded, len(ids), pruned=tuple(pruned))


async def _switch(snapshots: SnapshotStore, version: str, stage: Stage) -> None:
    """Make `version` live, unless the job was cancelled or another worker has it by now: what `stage` raises.

    A process that was stopped after it asked, and woken when the other worker had switched long ago, finds the pointer
    moved and has to ask again.
    """
    while True:
        before = await in_background(snapshots.current_version)
        await stage("switch")
        try:
            return await in_background(snapshots.succeed, version, before)
        except IndexOvertaken as error:
            log.warning("switch_asked_again", version=version, reason=str(error))


def reindex_handler(
    database: Database,
    blobs: BlobStore,
    engine: Engine,
    snapshots: SnapshotStore,
    settings: Settings,
    *,
    live: Refreshed | None = None,
) -> Handler:
    """A job handler around `reindex`; when the job has succeeded, `live` already serves its version."""

    async def handle(context: JobContext, params: Mapping[str, Any]) -> dict[str, Any]:
        other_model = not await in_background(_is_of, snapshots, engine.spec)
        result = await reindex(
            database,
            blobs,
            engine,
            snapshots,
            settings,
            progress=context.progress,
            stage=context.stage,
            force=bool(params.get("force")),
            reencode=bool(params.get("reencode")),
        )
        context.errors += [{"item": item, "reason": reason} for item, reason in result.failed]
        if live is not None:
            await live.refresh()
        if other_model:  # whoever changed an item meanwhile embedded it by the model that served then
            run = EncodingRun(database, blobs, engine, settings.limits, context.progress, settings.index.tokens)
            await context.stage("follow")
            while await embed_what_came(database, run, await in_background(_made_of, snapshots)):
                log.info("changes_followed_to_another_model", model=engine.spec.name)
        return {name: value for name, value in asdict(result).items() if name != "failed"}

    return handle


def _from_thread(stage: Stage) -> Callable[[str], None]:
    """`stage` for whoever runs in a thread: it waits until that is told, and raises what it raises."""
    loop = asyncio.get_running_loop()

    def tell(name: str) -> None:
        asyncio.run_coroutine_threadsafe(stage(name), loop).result(TELLING_S)

    return tell


def _live(snapshots: SnapshotStore) -> Manifest | None:
    version = snapshots.current_version()
    return next((one for one in snapshots.manifests() if one.version == version), None)


def _is_of(snapshots: SnapshotStore, spec: ModelSpec) -> bool:
    """Whether the live index is of this model, or there is none."""
    live = _live(snapshots)
    return live is None or same_space(live, spec)


def _made_of(snapshots: SnapshotStore) -> int:
    """The catalogue's revision that the live index was made of; 0 where nobody knows."""
    live = _live(snapshots)
    return (live and live.catalog_revision) or 0


async def _revision(database: Database) -> int:
    async with database.unit_of_work() as session:
        return (await ChangeLog(session).state()).revision


async def _forget_changes(database: Database, snapshots: SnapshotStore) -> None:
    """Drop of the change log what is in every snapshot that is kept."""
    kept = [manifest.catalog_revision for manifest in await in_background(snapshots.manifests)]
    if (upto := oldest_needed(kept)) is not None:
        async with database.unit_of_work() as session:
            await ChangeLog(session).forget(upto)


def _result(
    version: str, encoded: Encoding, items: int, *, unchanged: bool = False, pruned: tuple[str, ...] = ()
) -> ReindexResult:
    return ReindexResult(
        version=version,
        unchanged=unchanged,
        items=items,
        encoded_images=encoded.images,
        encoded_texts=encoded.texts,
        encoded_tokens=encoded.tokens,
        inferred=encoded.inferred,
        failed=tuple(encoded.failed.items()),
        pruned=pruned,
    )


def _up_to_date(snapshots: SnapshotStore, engine: Engine, settings: Settings, built: Built) -> str | None:
    """The live version when it already holds exactly `built`, intact; else None."""
    version = snapshots.current_version()
    if version is None:
        return None
    try:
        live = snapshots.open(version)
    except IndexCorrupt as fault:
        log.warning("live_index_rebuilt", version=version, fault=str(fault))
        return None
    wanted = (kind_for(settings.index, *built.image.shape), settings.index.precision)
    fits = same_space(live.manifest, engine.spec) and (live.manifest.kind, live.manifest.precision) == wanted
    return version if fits and built.is_held_by(live) else None
