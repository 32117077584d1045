"""What a shopper's encoding waits while the catalogue is embedded: `python -m bench.bulk_priority [--seconds 20]`.

One client after another asks for drawn pictures with words, each new to the cache; alone, then beside bulk work that
never ends. Prints a table of milliseconds.
"""

import argparse
import asyncio
import contextlib
from collections.abc import Sequence
from time import perf_counter

import numpy as np
import torch
from PIL import Image

from app.engines import build_engine
from app.settings import ModelSettings
from models.contracts import RGB
from models.engine.engine import Engine


def drawn(rng: np.random.Generator, count: int) -> list[RGB]:
    """Pictures of one colour with a block of another, 240 by 320."""
    found = []
    for _ in range(count):
        pixels = np.full((320, 240, 3), rng.integers(0, 256, 3), np.uint8)
        pixels[80:240, 60:180] = rng.integers(0, 256, 3)
        found.append(Image.fromarray(pixels))
    return found


async def shopping(engine: Engine, seconds: float, think_s: float, rng: np.random.Generator) -> list[float]:
    """Milliseconds of each query."""
    took: list[float] = []
    end = perf_counter() + seconds
    while perf_counter() < end:
        photo, words = drawn(rng, 1), f"a red dress {rng.integers(1_000_000)}"
        started = perf_counter()
        await engine.encode_query(photo, words, photo_kind="garment")
        took.append((perf_counter() - started) * 1000)
        await asyncio.sleep(think_s)
    return took


async def bulk(engine: Engine, pictures: Sequence[RGB], done: list[int]) -> None:
    while True:
        await engine.encode_images(pictures)
        done[0] += len(pictures)


async def measure(seconds: float, think_s: float, threads: int) -> None:
    torch.set_num_threads(threads)
    engine = await build_engine(ModelSettings(threads=threads))
    rng = np.random.default_rng(1)
    await shopping(engine, 2, 0, rng)
    print(f"{'':24}{'queries':>8}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}{'bulk/s':>9}")
    pictures = drawn(rng, 96)
    for name, beside in (("alone", False), ("beside bulk work", True), ("alone again", False)):
        done = [0]
        task = asyncio.create_task(bulk(engine, pictures, done)) if beside else None
        took = np.array(await shopping(engine, seconds, think_s, rng))
        if task:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        p50, p99 = np.percentile(took, [50, 99])
        print(f"{name:24}{len(took):8}{p50:9.1f}{p99:9.1f}{took.max():9.1f}{done[0] / seconds:9.1f}")
    done, started = [0], perf_counter()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds / 2):
            await bulk(engine, pictures, done)
    print(f"{'bulk work alone':24}{'':35}{done[0] / (perf_counter() - started):9.1f}")
    await engine.close()


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=15)
    asked.add_argument("--think", type=float, default=0.02, help="pause between two queries, seconds")
    asked.add_argument("--threads", type=int, default=2)
    given = asked.parse_args()
    asyncio.run(measure(given.seconds, given.think, given.threads))
