"""The one composition root: everything the service is made of, built once."""

import asyncio
import gc
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from app.admission.admission import Admission
from app.auth.audit import forget_old_deeds
from app.auth.rate import HourlyLimit
from app.catalog.attributes import private_names
from app.catalog.leftovers import remove_orphans
from app.catalog.live import LiveCatalog
from app.catalog.reindex import reindex_handler
from app.db.scrub import scrub_later
from app.db.session import Database
from app.errors import NotReady
from app.feedback.housekeeping import forget_old
from app.feedback.memory import PopularityOfAll
from app.housekeeping import Housekeeping
from app.idempotency.claims import forget_expired
from app.imports.files import ImportFiles, remove_ended
from app.imports.job import IMPORT, import_handler
from app.jobs.runner import JobRunner
from app.media.fetching.forgetting import forget_unasked
from app.media.storage import BlobStore, LocalBlobs
from app.observability.instruments import Instruments
from app.recommendations.advisor import Advisor
from app.recommendations.compatibility import composed_by
from app.recommendations.titles import Titles
from app.recommendations.wording import read_ahead
from app.settings import AdviceSettings, ModelSettings, PreprocessSettings, Settings
from models.contracts import Encoder, Fusion, ModelError, ModelUnavailable
from models.engine import EngineWatcher
from models.engine.engine import Engine
from models.fusion import fusions
from models.index import SnapshotStore
from models.preprocess.image import GarmentPreprocessor
from models.preprocess.segmenters import load_segmenter
from models.registry import ModelSpec
from models.taxonomy import extend_taxonomy
from models.zero_shot import AttributeTagger, SenseVectors

if TYPE_CHECKING:
    from models.export.runtime import Served

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
    engine: Engine
    tagger: AttributeTagger
    senses: SenseVectors
    snapshots: SnapshotStore
    live: LiveCatalog
    popularity: PopularityOfAll
    jobs: JobRunner
    advisor: Advisor
    newcomers: HourlyLimit
    admission: Admission
    housekeeping: Housekeeping
    instruments: Instruments

    @classmethod
    async def build(
        cls, settings: Settings, encoder: Encoder | None = None, instruments: Instruments | None = None
    ) -> "Container":
        """Load the model and wire the parts. Raises ModelError, one line, when a model or file cannot be had.

        Args: instruments: of the application that the parts work for.
        """
        instruments = instruments or Instruments()
        extend_taxonomy(settings.taxonomy.extra)
        database = Database.of(settings)
        admission = Admission.of(settings, database)
        engine = await build_engine(
            settings.model, encoder, settings.preprocess, exports=settings.exports_dir, watcher=instruments
        )
        composed_by(settings, engine.spec)  # a scorer that cannot be had is said now, not to the first shopper
        blobs = LocalBlobs(settings.blob_dir)
        snapshots = SnapshotStore(settings.index_dir)
        live = LiveCatalog(database, snapshots, engine.spec, private_names(settings), warm=Titles.of)
        popularity = PopularityOfAll(database, settings.feedback)
        handler = reindex_handler(database, blobs, engine, snapshots, settings, live=live)
        handlers = {"reindex": handler, IMPORT: import_handler(database, blobs, settings)}
        jobs = JobRunner(database, handlers, settings=settings.jobs, around=instruments.job)
        tagger = await AttributeTagger.build(engine)
        senses = SenseVectors(engine, tagger.senses)
        advisor = await build_advisor(settings.advice)
        newcomers = HourlyLimit("new shoppers", settings.limits.shoppers_per_hour)
        uploads = ImportFiles(settings.imports_dir)
        keeping = Housekeeping(
            {
                "feedback": partial(forget_old, database, settings.feedback),
                "audit": partial(forget_old_deeds, database, settings.auth),
                "pictures": partial(remove_orphans, database, blobs),
                "addresses": partial(forget_unasked, database, settings.fetch),
                "retries": partial(forget_expired, database),
                "imports": partial(remove_ended, database, uploads, settings.imports.keep_failed_h),
                "erased": partial(scrub_later, database),  # last: what the others deleted goes too
            },
            settings.feedback.forget_every_s,
        )
        return cls(
            settings=settings, database=database, blobs=blobs, engine=engine, tagger=tagger, senses=senses,
            snapshots=snapshots, live=live, popularity=popularity, jobs=jobs, advisor=advisor,
            newcomers=newcomers, admission=admission, housekeeping=keeping, instruments=instruments,
        )  # fmt: skip

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
        await asyncio.to_thread(read_ahead)
        # What is loaded now stays: the collector need not walk a million objects of torch and the catalogue again.
        gc.collect()
        gc.freeze()

    async def close(self) -> None:
        await self.jobs.stop()
        await self.housekeeping.stop()
        await self.advisor.close()
        await self.live.close()
        await self.popularity.close()
        await self.engine.close()
        await self.admission.close()
        await self.database.close()


async def build_advisor(settings: AdviceSettings) -> Advisor:
    """The grammar, or the language model that the settings name. Raises ModelUnavailable."""
    if not settings.model:
        return Advisor(settings=settings)
    from models.writing import load_writer

    return Advisor(await asyncio.to_thread(load_writer, settings.model, device=settings.device), settings)


async def build_engine(
    settings: ModelSettings,
    encoder: Encoder | None = None,
    preprocess: PreprocessSettings = PreprocessSettings(),  # noqa: B008 - the shipped choice, never changed
    *,
    exports: Path = Path("var/exports"),
    watcher: EngineWatcher | None = None,
) -> Engine:
    """The engine around `encoder`, or around the model that the settings name.

    Raises ModelUnavailable, one line, where model, runtime or segmenter cannot be had.
    """
    if settings.threads is not None:
        import torch

        torch.set_num_threads(settings.threads)
    stored = encoder
    if encoder is None:
        model = await asyncio.to_thread(load_model, settings, exports)
        encoder, stored = model.queries, model.stored
    return Engine(
        encoder,
        GarmentPreprocessor(await asyncio.to_thread(load_segmenter, preprocess.segmenter)),
        fusions_for(encoder.spec, settings),
        stored=stored,
        default_fusion=settings.fusion,
        cache_entries=settings.cache_entries,
        cache_bytes=settings.cache_bytes,
        max_batch=settings.max_batch,
        max_queue=settings.max_queue,
        watcher=watcher,
    )


def load_model(settings: ModelSettings, exports: Path) -> "Served":
    """The model on its runtime. Blocking: minutes where a runtime other than torch is used for the first time.

    Raises ModelUnavailable, one line, that names the runtime where it is that which cannot be had.
    """
    from models.export.runtime import served

    try:
        return served(settings.name, settings.runtime, exports, device=settings.device, precision=settings.precision)
    except ModelError as error:
        if settings.runtime == "torch":
            raise
        raise ModelUnavailable(f"TRYON_MODEL__RUNTIME={settings.runtime} cannot be served: {error}") from error


def fusions_for(spec: ModelSpec, settings: ModelSettings) -> Mapping[str, Fusion]:
    """What may fuse this encoder's vectors; says so where the fusion that was set has no weights for it."""
    found = fusions(spec, settings.fusion_dir)
    if settings.fusion in found and found[settings.fusion].kind != settings.fusion:
        log.warning(
            "fusion_without_weights", fusion=settings.fusion, model=spec.name, instead=found[settings.fusion].kind
        )
    return found
