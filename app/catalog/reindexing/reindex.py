"""Encode what lacks a vector, build an index beside the live one, verify it, switch (F16)."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import structlog

from app.catalog.changelog import ChangeLog, ChangesForgotten, oldest_needed
from app.catalog.inference.filling import infer_missing
from app.catalog.live.catalog import same_space
from app.catalog.reindexing.encoding import Encoding, EncodingRun
from app.catalog.reindexing.matrices import load_matrices, load_tokens
from app.catalog.reindexing.model_change import forget_other_models
from app.db.session import Database
from app.errors import NotReady
from app.indexes.canaries import Wish, checks_for, read_wishes
from app.indexes.plan import kind_for
from app.media.storage import BlobStore
from app.settings import Settings
from models.contracts import IndexCorrupt, IndexOvertaken, Matrix
from models.engine.engine import Engine
from models.index import Manifest, Snapshot, SnapshotStore
from models.interaction import ItemTokens
from models.priority import in_background

log = structlog.get_logger(__name__)

Progress = Callable[[int, int], Awaitable[None]]
"""(done, total) after each committed chunk. May raise to stop: what is committed is not encoded again."""

Stage = Callable[[str], Coroutine[Any, Any, None]]
"""Told what begins: `encode`, `infer`, `load`, `build`, `verify`, `switch`, `follow`. May raise to stop, the last time
before the switch.
"""

MOST_CHANGED = 2_000
"""Items that are asked for by name, in one statement each; where there are more, all are read."""

TELLING_S = 60.0
"""A loop that has not told a stage by then runs no longer."""


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
class Rows:
    """What an index is made of, row by row; see `Snapshot`."""

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
    run = _Run(database, engine, snapshots, settings, encoding, stage)
    encoded, revision = await run.encoded(progress, reencode=reencode)
    rows = await run.loaded(encoded)
    current = None if force else await in_background(_up_to_date, snapshots, engine, settings, rows)
    if current is not None:
        return _result(current, encoded, len(rows.ids), unchanged=True)
    version = await run.built(rows, revision, wishes)
    await _switch(snapshots, version, stage)
    pruned = await in_background(snapshots.prune, settings.index.keep)
    await progress(len(rows.ids), len(rows.ids))
    kept = await in_background(snapshots.manifests)
    await _forget_changes(database, kept)
    await forget_other_models(database, kept)
    log.info("reindexed", version=version, items=len(rows.ids), failed=len(encoded.failed), pruned=pruned)
    return _result(version, encoded, len(rows.ids), pruned=tuple(pruned))


@dataclass(frozen=True, slots=True)
class _Run:
    """The steps of one reindex."""

    database: Database
    engine: Engine
    snapshots: SnapshotStore
    settings: Settings
    encoding: EncodingRun
    stage: Stage

    async def encoded(self, progress: Progress, *, reencode: bool) -> tuple[Encoding, int]:
        """What belongs into the index, with its vectors stored, and the catalogue's revision that all of it is of."""
        begun = await _revision(self.database)
        await self.stage("encode")
        encoded = await self.encoding.run(reencode=reencode)
        await self.stage("infer")
        encoded.inferred = await infer_missing(self.database, self.engine, self.settings.inference, progress)
        # Read before what the index is made of: what is logged later may not be in it, and is applied after the switch.
        revision = await _revision(self.database)
        if revision != begun:  # what came while this was at it, so that less is left to apply
            await self.stage("encode")
            came = await self._changed(begun, revision)
            encoded = encoded.followed_by(await self.encoding.run(reencode=False, of=came), came)
        return encoded, revision

    async def _changed(self, after: int, upto: int) -> list[str] | None:
        """Items that were changed meanwhile; None where they are many, or nobody knows: all are looked at then."""
        async with self.database.unit_of_work() as session:
            try:
                ids = await ChangeLog(session).since(after, upto)
            except ChangesForgotten:
                return None
        return ids if len(ids) <= MOST_CHANGED else None

    async def loaded(self, encoded: Encoding) -> Rows:
        """The stored vectors. Raises NotReady when there are none."""
        await self.stage("load")
        ids, image, text = await load_matrices(self.database, self.engine.spec, encoded)
        if not ids:
            raise NotReady(
                "Nothing can be indexed: no item is worn and has a readable picture. Import a catalogue with "
                "'tryon import FEED --pictures FOLDER_OR_ZIP' first."
            )
        count = self.settings.index.tokens
        tokens = await load_tokens(self.database, self.engine.spec, ids, count) if count else None
        return Rows(ids, image, text, tokens)

    async def built(self, rows: Rows, revision: int, wishes: Sequence[Wish]) -> str:
        """A version of `rows`, built beside the live one and verified."""
        kind = kind_for(self.settings.index, *rows.image.shape)
        await self.stage("build")
        checks = await checks_for(self.database, self.engine, wishes)
        build = partial(
            self.snapshots.build,
            precision=self.settings.index.precision,
            canaries=checks.canaries,
            gate=checks.gate,
            on_step=_from_thread(self.stage),
        )
        spec = self.engine.spec
        manifest = await in_background(build, rows.ids, rows.image, rows.text, spec, kind, rows.tokens, revision)
        return manifest.version


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


def _from_thread(stage: Stage) -> Callable[[str], None]:
    """`stage` for whoever runs in a thread: it waits until that is told, and raises what it raises."""
    loop = asyncio.get_running_loop()

    def tell(name: str) -> None:
        asyncio.run_coroutine_threadsafe(stage(name), loop).result(TELLING_S)

    return tell


async def _revision(database: Database) -> int:
    async with database.unit_of_work() as session:
        return (await ChangeLog(session).state()).revision


async def _forget_changes(database: Database, kept: Sequence[Manifest]) -> None:
    """Drop of the change log what is in every snapshot that is kept."""
    if (upto := oldest_needed([manifest.catalog_revision for manifest in kept])) is not None:
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


def _up_to_date(snapshots: SnapshotStore, engine: Engine, settings: Settings, rows: Rows) -> str | None:
    """The live version when it already holds exactly `rows`, intact; else None."""
    version = snapshots.current_version()
    if version is None:
        return None
    try:
        live = snapshots.open(version)
    except IndexCorrupt as fault:
        log.warning("live_index_rebuilt", version=version, fault=str(fault))
        return None
    wanted = (kind_for(settings.index, *rows.image.shape), settings.index.precision)
    fits = same_space(live.manifest, engine.spec) and (live.manifest.kind, live.manifest.precision) == wanted
    return version if fits and rows.is_held_by(live) else None
