"""The engine around a model that the settings name, on the runtime that they name."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from app.settings import ModelSettings, PreprocessSettings
from models.contracts import Encoder, Fusion, ModelError, ModelUnavailable
from models.engine import EngineWatcher
from models.engine.engine import Engine
from models.fusion import fusions
from models.preprocess.image import GarmentPreprocessor
from models.preprocess.segmenters import load_segmenter
from models.registry import ModelSpec

if TYPE_CHECKING:
    from models.export.runtime import Served

log = structlog.get_logger(__name__)


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
