"""The one composition root: everything the service is made of, built once."""

import asyncio
import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from app.admission.admission import Admission
from app.auth.audit import forget_old_deeds
from app.catalog.leftovers import remove_orphans
from app.catalog.live.catalog import LiveCatalog
from app.catalog.narrowing.attributes import private_names
from app.catalog.reindexing.job import reindex_handler
from app.db.scrub import scrub_later
from app.db.session import Database
from app.engines import build_engine
from app.errors import NotReady
from app.feedback.housekeeping import forget_old
from app.feedback.memory import PopularityOfAll
from app.housekeeping import Chore, Housekeeping
from app.idempotency.claims import forget_expired
from app.imports.files import ImportFiles, remove_ended
from app.imports.job import IMPORT, import_handler
from app.jobs.context import Handler, JobContext
from app.jobs.runner import JobRunner
from app.media.fetching.forgetting import forget_unasked
from app.media.storage import BlobStore, LocalBlobs
from app.observability.instruments import Instruments
from app.photos.faces import DlibFaces
from app.photos.shelf import PhotoShelf
from app.recommendations.advisor import Advisor
from app.recommendations.compatibility import composed_by
from app.recommendations.titles import Titles
from app.recommendations.wording import read_ahead
from app.serving import Serving, ServingModel, engine_at_start
from app.settings import AdviceSettings, Settings
from models.contracts import Encoder
from models.engine.engine import Engine
from models.index import SnapshotStore
from models.registry import ModelSpec
from models.taxonomy import extend_taxonomy
from models.zero_shot import AttributeTagger, SenseVectors

log = structlog.get_logger(__name__)

NO_TOKENS = (
    "The live index holds no tokens, so answers have no part 'tokens'. Set TRYON_INDEX__TOKENS and run 'tryon reindex' "
    "with a model that gives tokens."
)


@dataclass(frozen=True, slots=True)
class Container:
    """The service's parts, wired."""

    settings: Settings
    database: Database
    blobs: BlobStore
    models: ServingModel
    snapshots: SnapshotStore
    popularity: PopularityOfAll
    jobs: JobRunner
    advisor: Advisor
    admission: Admission
    photos: PhotoShelf
    housekeeping: Housekeeping
    instruments: Instruments

    @property
    def engine(self) -> Engine:
        """Of the model in use. Take all of these four at one moment: another model may be in use at the next."""
        return self.models.now.engine

    @property
    def tagger(self) -> AttributeTagger:
        return self.models.now.tagger

    @property
    def senses(self) -> SenseVectors:
        return self.models.now.senses

    @property
    def live(self) -> LiveCatalog:
        return self.models.now.live

    @classmethod
    async def build(
        cls,
        settings: Settings,
        encoder: Encoder | None = None,
        instruments: Instruments | None = None,
        others: Sequence[Encoder] = (),
    ) -> "Container":
        """Load the model and wire the parts. Raises ModelError, one line, when a model or file cannot be had.

        Args:
            encoder: in place of the model that the settings name.
            instruments: of the application that the parts work for.
            others: in place of further models, by their names.
        """
        instruments = instruments or Instruments()
        extend_taxonomy(settings.taxonomy.extra)
        database, blobs = Database.of(settings), LocalBlobs(settings.blob_dir)
        given = {one.spec.name: one for one in others} | ({settings.model.name: encoder} if encoder else {})
        snapshots = SnapshotStore(settings.index_dir)
        models = await serving_model(settings, database, snapshots, given, instruments)
        faces = await asyncio.to_thread(DlibFaces) if settings.photos.keep else None
        photos = PhotoShelf(database, blobs, settings.photos, settings.limits, faces)
        handlers = job_handlers(settings, database, blobs, snapshots, models)
        return cls(
            settings=settings,
            database=database,
            blobs=blobs,
            models=models,
            snapshots=snapshots,
            popularity=PopularityOfAll(database, settings.feedback),
            jobs=JobRunner(database, handlers, settings.jobs, around=instruments.job),
            advisor=await build_advisor(settings.advice),
            admission=Admission.of(settings, database),
            photos=photos,
            housekeeping=Housekeeping(chores(settings, database, blobs, photos), settings.feedback.forget_every_s),
            instruments=instruments,
        )

    async def start(self) -> None:
        """Take up jobs, and load what the first shopper would otherwise wait for."""
        if self.settings.jobs.in_process:
            await self.jobs.start()
            await self.housekeeping.start()
        try:
            view = await self.live.view()
        except NotReady as error:
            log.warning("no_index_yet", detail=error.detail)
        else:
            if self.settings.ranking.rerank.on and view.snapshot.tokens is None:
                log.warning("nothing_to_rerank_by", version=view.version, detail=NO_TOKENS)
        await self.models.start()
        await asyncio.to_thread(read_ahead)
        # What is loaded now stays: the collector need not walk a million objects of torch and the catalogue again.
        gc.collect()
        gc.freeze()

    async def close(self) -> None:
        await self.jobs.stop()
        await self.housekeeping.stop()
        await self.advisor.close()
        await self.popularity.close()
        await self.models.close()
        await self.admission.close()
        await self.database.close()


async def serving_model(
    settings: Settings,
    database: Database,
    snapshots: SnapshotStore,
    given: Mapping[str, Encoder],
    instruments: Instruments,
) -> ServingModel:
    """The model that answers. Args: given: what stands in for models, by name. Raises ModelError."""

    async def load(name: str) -> Engine:
        named, exports = settings.model.model_copy(update={"name": name}), settings.exports_dir
        return await build_engine(named, _given(given, name), settings.preprocess, exports=exports, watcher=instruments)

    def make_live(spec: ModelSpec) -> LiveCatalog:
        return LiveCatalog(database, snapshots, spec, private_names(settings), warm=Titles.of)

    engine = await engine_at_start(snapshots, load, settings.model.name)
    composed_by(settings, engine.spec)  # a scorer that cannot be had is said now, not to the first shopper
    return ServingModel(await Serving.around(engine, make_live(engine.spec)), snapshots, load, make_live)


def job_handlers(
    settings: Settings, database: Database, blobs: BlobStore, snapshots: SnapshotStore, models: ServingModel
) -> dict[str, Handler]:
    """What does each kind of job."""

    async def reindex(context: JobContext, params: Mapping[str, Any]) -> dict[str, Any]:
        async with models.borrowed(params.get("model")) as engine:
            return await reindex_handler(database, blobs, engine, snapshots, settings, live=models)(context, params)

    return {"reindex": reindex, IMPORT: import_handler(database, blobs, settings)}


def chores(settings: Settings, database: Database, blobs: BlobStore, photos: PhotoShelf) -> dict[str, Chore]:
    """What is done from time to time, in this order."""
    uploads = ImportFiles(settings.imports_dir)
    return {
        "feedback": partial(forget_old, database, settings.feedback),
        "audit": partial(forget_old_deeds, database, settings.auth),
        "pictures": partial(remove_orphans, database, blobs),
        "photos": photos.forget_old,
        "addresses": partial(forget_unasked, database, settings.fetch),
        "retries": partial(forget_expired, database),
        "imports": partial(remove_ended, database, uploads, settings.imports.keep_failed_h),
        "erased": partial(scrub_later, database),  # last: what the others deleted goes too
    }


def _given(given: Mapping[str, Encoder], name: str) -> Encoder | None:
    """What stands in for the model `name`: under its setting, or as it calls itself."""
    return given.get(name) or next((one for one in given.values() if one.spec.name == name), None)


async def build_advisor(settings: AdviceSettings) -> Advisor:
    """The grammar, or the language model that the settings name. Raises ModelUnavailable."""
    if not settings.model:
        return Advisor(settings=settings)
    from models.writing import load_writer

    return Advisor(await asyncio.to_thread(load_writer, settings.model, device=settings.device), settings)
