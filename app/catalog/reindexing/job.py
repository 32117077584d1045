"""The reindex as a job: when it has succeeded, this process serves what it built."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Protocol

import structlog

from app.catalog.live.catalog import same_space
from app.catalog.reindexing.encoding import EncodingRun
from app.catalog.reindexing.model_change import embed_what_came
from app.catalog.reindexing.reindex import reindex
from app.db.session import Database
from app.jobs.context import Handler, JobContext
from app.media.storage import BlobStore
from app.settings import Settings
from models.engine.engine import Engine
from models.index import SnapshotStore
from models.priority import in_background
from models.registry import ModelSpec

log = structlog.get_logger(__name__)


class Refreshed(Protocol):
    """What serves a snapshot in this process."""

    async def refresh(self) -> object: ...


def reindex_handler(
    database: Database,
    blobs: BlobStore,
    engine: Engine,
    snapshots: SnapshotStore,
    settings: Settings,
    *,
    live: Refreshed,
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
        await live.refresh()
        if other_model:  # whoever changed an item meanwhile embedded it by the model that served then
            run = EncodingRun(database, blobs, engine, settings.limits, context.progress, settings.index.tokens)
            await context.stage("follow")
            while await embed_what_came(database, run, await in_background(_made_of, snapshots)):
                log.info("changes_followed_to_another_model", model=engine.spec.name)
        return {name: value for name, value in asdict(result).items() if name != "failed"}

    return handle


def _is_of(snapshots: SnapshotStore, spec: ModelSpec) -> bool:
    """Whether the live index is of this model, or there is none."""
    live = snapshots.current_manifest()
    return live is None or same_space(live, spec)


def _made_of(snapshots: SnapshotStore) -> int:
    """The catalogue's revision that the live index was made of; 0 where nobody knows."""
    live = snapshots.current_manifest()
    return (live and live.catalog_revision) or 0
