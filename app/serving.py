"""The model that answers, with all that speaks its language; and how one gives way to another without a pause.

The live snapshot says which model that is. When a snapshot of another model goes live (a reindex with `model`, a
rollback), each process loads that model beside the one in use, reads its view, and from then on answers with both.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.catalog.live.catalog import LiveCatalog, same_space
from app.errors import AppError
from app.jobs.states import pause
from models.contracts import ModelError
from models.engine.engine import Engine
from models.index import Manifest, SnapshotStore
from models.registry import ModelSpec
from models.zero_shot import AttributeTagger, SenseVectors

log = structlog.get_logger(__name__)

LOOK_S = 1.0
RETIRED_S = 120.0
"""Longer than any request that may still hold what it began with."""

LoadEngine = Callable[[str], Awaitable[Engine]]
"""The engine of a model by its name. Raises ModelError."""

MakeLive = Callable[[ModelSpec], LiveCatalog]


@dataclass(frozen=True, slots=True)
class Serving:
    """What belongs together: a request takes all of it at one moment, so that its vectors can be compared."""

    engine: Engine
    tagger: AttributeTagger
    senses: SenseVectors
    live: LiveCatalog

    @classmethod
    async def around(cls, engine: Engine, live: LiveCatalog) -> "Serving":
        await engine.warm_up()
        tagger = await AttributeTagger.build(engine)
        return cls(engine, tagger, SenseVectors(engine, tagger.senses), live)


class ServingModel:
    """What this process serves now, and the engines that jobs borrow."""

    def __init__(self, first: Serving, snapshots: SnapshotStore, load: LoadEngine, make_live: MakeLive) -> None:
        self.now = first
        self._snapshots = snapshots
        self._load = load
        self._make_live = make_live
        self._holders = Counter({first.engine: 1})
        """Of each open engine: whatever serves, or served a moment ago, and jobs. It is closed when nobody is left."""
        self._switching = asyncio.Lock()
        self._loading = asyncio.Lock()
        self._seen: str | None = None
        self._following: asyncio.Task[None] | None = None
        self._retiring: set[asyncio.Task[None]] = set()

    @property
    def spec(self) -> ModelSpec:
        """Of the model in use."""
        return self.now.engine.spec

    async def start(self) -> None:
        """Follow the live snapshot from now on, whoever makes it so."""
        if self._following is None:
            self._following = asyncio.create_task(self._follow(), name="serving-model")

    async def close(self) -> None:
        tasks = [*self._retiring, *([self._following] if self._following else [])]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self.now.live.close()
        for engine in list(self._holders):
            await engine.close()

    @asynccontextmanager
    async def borrowed(self, name: str | None) -> AsyncIterator[Engine]:
        """The engine of a model for a job, the one in use where `name` is None; it stays open until the block ends.

        Raises ModelError where that model cannot be had.
        """
        if name is None:
            await self._switch_once()  # a worker serves nobody, and may have missed a switch
        engine = await self._take(self.spec.name if name is None else name)
        try:
            yield engine
        finally:
            await self._release(engine)

    async def refresh(self) -> None:
        """Serve what is live now, of whatever model, when this returns. Raises NotReady."""
        if not await self._switch_once():
            await self.now.live.refresh()

    @asynccontextmanager
    async def ready_for(self, manifest: Manifest) -> AsyncIterator[bool]:
        """Whether a snapshot's model is the one in use, or could be had as it was; it is at hand until the block ends.

        Raises ModelError where it cannot be had.
        """
        if same_space(manifest, self.spec):
            yield True
            return
        async with self.borrowed(manifest.model) as engine:
            yield same_space(manifest, engine.spec)

    async def _take(self, name: str) -> Engine:
        """The engine of a model, open until `_release`."""
        async with self._loading:
            open_ = (self.now.engine, *self._holders)
            engine = next((one for one in open_ if one.spec.name == name), None) or await self._load(name)
            self._holders[engine] += 1
            return engine

    async def _release(self, engine: Engine) -> None:
        self._holders[engine] -= 1
        if not self._holders[engine]:
            del self._holders[engine]
            await engine.close()

    async def _follow(self) -> None:
        failures = 0
        while True:
            await asyncio.sleep(pause(failures + 1, LOOK_S).total_seconds())
            try:
                if self._snapshots.current_version() != self._seen:
                    await self._switch_once()
                failures = 0
            except Exception as error:  # the model in use serves on, whatever is wrong with the other
                failures += 1
                known = isinstance(error, ModelError | AppError | SQLAlchemyError | OSError)
                log.error("model_not_switched", serving=self.spec.name, reason=str(error), exc_info=not known)

    async def _switch_once(self) -> bool:
        """Serve the model of the live snapshot; True when that is another one than before."""
        async with self._switching:
            version = self._snapshots.current_version()
            manifest = self._snapshots.current_manifest()
            if manifest is None or same_space(manifest, self.spec):
                self._seen = version
                return False
            engine = await self._take(manifest.model)
            try:
                following = await self._following_on(engine, manifest)
            except BaseException:
                await self._release(engine)
                raise
            if following is None:
                await self._release(engine)
                self._seen = version  # not again every second: only another snapshot can help
                return False
            before, self.now = self.now, following
            self._seen = version
            log.info("model_switched", model=engine.spec.name, before=before.engine.spec.name, version=version)
            self._retire(before)
            return True

    async def _following_on(self, engine: Engine, manifest: Manifest) -> Serving | None:
        """What is to serve a snapshot with `engine`; None where that is not what made it."""
        if not same_space(manifest, engine.spec):
            log.error("model_is_another_revision", model=manifest.model, wanted=manifest.revision)
            return None
        following = await Serving.around(engine, self._make_live(engine.spec))
        await following.live.refresh()
        return following

    def _retire(self, serving: Serving) -> None:
        async def later() -> None:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(RETIRED_S)
            await serving.live.close()
            await self._release(serving.engine)

        task = asyncio.create_task(later(), name="retired-model")
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)


async def engine_at_start(snapshots: SnapshotStore, load: LoadEngine, setting: str) -> Engine:
    """The model of the live snapshot, else the one of the settings; says what wins. Raises ModelError."""
    manifest = snapshots.current_manifest()
    if manifest is None or manifest.model == setting:
        return await load(setting)
    try:
        engine = await load(manifest.model)
    except ModelError as error:
        log.warning("model_of_settings_wins", model=setting, live=manifest.model, reason=str(error))
        return await load(setting)
    if not same_space(manifest, engine.spec):
        await engine.close()
        log.warning("model_of_settings_wins", model=setting, live=manifest.model, reason="that is another revision now")
        return await load(setting)
    reason = f'the live index is of it; POST /v1/admin/reindex {{"model": "{setting}"}} switches to the one that is set'
    log.info("model_of_live_index_wins", model=manifest.model, setting=setting, reason=reason)
    return engine
