"""The engine around a model that the settings name, on the runtime that they name."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from app.settings import ModelSettings, PreprocessSettings
from models.contracts import Encoder, Fusion, ModelError, ModelUnavailable
from models.encoders.batches import BatchedEncoder, precision_of
from models.engine import EngineWatcher, Place, RedisCache, SharedCache
from models.engine.engine import Engine
from models.engine.shared import AWAY_S
from models.fusion import fusions
from models.preprocess.image import GarmentPreprocessor
from models.preprocess.segmenters import load_segmenter
from models.registry import ModelSpec

if TYPE_CHECKING:
    from models.export.runtime import Served

log = structlog.get_logger(__name__)

LEAST_PREPARE, MOST_PREPARE = 2, 16
NVIDIA = Path("/dev/nvidiactl")
"""There where a driver of NVIDIA's is loaded, whatever torch was built for."""


async def build_engine(
    settings: ModelSettings,
    encoder: Encoder | None = None,
    preprocess: PreprocessSettings | None = None,
    *,
    exports: Path = Path("var/exports"),
    watcher: EngineWatcher | None = None,
) -> Engine:
    """The engine around `encoder`, or around the model that the settings name.

    Raises ModelUnavailable, one line, where model, runtime, segmenter or shared cache cannot be had.
    """
    preprocess = preprocess or PreprocessSettings()
    if settings.threads is not None:
        import torch

        torch.set_num_threads(settings.threads)
    stored = encoder
    if encoder is None:
        model = await asyncio.to_thread(load_model, settings, exports)
        encoder, stored = model.queries, model.stored
        if settings.compile:
            compiled(encoder, stored)
    say_device(settings, encoder)
    return Engine(
        encoder,
        GarmentPreprocessor(await asyncio.to_thread(load_segmenter, preprocess.segmenter)),
        fusions_for(encoder.spec, settings),
        stored=stored,
        default_fusion=settings.fusion,
        cache_entries=settings.cache_entries,
        cache_bytes=settings.cache_bytes,
        shared=shared_cache(settings, encoder, watcher),
        max_batch=settings.max_batch,
        max_batch_pixels=settings.max_batch_pixels,
        max_queue=settings.max_queue,
        prepare_threads=settings.prepare_threads or min(MOST_PREPARE, max(LEAST_PREPARE, os.cpu_count() or 1)),
        deadline_s=settings.deadline_s,
        watcher=watcher,
    )


def compiled(*encoders: Encoder) -> None:
    """Raises ModelUnavailable for what torch does not compute."""
    for encoder in set(encoders):
        if not isinstance(encoder, BatchedEncoder):
            raise ModelUnavailable(f"TRYON_MODEL__COMPILE: {encoder.spec.name} is nothing that torch computes")
        encoder.compile()


def say_device(settings: ModelSettings, encoder: Encoder) -> None:
    """Where the model computes is on record; and loudly so where a GPU is there that nobody uses."""
    said = {"model": encoder.spec.name, "device": encoder.device, "asked_for": settings.device}
    said["precision"] = precision_of(encoder)
    if encoder.device.startswith("cpu") and settings.device == "auto" and NVIDIA.exists():
        log.warning("gpu_not_used", **said, reason="a GPU is there, but torch (or ONNX Runtime) was built without it")
    else:
        log.info("model_device", **said)


def shared_cache(settings: ModelSettings, encoder: Encoder, watcher: EngineWatcher | None) -> SharedCache | None:
    """What all processes remember together, where the settings name it. Raises ModelUnavailable."""
    if not settings.shared_cache:
        return None
    maker = "-".join((settings.runtime, encoder.device.partition(":")[0], precision_of(encoder))).replace(" ", "-")
    place = Place(settings.shared_cache, settings.shared_cache_s, maker)

    def away() -> None:
        log.warning("shared_cache_away", asked_again_in_s=AWAY_S)
        if watcher is not None:
            watcher.shared_away()

    return RedisCache(place, encoder.spec.dims, away=away)


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
