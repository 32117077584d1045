"""Flats as picture files, drawn on every core."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from models.flats.render import draw
from models.flats.spec import Flat

CHUNK = 8


def write_pictures(
    flats: Sequence[Flat], folder: Path, size: tuple[int, int], advance: Callable[[int, int], None]
) -> None:
    """Write `<id>.webp` for each flat that has none in `folder` yet; `size` is width and height in pixels.

    `advance` is told (done, total) as pictures appear; nothing when none is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [flat for flat in flats if not _path(flat, folder).exists()]
    if not missing:
        return
    # Spawned, because the caller may hold threads; drawing is pure computation and scales with the cores.
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        for done, _ in enumerate(pool.map(partial(_write, folder=folder, size=size), missing, chunksize=CHUNK), 1):
            advance(done, len(missing))


def _write(flat: Flat, folder: Path, size: tuple[int, int]) -> None:
    """Written beside and renamed, so that a killed start leaves no half picture."""
    path = _path(flat, folder)
    part = path.with_suffix(".part")
    draw(flat, *size).save(part, "WEBP", quality=88, method=4)
    part.replace(path)


def _path(flat: Flat, folder: Path) -> Path:
    return folder / f"{flat.id}.webp"
